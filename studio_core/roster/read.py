"""Read a roster file into a table of text: CSV in any dialect, and spreadsheets."""

from __future__ import annotations

import csv
import io
import itertools
import re
from dataclasses import dataclass

from studio_core.errors import RosterError
from studio_core.model.people import Finding, Severity
from studio_core.roster.encoding import decode
from studio_core.roster.workbook import read_workbook

MAX_BYTES = 20 << 20
"""Largest file that is read, in bytes."""

MAX_ROWS = 100_000
"""Most rows that are read; a domain has far fewer people."""

DELIMITERS = ",;\t|"
"""Delimiters of text files, the likeliest first."""

DANGEROUS = "=+\\-@\t\r\n"
"""First characters of cells that a spreadsheet executes, for a regular expression's set."""

_SAVE_AGAIN = "Save the roster as CSV UTF-8 or as an Excel workbook (.xlsx) and try again."
_GUARDED = re.compile(f"'+[{DANGEROUS}]")
_SEPARATOR_LINE = re.compile(r'"?sep=([,;\t|])"?[ \t]*(?:\r\n|\r|\n|$)', re.IGNORECASE)
_QUOTED = re.compile(r'(?<![^,;\t|\r\n])"((?:[^"]|"")*+)"')
_ADDRESS = re.compile(r'[^\s@,;|"]+@[^\s@,;|"]+')
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
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

_WORKBOOK_PROBLEMS = {
    "password": ("is protected with a password.", "Remove the password in the spreadsheet."),
    "empty": ("holds no cells with content.", "Fill in an e-mail address and a team per row."),
    "area": (
        "has a value far outside the table.",
        "Delete the stray cells below and beside the table, or save the roster as CSV UTF-8.",
    ),
    "format": ("is not a spreadsheet that can be read, or is damaged.", _SAVE_AGAIN),
    "crash": ("could not be read within the limits of memory and time.", _SAVE_AGAIN),
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
    what = f"The file {filename!r}" if filename else "The file"
    if not data.strip(b"\0 \t\r\n"):
        raise RosterError(f"{what} is empty.", "Choose a file with one participant per row.")
    if len(data) > MAX_BYTES:
        raise RosterError(
            f"{what} has {len(data) / (1 << 20):.0f} MB; at most {MAX_BYTES >> 20} MB are read.",
            "Keep only the columns with the e-mail address and the team.",
        )
    if data.startswith(_WORKBOOKS):
        rows, findings = _from_workbook(data, what)
    else:
        text, findings = _decode(data, what)
        rows, doubts = _parse(text, what)
        findings += doubts
    numbered = [
        Row(number, tuple(map(_unguarded, cells)))
        for number, cells in enumerate(rows, start=1)
        if any(cell.strip() for cell in cells)
    ]
    if not numbered:
        raise RosterError(f"{what} is empty.", "Choose a file with one participant per row.")
    if len(numbered) > MAX_ROWS:
        raise RosterError(
            f"{what} has {len(numbered):,} rows; at most {MAX_ROWS:,} are read.",
            "Check that it is the roster, and split it if it is.",
        )
    return Table(tuple(numbered), tuple(findings))


def _unguarded(cell: str) -> str:
    return cell[1:] if _GUARDED.match(cell) else cell


def _from_workbook(data: bytes, what: str) -> tuple[list[list[str]], list[Finding]]:
    sheet = read_workbook(data)
    if sheet["problem"]:
        sentence, remedy = _WORKBOOK_PROBLEMS[sheet["problem"]]
        raise RosterError(f"{what} {sentence}", remedy)
    if not sheet["others"]:
        return sheet["rows"], []
    others = ", ".join(map(repr, sheet["others"]))
    finding = Finding(
        Severity.WARNING,
        "several-sheets",
        f"Only the sheet {sheet['name']!r} was read; there is more in {others}.",
        "Put all participants on the first sheet, or move it to the front.",
    )
    return sheet["rows"], [finding]


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


def _parse(text: str, what: str) -> tuple[list[list[str]], list[Finding]]:
    separator = _SEPARATOR_LINE.match(text)
    if separator:
        text, delimiter = text[separator.end() :], separator[1]
    else:
        delimiter = _delimiter(text)
    try:
        return _rows(text, delimiter, strict=True), []
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise RosterError(
                f"{what} opens a quotation mark that is never closed, {_last_start(text)}.",
                'Close it, or remove it: a quotation mark inside a cell is written twice ("").',
            ) from None
    try:
        rows = _rows(text, delimiter, strict=False)
    except csv.Error:
        raise RosterError(
            f"{what} has a cell of more than {csv.field_size_limit():,} characters.",
            "Look for a quotation mark that is never closed.",
        ) from None
    finding = Finding(
        Severity.WARNING,
        "quotes",
        "A quotation mark stands inside a quoted cell; cells near it may have come out wrong.",
        'Write a quotation mark inside a cell twice ("").',
    )
    return rows, [finding]


def _rows(text: str, delimiter: str, *, strict: bool) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict))


def _last_start(text: str) -> str:
    """Return where the last row begins, whose quotation mark is not closed."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=False)
    start = last = 0
    for _ in reader:
        start, last = reader.line_num, start
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
