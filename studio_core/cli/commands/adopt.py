"""`studio adopt`: take over what the tool's first generation left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from studio_core.cli.options import (
    as_option,
    common_options,
    dry_run_option,
    json_option,
    yes_option,
)
from studio_core.cli.running import confirmation
from studio_core.cli.running.interaction import run_interactively
from studio_core.cli.tools import tools

if TYPE_CHECKING:
    from studio_core.model.plans import Plan


@click.command()
@dry_run_option
@yes_option
@click.option(
    "--confirm",
    "number",
    type=click.IntRange(min=0),
    metavar="N",
    help="The number of people, instead of typing it.",
)
@click.option(
    "--keep",
    multiple=True,
    metavar="EMAIL",
    help="Who keeps a profile that several people share; repeat it for each such profile.",
)
@json_option
@as_option
@common_options
@click.pass_context
def adopt(
    ctx: click.Context,
    *,
    dry_run: bool,
    yes: bool,
    number: int | None,
    keep: tuple[str, ...],
    as_json: bool,
) -> None:
    """Take over people, profiles and spaces from an earlier version of this tool.

    The first version wrote people into the table without an event, and its profiles and
    spaces carry no tag. Adoption makes all of it part of the event, as if setup had made it:
    links work, setup keeps it and purge deletes it. Only what a row of the table names is
    tagged, and nothing that carries another event's tag.

    Where several people share one old profile, nothing tells for whom it was made: choose
    with --keep. The others are adopted without it and get one of their own at the next setup.

    The plan is shown first; then the number of people is to be typed, or given with
    --confirm, or --yes goes ahead without a question. There is no undo.
    """
    here = tools()

    def agree(plan: Plan) -> None:
        confirmation.to_adopt(plan, confirm_number=number, yes=yes, interactive=here.interactive())

    with here.configured() as hackathon:
        proposal = hackathon.propose_adopt(keep=keep)
        ctx.exit(run_interactively(hackathon, proposal, agree, dry_run=dry_run, as_json=as_json))
