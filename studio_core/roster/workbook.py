"""Read spreadsheets (xlsx, xlsb, xls, ods) in a separate process.

A workbook of a few kilobytes with a value in the last cell of the sheet makes the reader
allocate hundreds of gigabytes and abort. The dashboard must survive that, so a child process
with limited memory and time parses the file: this module, run as a script. It then needs only
the standard library and python-calamine.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import subprocess
import sys
import zipfile
from typing import TypedDict

MEMORY_LIMIT = 3 << 30
"""Address space of the child in bytes, where the system can limit it."""

TIME_LIMIT = 60
"""Seconds that the child may take."""

MAX_CELLS = 5_000_000
"""Largest area of a sheet, from A1 to its last cell."""

Value = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta


class Sheet(TypedDict):
    """Output of the child: rows from the first line of the sheet, or a problem."""

    rows: list[list[str]]
    name: str
    others: list[str]
    problem: str


def read_workbook(data: bytes) -> Sheet:
    """Read the first visible sheet that has content.

    Returns:
        `rows` from the sheet's first line on, including blank lines; `name` of the sheet;
        `others`, the names of further visible sheets with content; `problem`: empty, or one
        of `password`, `empty`, `area`, `format`, `crash`.
    """
    command = [sys.executable, "-P", __file__]
    try:
        # Fixed arguments; the file is passed through standard input.
        ended = subprocess.run(  # noqa: S603 - see the line above
            command, input=data, capture_output=True, check=False, timeout=TIME_LIMIT
        )
        sheet: Sheet = json.loads(ended.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        return _problem("crash")
    return sheet


def cell_text(value: Value) -> str:
    """Return a cell as a person would type it: 3.0 as 3, dates at midnight without the time."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value)


def _problem(code: str) -> Sheet:
    return {"rows": [], "name": "", "others": [], "problem": code}


def _parse(data: bytes) -> Sheet:
    """Parse a workbook; runs in the child."""
    # Only the child needs it.
    import python_calamine as calamine  # noqa: PLC0415 - see the line above

    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        found: list[tuple[str, list[list[str]]]] = []
        for about in book.sheets_metadata:
            worksheet = about.typ == calamine.SheetTypeEnum.WorkSheet
            if not worksheet or about.visible != calamine.SheetVisibleEnum.Visible:
                continue
            sheet = book.get_sheet_by_name(about.name)
            if sheet.end is None:
                continue
            if (sheet.end[0] + 1) * (sheet.end[1] + 1) > MAX_CELLS:
                return _problem("area")
            cells = sheet.to_python(skip_empty_area=False)
            found.append((about.name, [[cell_text(value) for value in row] for row in cells]))
    except calamine.CalamineError:
        return _problem("password" if _protected(data) else "format")
    found = [(name, rows) for name, rows in found if any(map(any, rows))]
    if not found:
        return _problem("empty")
    (name, rows), *rest = found
    return {"rows": rows, "name": name, "others": [other for other, _ in rest], "problem": ""}


def _protected(data: bytes) -> bool:
    """Return whether a file is encrypted, which the reader does not distinguish from damage.

    Office stores an encrypted workbook in a stream of this name (MS-OFFCRYPTO); OpenDocument
    lists the encryption of each part in its manifest.
    """
    if "EncryptedPackage".encode("utf-16-le") in data:
        return True
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return b"encryption-data" in archive.read("META-INF/manifest.xml")
    except (zipfile.BadZipFile, KeyError):
        return False


def _limit_memory() -> None:
    try:
        # Windows has no such module; there only the time is limited.
        import resource  # noqa: PLC0415 - see the line above

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, ValueError, OSError):
        return


if __name__ == "__main__":
    _limit_memory()
    sys.stdout.write(json.dumps(_parse(sys.stdin.buffer.read())))
