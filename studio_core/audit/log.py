"""The audit log: a file of this machine, and a table where one is set."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from studio_core.audit.chain import judge
from studio_core.audit.entry import AuditEntry
from studio_core.audit.file import AuditFile
from studio_core.errors import StudioError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from pathlib import Path

    from studio_core.access.roles import Actor
    from studio_core.audit.chain import Verdict


REFUSED = "the audit table did not take it"
"""Outcome, in the file, of an entry that is not in the table: what it records was not begun."""


class Sink(Protocol):
    """A second destination for entries; see `studio_core.aws.audit.AuditTable`."""

    name: str

    def write(self, entry: AuditEntry) -> None:
        """Add an entry, or raise AwsError."""


class Audit:
    """The audit log. An entry is in the table, if there is one, and then in the file.

    Thread-safe, and safe for several processes on one file. No code changes or removes an
    entry; a purge keeps the file.
    """

    def __init__(
        self, folder: Path, *, clock: Callable[[], datetime], sink: Sink | None = None
    ) -> None:
        self._file = AuditFile(folder)
        self.path = self._file.path
        self._clock = clock
        self._sink = sink

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
        """Add one entry, before what it records is done; it is recorded when this returns.

        Raises:
            StudioError: It cannot be recorded, so the action must not be done. When only the
                table fails, the file says so.
        """
        texts = {key: text for key, value in details.items() if (text := str(value))}
        entry = AuditEntry(self._clock(), deed, actor, subject, outcome, event, texts)
        if self._sink is None:
            self._file.append(entry)
            return entry
        try:
            self._sink.write(entry)
        except StudioError as error:
            self._file.append(replace(entry, outcome=f"{entry.outcome}; {REFUSED}"))
            raise StudioError(
                f"The audit table {self._sink.name} takes no entry: {error.sentence}",
                f"What cannot be recorded is not done. {error.remedy}",
            ) from error
        self._file.append(entry, table=self._sink.name)
        return entry

    def entries(self, limit: int | None = None) -> list[AuditEntry]:
        """Return the entries of the file, newest first, at most `limit`; see `AuditFile`."""
        return self._file.entries(limit)

    def verify(self) -> Verdict:
        """Verify the chain of the file."""
        return judge(f"File {self.path}", self._file.rows())

    def sent(self, table: str, event: str) -> dict[str, str]:
        """Return the ids of entries that a table took from this machine, each with its line."""
        return {
            str(row["id"]): where
            for where, row in self._file.rows()
            if row and row.get("table") == table and row.get("event") == event and row.get("id")
        }


def newest(*sources: Iterable[AuditEntry], limit: int) -> list[AuditEntry]:
    """Merge entries of several sources, each once, newest first, at most `limit`."""
    by_id = {entry.id: entry for source in sources for entry in source}
    return sorted(by_id.values(), key=lambda entry: entry.at, reverse=True)[:limit]
