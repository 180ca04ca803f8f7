"""Read a roster file into a table of text: CSV in any dialect, and spreadsheets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio_core.errors import RosterError
from studio_core.model.people import Finding, Severity
from studio_core.roster.delimited import MAX_COLUMNS, MAX_LINES, read_text
from studio_core.roster.encoding import decode
from studio_core.roster.text import FORMULA, excerpt
from studio_core.roster.workbook import (
    CPU_LIMIT,
    MAX_CELL,
    MAX_CELLS,
    MAX_ROWS,
    MAX_TEXT,
    MAX_UNPACKED,
    MEMORY_LIMIT,
    TIME_LIMIT,
    TooMuchError,
    read_workbook,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from studio_core.roster.workbook import NumberedRow

MAX_BYTES = 20 << 20
"""Largest file that is read, in bytes."""

_SAVE_AGAIN = "Save the roster as CSV UTF-8 or as an Excel workbook (.xlsx) and try again."
_GUARDED = re.compile(f"'+{FORMULA}")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_NAMED = 5  # other sheets that are named
_FEW = 8  # control characters that a short table may have: they become findings of its rows
_SAMPLE = 1 << 16

_MAGIC = {
    b"%PDF": "a PDF document",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"GIF8": "an image",
    b"\x1f\x8b": "a compressed archive",
    b"Rar!": "a compressed archive",
    b"7z\xbc\xaf": "a compressed archive",
}
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_MARKUP = re.compile(rb"\s*<(!doctype|html|\?xml|table|head|body)\b", re.IGNORECASE)

_KEEP_COLUMNS = "Keep only the columns with the e-mail address and the team."
_LIMITS = "could not be read within the limits of memory and time"
_PROBLEMS = {
    "password": ("is protected with a password.", "Remove the password in the spreadsheet."),
    "empty": ("holds no cells with content.", "Fill in an e-mail address and a team per row."),
    "format": ("is not a spreadsheet that can be read, or is damaged.", _SAVE_AGAIN),
    "rows": (
        f"has {MAX_ROWS + 1:,} rows or more; at most {MAX_ROWS:,} are read.",
        "Check that it is the roster, and split it if it is.",
    ),
    "lines": (
        f"has more than {MAX_LINES:,} lines.",
        "Delete the empty lines, and check that it is the roster.",
    ),
    "columns": (f"has a row of more than {MAX_COLUMNS:,} cells.", _KEEP_COLUMNS),
    "area": (
        f"has more than {MAX_CELLS:,} cells, or a value far outside the table.",
        "Delete the stray cells below and beside the table, and the columns that are not needed.",
    ),
    "cell": (
        f"has a cell of more than {MAX_CELL:,} characters.",
        "Shorten it; in a text file, look for a quotation mark that is never closed.",
    ),
    "text": (f"has more than {MAX_TEXT:,} characters in its cells.", _KEEP_COLUMNS),
    "unpacked": (
        f"unpacks to more than {MAX_UNPACKED >> 20} MB, and at most that is read.",
        "Copy the table into a new workbook, or save the roster as CSV UTF-8.",
    ),
    "memory": (
        f"{_LIMITS}: it needs {MEMORY_LIMIT >> 20} MB, perhaps for a value far outside the table.",
        "Delete the stray cells below and beside the table, or save the roster as CSV UTF-8.",
    ),
    "time": (
        f"{_LIMITS}: it takes more than {CPU_LIMIT} seconds of computing, or {TIME_LIMIT} in all.",
        "Copy the table into a new workbook, or save the roster as CSV UTF-8.",
    ),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row with content. `number` is the row number that a spreadsheet shows, from 1."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a file with any content, as text, and the findings of reading them."""

    rows: tuple[Row, ...]
    findings: tuple[Finding, ...] = ()


def read_table(data: bytes, filename: str = "") -> Table:
    """Read the bytes of a roster file; its content, not its name, decides the format.

    Text may be UTF-8, UTF-16 or an older encoding, separated by comma, semicolon, tab or bar,
    with or without a `sep=` line. Cells keep their spaces. The apostrophe that `safe_csv`
    puts before a dangerous cell is removed.

    Raises:
        RosterError: The file is empty, too large, or not a table.
    """
    what = f"The file {excerpt(filename)!r}" if filename else "The file"
    if len(data) > MAX_BYTES:
        raise RosterError(
            f"{what} is too large; at most {MAX_BYTES >> 20} MB are read.", _KEEP_COLUMNS
        )
    if not data.strip(b"\0 \t\r\n"):
        raise RosterError(f"{what} is empty.", "Choose a file with one participant per row.")
    try:
        if data.startswith(_WORKBOOKS):
            rows, findings = _from_workbook(data)
        else:
            text, findings = _decode(data, what)
            numbered, doubts = read_text(text, what)
            rows, findings = _unguarded(numbered), findings + doubts
    except TooMuchError as error:
        sentence, remedy = _PROBLEMS[str(error)]
        raise RosterError(f"{what} {sentence}", remedy) from None
    if not rows:
        raise RosterError(f"{what} is empty.", "Choose a file with one participant per row.")
    return Table(rows, tuple(findings))


def _unguarded(rows: Iterable[NumberedRow]) -> tuple[Row, ...]:
    return tuple(
        Row(number, tuple(cell[1:] if _GUARDED.match(cell) else cell for cell in cells))
        for number, cells in rows
    )


def _from_workbook(data: bytes) -> tuple[tuple[Row, ...], list[Finding]]:
    sheet = read_workbook(data)
    if sheet.problem:
        raise TooMuchError(sheet.problem)
    rows = _unguarded(sheet.rows)
    if not sheet.others:
        return rows, []
    others = ", ".join(repr(excerpt(name)) for name in sheet.others[:_NAMED])
    more = f" and {len(sheet.others) - _NAMED} more" if len(sheet.others) > _NAMED else ""
    finding = Finding(
        Severity.WARNING,
        "several-sheets",
        f"Only the sheet {excerpt(sheet.name)!r} was read; there is more in {others}{more}.",
        "Put all participants on the first sheet, or move it to the front.",
    )
    return rows, [finding]


def _decode(data: bytes, what: str) -> tuple[str, list[Finding]]:
    kind = next((name for magic, name in _MAGIC.items() if data.startswith(magic)), "")
    if not kind and _MARKUP.match(data.removeprefix(b"\xef\xbb\xbf")):
        kind = "a web page or XML document"
    if kind:
        raise RosterError(f"{what} is {kind}, not a table.", _SAVE_AGAIN)
    findings: list[Finding] = []
    try:
        text, guessed = decode(data)
    except UnicodeDecodeError:
        raise RosterError(f"{what} is cut off or damaged.", _SAVE_AGAIN) from None
    if guessed:
        findings = [
            Finding(
                Severity.WARNING,
                "encoding",
                f"The file is not in UTF-8; it was read as {guessed}, so letters with accents "
                "may have come out wrong.",
                "Look at such names below, or save the file as CSV UTF-8.",
            )
        ]
    odd = len(_CONTROL.findall(text, 0, _SAMPLE))
    if "\0" in text or (odd > _FEW and odd * 10 > min(len(text), _SAMPLE)):
        raise RosterError(f"{what} is not a text file or spreadsheet.", _SAVE_AGAIN)
    return text, findings
