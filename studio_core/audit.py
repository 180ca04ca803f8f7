"""Append-only audit log."""

from __future__ import annotations

import errno
import json
import os
import threading
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from studio_core.access.roles import Actor, Role
from studio_core.errors import StudioError
from studio_core.folders import private_folder
from studio_core.roster.export import safe_csv

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

FILE = "audit.jsonl"
_BLOCK = 1 << 16
COLUMNS = (
    "at",
    "event",
    "who",
    "role",
    "via",
    "from",
    "deed",
    "subject",
    "outcome",
    "details",
    "id",
)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the log: who did what to whom, when and from where. Never a credential."""

    at: datetime
    deed: str
    actor: Actor
    subject: str = ""
    outcome: str = "done"
    event: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    id: str = field(default_factory=lambda: uuid.uuid4().hex)

    def as_row(self) -> dict[str, str]:
        """Return the entry as text by column, with the details as JSON."""
        details = json.dumps(dict(self.details), ensure_ascii=False) if self.details else ""
        values = (
            self.at.astimezone(UTC).isoformat(timespec="milliseconds"),
            self.event,
            self.actor.name,
            self.actor.role.value,
            self.actor.via,
            self.actor.address,
            self.deed,
            self.subject,
            self.outcome,
            details,
            self.id,
        )
        return dict(zip(COLUMNS, values, strict=True))

    @staticmethod
    def from_row(row: Mapping[str, str]) -> AuditEntry:
        """Parse a row as `as_row` returns it.

        Raises:
            KeyError, ValueError: The row is not an entry.
        """
        return AuditEntry(
            datetime.fromisoformat(row["at"]),
            row["deed"],
            Actor(row["who"], Role(row["role"]), row["via"], row["from"]),
            row["subject"],
            row["outcome"],
            row["event"],
            json.loads(row["details"]) if row["details"] else {},
            row["id"],
        )


class Sink(Protocol):
    """A second destination for entries; see `studio_core.aws.audit.AuditTable`."""

    def write(self, entries: Iterable[AuditEntry]) -> None:
        """Add entries, or raise AwsError."""


class Audit:
    """The audit log in a file of this machine, copied to a sink where one is set.

    Thread-safe, and safe for several processes on one file. No code changes or removes an
    entry; a purge keeps the file.
    """

    def __init__(
        self, folder: Path, *, clock: Callable[[], datetime], sink: Sink | None = None
    ) -> None:
        self.path = folder / FILE
        self._clock = clock
        self._sink = sink
        self._lock = threading.Lock()
        self.unsent = ""
        """Why the sink did not take the newest entry, or empty."""

    def note(
        self,
        actor: Actor,
        deed: str,
        *,
        subject: str = "",
        outcome: str = "done",
        event: str = "",
        **details: object,
    ) -> AuditEntry:
        """Add one entry; it is in the file when this returns.

        The sink is tried once. When it fails, `unsent` says why and the entry stays in the
        file: an event must not stop because a log table is unavailable.

        Raises:
            StudioError: The file cannot be written, so the action must not be done.
        """
        texts = {key: text for key, value in details.items() if (text := str(value))}
        entry = AuditEntry(self._clock(), deed, actor, subject, outcome, event, texts)
        self._append(entry)
        if self._sink is not None:
            try:
                self._sink.write([entry])
            except StudioError as error:
                self.unsent = error.sentence
            else:
                self.unsent = ""
        return entry

    def entries(self, limit: int | None = None) -> list[AuditEntry]:
        """Return the entries of the file, newest first, at most `limit`; skip broken lines."""
        found: list[AuditEntry] = []
        for line in _backwards(self.path):
            if limit is not None and len(found) >= limit:
                break
            try:
                found.append(AuditEntry.from_row(json.loads(line)))
            except (ValueError, KeyError, TypeError):
                continue
        return found

    def _append(self, entry: AuditEntry) -> None:
        line = (json.dumps(entry.as_row(), ensure_ascii=False) + "\n").encode()
        try:
            private_folder(self.path.parent)
            with self._lock:
                handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
                try:
                    # A single write in append mode keeps the lines of other processes whole.
                    if os.write(handle, line) < len(line):
                        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                finally:
                    os.close(handle)
        except OSError as error:
            raise StudioError(
                f"The audit log {self.path} cannot be written: {error.strerror}.",
                "Make room or give yourself the right to write there; nothing was done.",
            ) from error


def newest(*sources: Iterable[AuditEntry], limit: int) -> list[AuditEntry]:
    """Merge entries of several sources, each once, newest first, at most `limit`."""
    by_id = {entry.id: entry for source in sources for entry in source}
    return sorted(by_id.values(), key=lambda entry: entry.at, reverse=True)[:limit]


def _backwards(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file from its end, in blocks, because it may be long."""
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
            yield from reversed(lines)
            rest = first
        yield rest


def audit_csv(entries: Iterable[AuditEntry]) -> str:
    """Format entries as CSV, in the given order."""
    return safe_csv(COLUMNS, (tuple(entry.as_row().values()) for entry in entries))
