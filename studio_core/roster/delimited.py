"""Read the rows of a text file, whatever separates its cells."""

from __future__ import annotations

import csv
import itertools
import re
from typing import TYPE_CHECKING

from studio_core.errors import RosterError
from studio_core.model.people import Finding, Severity
from studio_core.roster.workbook import Meter, TooMuchError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from studio_core.roster.workbook import NumberedRow

DELIMITERS = ",;\t|"
"""Delimiters of text files, the likeliest first."""

MAX_LINES, MAX_COLUMNS = 1 << 20, 1 << 14
"""Most lines of a file, and most cells of a line: as many as a spreadsheet has."""

_SEPARATOR_LINE = re.compile(r'"?sep=([,;\t|])"?[ \t]*(?:\r\n|\r|\n|$)', re.IGNORECASE)
_QUOTED = re.compile(r'(?<![^,;\t|\r\n])"((?:[^"]|"")*+)"')
_ADDRESS = re.compile(r'[^\s@,;|"]+@[^\s@,;|"]+')
_LINE = re.compile(r"[^\r\n]*+(?:\r\n|\r|\n)|[^\r\n]++")
_SAMPLE = 1 << 16


def read_text(text: str, what: str) -> tuple[list[NumberedRow], list[Finding]]:
    """Read the rows with content, and the findings of reading them.

    Raises:
        RosterError: A quotation mark is never closed.
        TooMuchError: The table is beyond a limit.
    """
    separator = _SEPARATOR_LINE.match(text)
    start = separator.end() if separator else 0
    delimiter = separator[1] if separator else _delimiter(text)
    try:
        return _rows(text, start, delimiter, strict=True), []
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise RosterError(
                f"{what} opens a quotation mark that is never closed, {_last_start(text, start)}.",
                'Close it, or remove it: a quotation mark inside a cell is written twice ("").',
            ) from None
    try:
        rows = _rows(text, start, delimiter, strict=False)
    except csv.Error:
        raise TooMuchError("cell") from None
    finding = Finding(
        Severity.WARNING,
        "quotes",
        "A quotation mark stands inside a quoted cell; cells near it may have come out wrong.",
        'Write a quotation mark inside a cell twice ("").',
    )
    return rows, [finding]


def _rows(text: str, start: int, delimiter: str, *, strict: bool) -> list[NumberedRow]:
    """Return the rows with content, counted as they are read.

    Raises:
        csv.Error: A quotation mark is in a wrong place, or a cell is too long.
        TooMuchError: The table is beyond a limit.
    """
    meter = Meter()
    rows = []
    reader = csv.reader(_lines(text, start, delimiter), delimiter=delimiter, strict=strict)
    for number, cells in enumerate(reader, start=1):
        if any(cell.strip() for cell in cells):
            meter.count(cells)
            rows.append((number, cells))
    return rows


def _lines(text: str, start: int, delimiter: str = ",") -> Iterator[str]:
    """Yield the lines of a text with their ends, from a position on.

    Raises:
        TooMuchError: There are too many lines, or a line may have too many cells.
    """
    for number, line in enumerate(_LINE.finditer(text, start)):
        if number >= MAX_LINES:
            raise TooMuchError("lines")
        if text.count(delimiter, *line.span()) >= MAX_COLUMNS:
            raise TooMuchError("columns")
        yield line[0]


def _last_start(text: str, start: int) -> str:
    """Return where the last row begins, whose quotation mark is not closed."""
    reader = csv.reader(_lines(text, start), strict=False)
    begun = last = 0
    for _ in reader:
        begun, last = reader.line_num, begun
    return f"from line {last + 1} on"


def _delimiter(text: str) -> str:
    """Return the delimiter that separates most e-mail addresses, then most cells of the first row.

    Delimiters inside quoted cells do not count.
    """
    sample = _QUOTED.sub(_unquote, text[:_SAMPLE])
    lines = [line for line in sample.splitlines() if line.strip()]

    def score(delimiter: str) -> tuple[int, int]:
        cells = itertools.chain.from_iterable(line.split(delimiter) for line in lines)
        addresses = sum(_ADDRESS.fullmatch(cell.strip(' "')) is not None for cell in cells)
        return addresses, lines[0].count(delimiter) if lines else 0

    return max(DELIMITERS, key=score)


def _unquote(match: re.Match[str]) -> str:
    return match[1] if _ADDRESS.fullmatch(match[1]) else "x"
