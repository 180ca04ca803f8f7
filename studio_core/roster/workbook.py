"""Spreadsheet files (xlsx, xlsb, xls, ods) to rows of text, read in a process of their own.

A crafted or merely odd workbook of a few kilobytes, with one value in the last cell of the
sheet, makes the reader ask for hundreds of gigabytes and abort its process. The dashboard
must survive that, so the file is parsed by a child with bounded memory and time: this module
run as a script. Run that way it needs the standard library and python-calamine alone.
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
"""Address space of the reading process, in bytes; enforced where the system can."""

TIME_LIMIT = 60
"""Seconds that the reading process may take."""

MAX_CELLS = 5_000_000
"""Largest area of a sheet from A1 to its last cell."""

Value = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta


class Sheet(TypedDict):
    """What the child answers: rows from the first line of the sheet, or why there are none."""

    rows: list[list[str]]
    name: str
    others: list[str]
    problem: str


def read_workbook(data: bytes) -> Sheet:
    """Read the first visible sheet that has content.

    Returns:
        `rows` beginning with the sheet's first line, blank lines included; `name` of the
        sheet; `others`, names of further visible sheets with content; `problem`: empty, or
        one of `password`, `empty`, `area`, `format`, `crash`.
    """
    command = [sys.executable, "-P", __file__]
    try:
        # Fixed arguments; the file arrives through standard input, never as an argument.
        ended = subprocess.run(  # noqa: S603 - see the line above
            command, input=data, capture_output=True, check=False, timeout=TIME_LIMIT
        )
        sheet: Sheet = json.loads(ended.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        return _problem("crash")
    return sheet


def cell_text(value: Value) -> str:
    """Write a cell as a person would type it: 3.0 as 3, midnight dates without the time."""
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
    """Parse in the child."""
    # Only the child needs it: the parent stays light.
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
    """Tell files that only a password opens; the reader says no more than that it cannot.

    Office puts an encrypted workbook into a stream of this name (MS-OFFCRYPTO); OpenDocument
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
        # Not on every system; there the time limit alone holds.
        import resource  # noqa: PLC0415 - see the line above

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, ValueError, OSError):
        return


if __name__ == "__main__":
    _limit_memory()
    sys.stdout.write(json.dumps(_parse(sys.stdin.buffer.read())))
