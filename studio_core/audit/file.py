"""Audit log in a file of this machine: one JSON line per entry."""

from __future__ import annotations

import errno
import json
import os
import sys
import threading
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from studio_core.audit.chain import Head, chained, head_of
from studio_core.audit.entry import MALFORMED, AuditEntry, read_entry
from studio_core.errors import StudioError
from studio_core.folders import private_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILE = "audit.jsonl"
_BLOCK = 1 << 16
_OPEN = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)


class AuditFile:
    """The file, safe for several threads and processes. No code changes or removes an entry."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        self._lock = threading.Lock()
        self._known: tuple[int, Head] | None = None

    def append(self, entry: AuditEntry, **more: str) -> None:
        """Add an entry; it is on the disk when this returns.

        One process at a time, in one write: lines stay whole, and each follows the one before.

        Raises:
            StudioError: The file cannot be written.
        """
        try:
            private_folder(self.path.parent)
            with self._lock, _locked(self.path.with_suffix(".lock")):
                handle = os.open(self.path, _OPEN, 0o600)
                try:
                    self._write(handle, {**entry.as_row(), **more})
                finally:
                    os.close(handle)
        except OSError as error:
            raise StudioError(
                f"The audit log {self.path} cannot be written: {error.strerror}.",
                "Make room or give yourself the right to write there; nothing was done.",
            ) from error

    def entries(self, limit: int | None = None) -> list[AuditEntry]:
        """Return the entries, newest first, at most `limit`; malformed lines too, as such."""
        found: list[AuditEntry] = []
        at = datetime.now(UTC)
        for offset, line in _backwards(self.path):
            if limit is not None and len(found) >= limit:
                break
            entry = read_entry(_parsed(line) or {}, f"{FILE}, byte {offset + 1},", at)
            if entry.deed != MALFORMED:
                at = entry.at
            found.append(entry)
        return found

    def rows(self) -> Iterator[tuple[str, dict[str, Any] | None]]:
        """Yield each line's number and content, oldest first; None for one that is no object."""
        try:
            file = self.path.open("rb")
        except FileNotFoundError:
            return
        with file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield f"Line {number}", _parsed(line)

    def _write(self, handle: int, row: dict[str, str]) -> None:
        size = os.fstat(handle).st_size
        row = chained(row, self._head(size))
        line = (json.dumps(row, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace")
        if size:
            os.lseek(handle, size - 1, os.SEEK_SET)
            if os.read(handle, 1) != b"\n":
                line = b"\n" + line  # what a crash cut off stays a line of its own
        try:
            _write_whole(handle, line)
        except OSError:
            self._known = None
            with suppress(OSError):
                os.ftruncate(handle, size)  # half a line would be taken for a damaged entry
            raise
        self._known = (size + len(line), Head(int(row["number"]), row["hash"]))

    def _head(self, size: int) -> Head:
        """Return the newest entry: remembered, unless another process has written since."""
        if self._known is not None and self._known[0] == size:
            return self._known[1]
        heads = (head_of(_parsed(line) or {}) for _, line in _backwards(self.path))
        return next((head for head in heads if head is not None), Head())


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock that other processes respect; it ends with the process."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415 - Windows has no fcntl

            msvcrt.locking(handle, msvcrt.LK_LOCK, 1)
        else:
            import fcntl  # noqa: PLC0415 - Windows has none

            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _write_whole(handle: int, line: bytes) -> None:
    if os.write(handle, line) < len(line):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    os.fsync(handle)


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _backwards(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of a file from its end, each with its offset: it may be long."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        at = file.seek(0, os.SEEK_END)
        rest = b""
        while at:
            size = min(_BLOCK, at)
            at -= size
            file.seek(at)
            first, *lines = (file.read(size) + rest).split(b"\n")
            offset = at + len(first) + 1 + sum(len(line) + 1 for line in lines)
            for line in reversed(lines):
                offset -= len(line) + 1
                if line.strip():
                    yield offset, line
            rest = first
        if rest.strip():
            yield 0, rest
