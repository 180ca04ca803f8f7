"""`studio setup-users`: create profiles and spaces for a roster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from studio_core.cli import rosters
from studio_core.cli.options import (
    as_option,
    common_options,
    dry_run_option,
    json_option,
    yes_option,
)
from studio_core.cli.running import confirmation
from studio_core.cli.running.interaction import ask_to_go_ahead, run_interactively
from studio_core.cli.tools import tools
from studio_core.planning.confirm import people_removed, spaces_removed

if TYPE_CHECKING:
    from pathlib import Path

    from studio_core.model.plans import Plan


@click.command("setup-users")
@click.argument("roster", type=rosters.ROSTER_FILE)
@dry_run_option
@yes_option
@json_option
@click.option(
    "--remove-leaving", is_flag=True, help="Also delete what belongs to people not in the roster."
)
@rosters.column_options
@as_option
@common_options
@click.pass_context
def setup_users(
    ctx: click.Context,
    roster: Path,
    *,
    dry_run: bool,
    yes: bool,
    as_json: bool,
    remove_leaving: bool,
    email_column: str | None,
    team_column: str | None,
) -> None:
    """Make user profiles and team spaces for everybody in ROSTER.

    ROSTER is a table with e-mail addresses and teams: CSV, TSV, Excel or OpenDocument, or
    - for standard input. It is checked first; when anything in it is wrong, all of it is
    named and nothing is changed.

    Run it again whenever the roster changes: who is new is added, who changed team is
    moved, who is missing is shown and, without --remove-leaving, stays. When nothing
    differs, nothing is done.

    In a terminal the plan is shown before you are asked to go ahead. Elsewhere it goes
    ahead, because setup only adds and moves; with --remove-leaving it wants --yes.
    """
    here = tools()
    asked = yes or dry_run or (here.interactive() and str(roster) != "-")
    if remove_leaving and not asked:
        raise click.UsageError(
            "--remove-leaving deletes; add --yes where nobody can be asked.", ctx=ctx
        )
    wanted = rosters.read_roster(roster, email_column, team_column)

    def agree(plan: Plan) -> None:
        if people_removed(plan) or spaces_removed(plan):
            confirmation.to_remove(plan, interactive=here.interactive(), yes=yes)
        else:
            ask_to_go_ahead("Go ahead?", yes=yes or str(roster) == "-")

    with here.configured() as hackathon:
        proposal = hackathon.propose_setup(wanted, remove_leaving=remove_leaving)
        ctx.exit(run_interactively(hackathon, proposal, agree, dry_run=dry_run, as_json=as_json))
