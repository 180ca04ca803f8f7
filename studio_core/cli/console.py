"""Print results to standard output and messages to standard error."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from studio_core.roster import safe_csv
from studio_core.wording import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TextIO

    from rich.console import Console

_PIPE_WIDTH = 240
"""Width of a table outside a terminal: every name fits on one line."""


def result(text: str) -> None:
    """Print a line of the result on standard output."""
    click.echo(printable(text))


def say(text: str) -> None:
    """Print a message on standard error; where nobody reads it, that stops nothing."""
    with suppress(OSError, ValueError):
        click.echo(printable(text), err=True)


def result_json(value: object) -> None:
    """Print a result as one line of JSON."""
    click.echo(json_text(value))


def json_text(value: object, *, indent: int | None = None) -> str:
    """Format as JSON that cannot drive a terminal: what is not printable is escaped in it."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text)


def csv_text(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Format as CSV for standard output, where programs split lines at line feeds."""
    harmless = (tuple(map(printable, row)) for row in rows)
    return safe_csv(header, harmless).replace("\r\n", "\n")


def console(*, messages: bool = False) -> Console:
    """Return a rich console on standard output, or on standard error for messages."""
    from rich.console import Console  # noqa: PLC0415 - slow to import; --help does without

    stream: TextIO = sys.stderr if messages else sys.stdout
    return Console(
        file=stream,
        width=None if stream.isatty() else _PIPE_WIDTH,
        highlight=False,
        emoji=False,
        soft_wrap=False,
    )


def print_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table on standard output: aligned columns, no frame."""
    from rich.table import Table  # noqa: PLC0415 - as above
    from rich.text import Text  # noqa: PLC0415 - as above

    grid = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    for name in header:
        grid.add_column(name, overflow="fold")
    for row in rows:
        # Text, not str: names come from participants, and rich reads [..] in str as markup.
        grid.add_row(*(Text(printable(str(cell))) for cell in row))
    out = console()
    with out.capture() as printed:
        out.print(grid)
    for line in printed.get().splitlines():
        click.echo(line.rstrip())
