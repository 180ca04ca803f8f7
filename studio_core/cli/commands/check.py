"""`studio check`: check the account before anything is created."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from studio_core.cli import rosters
from studio_core.cli.console import console, result_json
from studio_core.cli.failures import FAILED
from studio_core.cli.options import common_options, json_option
from studio_core.cli.tools import tools
from studio_core.insight.readiness import CheckState
from studio_core.wording import printable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from studio_core.insight.readiness import Check

_STYLES = {CheckState.OK: "green", CheckState.WARNING: "yellow", CheckState.ERROR: "bold red"}


@click.command()
@click.option(
    "--roster",
    type=rosters.ROSTER_FILE,
    metavar="FILE",
    help="Check this file too, and the quotas against it.",
)
@rosters.column_options
@json_option
@common_options
@click.pass_context
def check(
    ctx: click.Context,
    *,
    roster: Path | None,
    email_column: str | None,
    team_column: str | None,
    as_json: bool,
) -> None:
    """Check credentials, account, domain, table, permissions and quotas; change nothing.

    The exit status is 1 when any line is an error.
    """
    wanted = rosters.read_roster(roster, email_column, team_column) if roster else None
    with tools().configured() as hackathon:
        lines = hackathon.check(wanted)
    if as_json:
        result_json([asdict(line) for line in lines])
    else:
        _print(lines)
    ctx.exit(FAILED if any(line.state is CheckState.ERROR for line in lines) else 0)


def _print(lines: Iterable[Check]) -> None:
    from rich.text import Text  # noqa: PLC0415 - slow to import; --json does without

    out = console()
    for line in lines:
        text = Text.assemble(
            (f"{line.state.value:<8}", _STYLES[line.state]),
            (printable(line.title), "bold"),
            f": {printable(line.sentence)}",
        )
        out.print(text, soft_wrap=True)
        if line.remedy and line.state is not CheckState.OK:
            out.print(Text(f"        What to do: {printable(line.remedy)}"), soft_wrap=True)
