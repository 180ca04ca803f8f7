"""Read spreadsheets (xlsx, xlsb, xls, ods) in a separate process.

A workbook of a few kilobytes can make its reader allocate hundreds of gigabytes and abort: a
value in the last cell of the sheet, a text that is shared by all cells, a zip archive that
unpacks without end. The dashboard must survive that, so a child process with limited memory and
time parses the file: this module, run as a script. It then needs only the standard library and
python-calamine. It writes one row at a time and counts what it writes; the parent counts what it
reads, and kills a child that writes more.

Text files are parsed in the parent (`read`): a character of the file makes at most a character
of a cell, the parser counts as it goes, and starting a child would cost ten times what reading
an ordinary roster does.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
import os
import signal
import subprocess
import sys
import threading
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import IO

    from python_calamine import CalamineSheet

MEMORY_LIMIT = 160 << 20
"""Bytes that the child may allocate, where the system can limit it."""

CPU_LIMIT = 2
"""Seconds of computing that the child may take, where the system can limit it."""

TIME_LIMIT = 20
"""Seconds that the child may take, however busy the machine is."""

MAX_UNPACKED = 256 << 20
"""Most bytes that a workbook may say it unpacks to."""

MAX_ROWS = 100_000
"""Most rows with content; a domain has far fewer people."""

MAX_CELLS = 2_000_000
"""Largest area of a table: its rows by the cells of its widest row."""

MAX_CELL = 1 << 17
"""Most characters of a cell; a spreadsheet takes 32,767, and `csv` as many as here."""

MAX_TEXT = 20 << 20
"""Most characters of all cells together."""

MAX_OUTPUT = 6 * MAX_TEXT
"""Bytes that the parent reads: JSON writes a character of a cell in at most six."""

_SECRET = ("AWS_", "STUDIO_")
"""Variables that the child has no need to know."""

Value = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta
NumberedRow = tuple[int, list[str]]


_SIGNALS = {"SIGXCPU": "time", "SIGKILL": "memory", "SIGABRT": "memory"}
"""Ends of a child by its limits; Rust aborts when it gets no memory."""


class TooMuchError(Exception):
    """A table is beyond a limit; the text is `rows`, `area`, `cell` or `text`."""


class Meter:
    """Count the rows with content of one table, and raise at the first that is too many."""

    def __init__(self) -> None:
        self._rows = self._widest = self._text = 0

    def count(self, cells: Sequence[str]) -> None:
        """Count one row.

        Raises:
            TooMuchError: The table is beyond a limit.
        """
        self._rows += 1
        self._widest = max(self._widest, len(cells))
        self._text += sum(map(len, cells))
        if self._rows > MAX_ROWS:
            raise TooMuchError("rows")
        if self._rows * self._widest > MAX_CELLS:
            raise TooMuchError("area")
        if self._text > MAX_TEXT:
            raise TooMuchError("text")
        if max(map(len, cells), default=0) > MAX_CELL:
            raise TooMuchError("cell")


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows with content and their numbers from 1, or a problem that kept them from being read.

    `others` are the names of further visible sheets with content. `problem` is empty or one of
    `password`, `empty`, `format`, `rows`, `area`, `cell`, `text`, `unpacked`, `memory` and
    `time`.
    """

    rows: list[NumberedRow] = field(default_factory=list)
    name: str = ""
    others: tuple[str, ...] = ()
    problem: str = ""


