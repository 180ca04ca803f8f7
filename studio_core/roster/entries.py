"""Turn rows of a table into entries, one per person, and separate those left out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from studio_core.model.people import Finding, Severity
from studio_core.roster.headers import key, looks_like_address
from studio_core.roster.layout import Member
from studio_core.roster.text import excerpt

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from studio_core.roster.layout import Layout
    from studio_core.roster.read import Row

# Compared like headers: only letters and digits count.
_IN = frozenset(
    {
        *("approved", "accepted", "active", "attending", "checkedin", "complete", "completed"),
        *("confirmed", "going", "ok", "paid", "registered", "submitted", "valid", "yes"),
    }
)
_OUT = frozenset(
    {
        *("absent", "canceled", "cancelled", "declined", "deleted", "denied", "expired"),
        *("incomplete", "invited", "no", "notapproved", "notattending", "notgoing", "pending"),
        *("pendingapproval", "refunded", "rejected", "transferred", "unconfirmed", "unpaid"),
        *("waiting", "waitinglist", "waitlist", "waitlisted", "withdrawn"),
    }
)
_UNTITLED = frozenset({"untitled", "untitled project"})
_TRIPLET = 3


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """One person as in the file, unchecked."""

    row: int
    email: str
    team: str
    email_column: str = "email"
    team_column: str = "team"
    team_id: str = ""


@dataclass(slots=True)
class Gathered:
    """Entries to check, entries left out (with their finding), and findings about rows."""

    entries: list[RosterEntry] = field(default_factory=list)
    left_out: list[tuple[RosterEntry, Finding]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def gather(rows: Sequence[Row], layout: Layout) -> Gathered:
    """Turn the rows below the header into entries; rows without any are in a finding."""
    gatherer = _Gatherer(layout)
    for row in rows[layout.start :]:
        gatherer.add(row)
    return gatherer.gathered()


class _Gatherer:
    """One pass over the rows; findings about a whole column come at the end."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.header = _plain(layout.header or ())
        self.team_column = layout.name(layout.team)
        self.result = Gathered()
        self.strange: dict[str, int] = {}  # unknown status to its first row
        self.addressless: dict[int, list[tuple[int, str]]] = {}  # list column to its cells
        self.with_address: set[int] = set()
        self.groups: dict[tuple[str, ...], int] = {}  # team and its people to their first row

    def gathered(self) -> Gathered:
        self._report_lists()
        for status, row in self.strange.items():
            self._warn(
                "status-unknown",
                row,
                f"The status {status!r} is not known here; its rows are kept.",
                "Remove the rows that shall not take part.",
                self._status_column(),
                status,
            )
        return self.result

    def add(self, row: Row) -> None:
        if self.header and _plain(row.cells) == self.header:
            self._warn("repeated-header", row.number, "The header stands here again.", "Remove it.")
            return
        layout = self.layout
        cells = row.cells
        team = _cell(cells, layout.team)
        if team.strip().casefold() in _UNTITLED:
            team = ""
        team_id = "" if layout.team_id is None else _cell(cells, layout.team_id).strip()
        entries = [
            RosterEntry(row.number, email, team, column, self.team_column, team_id)
            for email, column in self._addresses(row)
        ]
        if len(entries) > 1 and self._repeated(row.number, team, entries):
            return
        reason, column = self._reason_to_leave_out(cells, row.number, team)
        if not reason:
            self.result.entries += entries
            return
        for entry in entries:
            finding = Finding(
                Severity.WARNING,
                "left-out",
                f"{excerpt(entry.email) or 'This row'} is left out: {column} is {reason!r}.",
                "Change it in the file if the person shall take part.",
                row=row.number,
                column=column,
                value=reason,
            )
            self.result.left_out.append((entry, finding))
            self.result.findings.append(finding)

    def _repeated(self, row: int, team: str, entries: Sequence[RosterEntry]) -> bool:
        """Return whether an earlier row has the whole team, as in exports with prizes."""
        group = (team, *(entry.email for entry in entries))
        first = self.groups.setdefault(group, row)
        if first == row:
            return False
        sentence = f"This row repeats row {first}: the same team with the same people."
        self._warn("repeated-row", row, sentence, "Nothing has to be done.")
        return True

    def _reason_to_leave_out(self, cells: Sequence[str], row: int, team: str) -> tuple[str, str]:
        """Return the status that excludes a row and its column; an empty status includes it."""
        layout = self.layout
        if layout.project_status is not None and not team.strip():
            status = _cell(cells, layout.project_status).strip()
            if key(status).startswith("draft"):
                return excerpt(status), layout.name(layout.project_status)
        if layout.status is None:
            return "", ""
        status = excerpt(_cell(cells, layout.status))
        word = key(status)
        column = self._status_column()
        # With a column of approvals, only approved people take part.
        if key(column) == "approvalstatus":
            return ("", "") if word == "approved" else (status or "empty", column)
        if word in _OUT:
            return status, column
        if word and word not in _IN:
            self.strange.setdefault(status, row)
        return "", ""

    def _status_column(self) -> str:
        return "" if self.layout.status is None else self.layout.name(self.layout.status)

    def _addresses(self, row: Row) -> Iterator[tuple[str, str]]:
        """Yield the addresses of a row with their columns, always the main one."""
        layout = self.layout
        yield _cell(row.cells, layout.email), layout.name(layout.email)
        further = 0
        for member in (*layout.members, *self._beyond(row)):
            email = _cell(row.cells, member.email)
            if email.strip():
                further += 1
                yield email, layout.name(member.email)
            elif any(_cell(row.cells, index).strip() for index in member.names):
                name = excerpt(" ".join(_cell(row.cells, index) for index in member.names))
                self._warn(
                    "member-without-email",
                    row.number,
                    f"{name} has no e-mail address and is left out.",
                    "Fill in the address if the person shall take part.",
                    layout.name(member.email),
                    name,
                )
        for column in layout.lists:
            for email in self._listed(row, column):
                yield email, layout.name(column)
        if layout.count is not None:
            self._compare_count(row, further)

    def _beyond(self, row: Row) -> list[Member]:
        """Return members in cells beyond the header: triplets of two names and an address."""
        start = self.layout.width
        extra = row.cells[start:]
        if not any(cell.strip() for cell in extra):
            return []
        if not self.layout.wide:
            text = excerpt(" ".join(extra))
            self._warn(
                "extra-cells",
                row.number,
                f"There is more in this row than there are columns: {text!r} is not read.",
                "A cell that holds the delimiter must stand in quotation marks.",
                value=text,
            )
            return []
        found = [index for index, cell in enumerate(extra) if looks_like_address(cell)]
        phase = found[0] % _TRIPLET if found else _TRIPLET - 1
        slots = {*found, *range(phase, len(extra) + _TRIPLET, _TRIPLET)}
        members = []
        for slot in sorted(slots):
            index = start + slot
            names = tuple(i for i in (index - 2, index - 1) if i >= start)
            members.append(Member(tuple(i for i in names if i - start not in slots), index))
        return members

    def _listed(self, row: Row, column: int) -> Iterator[str]:
        """Yield the addresses in a cell that lists a team's members; remember other names."""
        cell = _cell(row.cells, column)
        tokens = [token.strip() for token in re.split(r"[,;\n\r]+", cell) if token.strip()]
        words = [word for token in tokens for word in (token.split() if "@" in token else [token])]
        addresses = [word.strip("<>()") for word in words if "@" in word]
        if addresses:
            self.with_address.add(column)
            yield from addresses
        names = [word for word in tokens if "@" not in word and not word.isdecimal()]
        if names:
            self.addressless.setdefault(column, []).append((row.number, ", ".join(names)))

    def _report_lists(self) -> None:
        for column, cells in self.addressless.items():
            name = self.layout.name(column)
            if column not in self.with_address:
                self._warn(
                    "member-without-email",
                    cells[0][0],
                    f"{name!r} holds no e-mail addresses, so nobody named there takes part.",
                    "Give each person a row with an address of their own.",
                    name,
                    excerpt(cells[0][1]),
                )
                continue
            for row, text in cells:
                self._warn(
                    "member-without-email",
                    row,
                    f"{excerpt(text)} has no e-mail address and is left out.",
                    "Fill in the address if the person shall take part.",
                    name,
                    excerpt(text),
                )

    def _compare_count(self, row: Row, further: int) -> None:
        assert self.layout.count is not None
        said = _cell(row.cells, self.layout.count).strip()
        if said.isdecimal() and int(said) != further:
            self._warn(
                "member-count",
                row.number,
                f"The row says {said} further members; it has {further} addresses of them.",
                "Look whether somebody is missing.",
                self.layout.name(self.layout.count),
                said,
            )

    def _warn(  # noqa: PLR0917 - the fields of a finding, in its order
        self, code: str, row: int, sentence: str, remedy: str, column: str = "", value: str = ""
    ) -> None:
        finding = Finding(Severity.WARNING, code, sentence, remedy, row, column or None, value)
        self.result.findings.append(finding)


def _plain(cells: Sequence[str]) -> tuple[str, ...]:
    return tuple(cell.strip().casefold() for cell in cells)


def _cell(cells: Sequence[str], index: int) -> str:
    return cells[index] if index < len(cells) else ""
