"""`studio get-urls`: make login links."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from studio_core.cli.console import csv_text, json_text, say
from studio_core.cli.failures import FAILED
from studio_core.cli.options import common_options, team_option
from studio_core.cli.tools import tools
from studio_core.errors import SettingsError, StudioError
from studio_core.model.links import LINK_COLUMNS, Link, LinkFailure
from studio_core.planning.before import ADOPT, from_before
from studio_core.wording import counted, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio_core.access.codes import Codes


@click.command("get-urls")
@team_option
@click.option("--email", metavar="EMAIL", help="Only this person.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    show_default=True,
    help="How to write them.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to this file, which only you can read, instead of standard output.",
)
@common_options
@click.pass_context
def get_urls(
    ctx: click.Context, *, team: str | None, email: str | None, form: str, output: Path | None
) -> None:
    """Make a login link for everybody, for a team, or for one person.

    Each link signs a person in to their team's space; whoever holds it is that person, so
    hand it to nobody else. It can be used within five minutes; the session behind it lasts
    twelve hours. The web app makes links at the moment they are needed instead.
    """
    with tools().configured() as hackathon:
        if before := hackathon.from_before():
            say(f"{from_before(before)} {ADOPT}")
        answers = list(hackathon.links(team=team, email=email))
        codes = hackathon.codes() if hackathon.settings.access == "personal-code" else None
    if not answers:
        first = "`studio adopt`" if before else "`studio setup-users ROSTER`"
        raise StudioError("Nobody is set up yet.", f"Run {first} first.")
    links = [answer for answer in answers if isinstance(answer, Link)]
    failures = [answer for answer in answers if isinstance(answer, LinkFailure)]
    text = _written(links, form, codes)
    if output is None or str(output) == "-":
        click.echo(text, nl=False)
    else:
        _save(output, text)
        say(f"{counted(len(links), 'link')} in {output}. Delete it when you have handed them out.")
    for failure in failures:
        remedy = f" What to do: {failure.remedy}" if failure.remedy else ""
        say(f"Failed: {failure.email}, team {failure.team}: {failure.reason}{remedy}")
    ctx.exit(FAILED if failures else 0)


def _written(links: Sequence[Link], form: str, codes: Codes | None) -> str:
    header: tuple[str, ...] = LINK_COLUMNS
    rows = [link.as_row() for link in links]
    if codes is not None:
        # A link expires in minutes; the code, for the web app, is valid until it is renewed.
        header = (*LINK_COLUMNS, "code")
        rows = [(*row, codes.personal_code(row[0])) for row in rows]
    if form == "csv":
        return csv_text(header, rows)
    if form == "json":
        items = [dict(zip(header, row, strict=True)) for row in rows]
        return json_text(items, indent=2) + "\n"
    # A table would cut or wrap the link, so that it could not be copied.
    return "".join(
        f"{printable(link.email)}  team {printable(link.team)}  profile {printable(link.profile)}  "
        f"space {printable(link.space)}  until {link.expires_at.astimezone():%H:%M:%S}\n"
        f"  {link.url}\n"
        for link in links
    )


def _save(path: Path, text: str) -> None:
    """Write a file that only its owner can read, also over an existing one."""
    try:
        if path.exists() and not stat.S_ISREG(path.stat().st_mode):
            path.write_text(text, encoding="utf-8")  # a pipe or device must not be replaced
            return
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".links-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.write(text)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be written: {error.strerror}.", "Choose another file with --output."
        ) from error
