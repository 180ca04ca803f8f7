"""Read and check roster files on the command line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from studio_core.cli.console import say
from studio_core.errors import RosterError
from studio_core.roster import Columns, load_roster
from studio_core.roster.read import MAX_BYTES
from studio_core.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio_core.model.people import Finding, Roster

F = TypeVar("F", bound="Callable[..., Any]")

ROSTER_FILE = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
"""An existing file, or `-` for standard input."""


def column_options(function: F) -> F:
    """Add `--email-column` and `--team-column`."""
    function = click.option(
        "--team-column", metavar="NAME", help="Header of the column of teams, or its number from 1."
    )(function)
    return click.option(
        "--email-column",
        metavar="NAME",
        help="Header of the column of e-mail addresses, or its number from 1.",
    )(function)


def read_roster(
    path: Path, email_column: str | None = None, team_column: str | None = None
) -> Roster:
    """Return the roster of a file, printing its findings on standard error.

    Raises:
        RosterError: The file cannot be used; nothing was changed.
    """
    try:
        with sys.stdin.buffer if str(path) == "-" else path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)  # one more is refused
    except OSError as error:
        raise RosterError(f"{path} cannot be read: {error.strerror}.") from error
    chosen = Columns(_column(email_column), _column(team_column))
    checked = load_roster(data, path.name, columns=chosen)
    for finding in checked.findings:
        say(_line(finding))
    if not checked.ok:
        wrong = counted(len(checked.errors), "error")
        remedy = "Correct what is named above, and run the command again."
        if checked.columns is None:
            remedy = "Name the columns with --email-column and --team-column."
        raise RosterError(
            f"{path} has {wrong}; nothing was changed.",
            remedy,
            checked.findings,
        )
    return checked.roster


def _column(given: str | None) -> str | int | None:
    if given is not None and given.isdecimal() and int(given) > 0:
        return int(given) - 1
    return given


def _line(finding: Finding) -> str:
    where = [finding.severity.value]
    if finding.row is not None:
        where.append(f"row {finding.row}")
    if finding.value:
        where.append(f"“{finding.value}”")
    remedy = f" {finding.remedy}" if finding.remedy else ""
    return f"{', '.join(where)}: {finding.sentence}{remedy}"
