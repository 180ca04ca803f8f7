"""`studio codes`: print or renew the access codes of the web app."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from studio_core.cli.console import csv_text, json_text, print_table, result, say
from studio_core.cli.options import common_options, team_option, yes_option
from studio_core.cli.running import confirmation
from studio_core.cli.tools import tools
from studio_core.errors import StudioError
from studio_core.hackathon.links import choose
from studio_core.planning import confirm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio_core.hackathon import Hackathon

HEADER = ("email", "team", "code")


@click.command()
@click.option(
    "--personal/--event",
    default=None,
    help="A code for each person, or the one for all.  [default: as the setting access says]",
)
@team_option
@click.option("--email", metavar="EMAIL", help="Only this person.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    show_default=True,
    help="How to write personal codes.",
)
@click.option("--rotate", is_flag=True, help="Make all codes new; the old ones end at once.")
@yes_option
@common_options
@click.pass_context
def codes(
    ctx: click.Context,
    *,
    personal: bool | None,
    team: str | None,
    email: str | None,
    form: str,
    rotate: bool,
    yes: bool,
) -> None:
    """Print the code with which people come in through the web app.

    It is the event's one code, or with --personal one for each person: --team, --email and
    --format csv or json mean those too. No code is stored; they are worked out anew each
    time, so they can be printed again until they are made new with --rotate.
    """
    here = tools()
    if rotate and not yes and not here.interactive():
        raise click.UsageError(
            "--rotate ends the old codes; add --yes where nobody can be asked.", ctx=ctx
        )
    with here.configured() as hackathon:
        mode = hackathon.settings.access
        chosen = bool(team or email or form != "table")
        of_people = personal if personal is not None else chosen or mode == "personal-code"
        if rotate:
            _rotate(hackathon, of_people=of_people, yes=yes)
        made = hackathon.codes()
        if mode not in {"event-code", "personal-code"}:
            say(f"The setting access is {mode}: the web app asks for none of these codes.")
        if not of_people:
            result(made.event_code)
            return
        people = choose(hackathon.participants(), team=team, email=email)
        if not people:
            raise StudioError("Nobody is set up yet.", "Run `studio setup-users ROSTER` first.")
        _print([(p.email, p.team, made.personal_code(p.email)) for p in people], form)


def _rotate(hackathon: Hackathon, *, of_people: bool, yes: bool) -> None:
    """Renew all codes after a confirmation.

    Raises:
        GuardError: Not confirmed; nothing was changed.
    """
    number = len(hackathon.participants()) if of_people else 1
    typed = str(number) if yes else confirmation.to_renew(number)
    confirm.confirm_renewal(number, typed)
    hackathon.rotate_codes()
    say("All codes are new; the old ones do not work any more.")


def _print(rows: Sequence[tuple[str, str, str]], form: str) -> None:
    if form == "csv":
        click.echo(csv_text(HEADER, rows), nl=False)
    elif form == "json":
        items = [dict(zip(HEADER, row, strict=True)) for row in rows]
        click.echo(json_text(items, indent=2))
    else:
        print_table(HEADER, rows)