def read_workbook(data: bytes) -> Sheet:
    """Read the first visible sheet that has content."""
    # Fixed arguments; the file is passed through standard input.
    with subprocess.Popen(  # noqa: S603 - see the line above
        [sys.executable, "-P", __file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={k: v for k, v in os.environ.items() if not k.startswith(_SECRET)},
    ) as child:
        late = threading.Event()

        def give_up() -> None:
            late.set()
            child.kill()

        alarm = threading.Timer(TIME_LIMIT, give_up)
        alarm.start()
        try:
            sheet = _exchange(child, data)
        finally:
            alarm.cancel()
            if late.is_set() or sys.exc_info()[0]:
                child.kill()
    return sheet or Sheet(problem="time" if late.is_set() else _reason(child.returncode))


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


def _exchange(child: subprocess.Popen[bytes], data: bytes) -> Sheet | None:
    """Write the file to the child and read its rows; return None if it ends without a result."""
    assert child.stdin is not None
    assert child.stdout is not None
    # The child reads to the end before it writes, so neither waits for the other.
    with contextlib.suppress(OSError):
        child.stdin.write(data)
        child.stdin.close()
    rows: list[NumberedRow] = []
    left = MAX_OUTPUT
    while line := child.stdout.readline(left):
        left -= len(line)
        if left <= 0:
            child.kill()
            return Sheet(problem="text")
        if not line.endswith(b"\n"):
            return None
        said = json.loads(line)
        if isinstance(said, dict):
            name, others, problem = said["name"], tuple(said["others"]), said["problem"]
            return Sheet(rows if not problem else [], name, others, problem)
        number, *cells = said
        rows.append((number, cells))
    return None


def _reason(status: int | None) -> str:
    """Return the problem of a child that ended with this status and without a result."""
    try:
        return _SIGNALS.get(signal.Signals(-(status or 0)).name, "format")
    except ValueError:
        return "format"


def _parse(data: bytes, out: IO[str]) -> None:
    """Parse a workbook and write its rows, then the result; runs in the child."""
    sheet = Sheet(problem="memory")
    try:
        sheet = _found(data, out)
    except TooMuchError as error:
        sheet = Sheet(problem=str(error))
    except MemoryError:
        pass
    result = {"name": sheet.name, "others": sheet.others, "problem": sheet.problem}
    out.write(json.dumps(result) + "\n")


def _found(data: bytes, out: IO[str]) -> Sheet:
    # Only the child needs it.
    import python_calamine as calamine  # noqa: PLC0415 - see the line above

    if _unpacked(data) > MAX_UNPACKED:
        return Sheet(problem="unpacked")
    names: list[str] = []
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        for about in book.sheets_metadata:
            worksheet = about.typ == calamine.SheetTypeEnum.WorkSheet
            if not worksheet or about.visible != calamine.SheetVisibleEnum.Visible:
                continue
            rows = _rows(book.get_sheet_by_name(about.name))
            if names:
                names += [about.name] if any(True for _ in rows) else []
                continue
            meter = Meter()
            for number, cells in rows:
                meter.count(cells)
                out.write(json.dumps([number, *cells], ensure_ascii=False) + "\n")
                names = [about.name]
    except calamine.CalamineError:
        return Sheet(problem="password" if _protected(data) else "format")
    if not names:
        return Sheet(problem="empty")
    return Sheet(name=names[0], others=tuple(names[1:]))


def _rows(sheet: CalamineSheet) -> Iterator[NumberedRow]:
    """Yield the rows with content, in which the cells begin with column A."""
    if sheet.start is None or sheet.end is None:
        return
    if (sheet.end[0] + 1) * (sheet.end[1] + 1) > MAX_CELLS:
        raise TooMuchError("area")
    for number, values in enumerate(sheet.iter_rows(), start=1):
        cells = list(map(cell_text, values))
        if any(cell.strip() for cell in cells):
            yield number, cells


def _unpacked(data: bytes) -> int:
    """Return how many bytes an archive says that it unpacks to; 0 for what is no archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return sum(part.file_size for part in archive.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return 0


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


def _limit() -> None:
    """Limit this process in what it may allocate, compute, write and start."""
    try:
        # Windows has no such module; there only the time and the output are limited.
        import resource  # noqa: PLC0415 - see the line above
    except ImportError:
        return
    mapped = 0
    with contextlib.suppress(OSError):  # only Linux tells how much is mapped already
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
        mapped = int(pages) * resource.getpagesize()
    limits = {
        resource.RLIMIT_DATA: (MEMORY_LIMIT, MEMORY_LIMIT),
        resource.RLIMIT_AS: (mapped + MEMORY_LIMIT, mapped + MEMORY_LIMIT),
        resource.RLIMIT_CPU: (CPU_LIMIT, CPU_LIMIT + 1),  # the second kills without a reason
        resource.RLIMIT_FSIZE: (0, 0),
        resource.RLIMIT_CORE: (0, 0),
    }
    for what, limit in limits.items():
        with contextlib.suppress(ValueError, OSError):  # macOS does not know all of them
            resource.setrlimit(what, limit)


if __name__ == "__main__":
    _limit()
    _parse(sys.stdin.buffer.read(), sys.stdout)
