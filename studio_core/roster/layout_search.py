"""Find the layout of a table, or report why it has none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio_core.model.people import Finding, Severity
from studio_core.roster import headers
from studio_core.roster.headers import Columns, key, letter, looks_like_address
from studio_core.roster.layout import Layout, Member
from studio_core.roster.text import excerpt

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from studio_core.roster.read import Row

_MEMBER = re.compile(
    r"(?:team)?(?:member|mate)s?(\d{1,2})(firstname|lastname|fullname|name|email|emailaddress)"
)
_ASK = (
    "Choose the columns that hold the e-mail address and the team, or name them email and team "
    "in the file."
)
_LISTED = 40


@dataclass(frozen=True, slots=True)
class Found:
    """Result of the search: `layout` is None when a finding says why there is none."""

    names: tuple[str, ...]
    layout: Layout | None
    findings: tuple[Finding, ...]


def find_layout(rows: Sequence[Row], wanted: Columns | None = None) -> Found:
    """Find the columns of a table: as chosen, by name, or without a header.

    Unknown names are never guessed: the findings then list the columns and ask for a choice.
    """
    if not rows:
        return Found((), None, (nobody("There is nobody in the table."),))
    return _Search(rows, wanted or Columns()).found()


def nobody(sentence: str) -> Finding:
    """Return the finding that there is no participant."""
    return Finding(Severity.ERROR, "no-rows", sentence, "Add a row for each participant.")


class _Search:
    """A search, with the table, the organiser's choice and the findings so far."""

    def __init__(self, rows: Sequence[Row], wanted: Columns) -> None:
        self.rows = rows
        self.wanted = wanted
        self.findings: list[Finding] = []
        self.at = headers.header_index(rows, wanted)
        self.header = None if self.at is None else rows[self.at].cells
        self.body = rows if self.at is None else rows[self.at + 1 :]
        widest = max(len(row.cells) for row in rows)
        self.keys = [key(cell) for cell in self.header or ()]
        while self.keys and not self.keys[-1]:
            self.keys.pop()  # empty header cells, or the ellipsis some exports end with
        named = [excerpt(cell) for cell in (self.header or ())[: len(self.keys)]]
        self.names = tuple(cell or letter(i) for i, cell in enumerate(named)) or tuple(
            letter(i) for i in range(widest)
        )
        self.widest = widest

    def found(self) -> Found:
        """Find all columns; the order of the search is the order of the findings."""
        self._above()
        if not self.body:
            self.findings.append(nobody("There is a header and nobody below it."))
            return Found(self.names, None, tuple(self.findings))
        email = self._email()
        team = self._team(email)
        status = self._chosen(self.wanted.status) if self.wanted.status is not None else None
        if self.wanted.status is None:
            status = self._first(headers.STATUS_NAMES)
        if email is None or team is None:
            return Found(self.names, None, tuple(self.findings))
        count = self._first(headers.COUNT_NAMES)
        members = self._members()
        by_name = team < len(self.keys) and self.keys[team] not in headers.TEAM_ID_NAMES
        layout = Layout(
            names=self.names,
            header=self.header,
            start=0 if self.at is None else self.at + 1,
            width=max(len(self.keys), 1 + email, 1 + team),
            email=email,
            team=team,
            status=status,
            project_status=self._first(headers.PROJECT_STATUS_NAMES),
            team_id=self._first(headers.TEAM_ID_NAMES) if by_name else None,
            members=members,
            lists=tuple(i for i, name in enumerate(self.keys) if name in headers.LIST_NAMES),
            count=count,
            wide=bool(members) or count is not None or "submitteremail" in self.keys,
        )
        return Found(self.names, layout, tuple(self.findings))

    def _email(self) -> int | None:
        if self.wanted.email is not None:
            return self._chosen(self.wanted.email)
        if self.header is None:
            return max(range(self.widest), key=self._addresses)
        index = self._by_name(headers.EMAIL_NAMES, "e-mail addresses")
        if index is None and not self._has_error("ambiguous-column"):
            index = next(
                (i for i in self._named(headers.EMAIL_LAST) if self._mostly_addresses(i)), None
            )
        if index is None and not self._has_error("ambiguous-column"):
            hints = [name for i, name in enumerate(self.names) if self._mostly_addresses(i)]
            self._unknown("no-email-column", "e-mail addresses", headers.EMAIL_NAMES, hints)
        return index

    def _team(self, email: int | None) -> int | None:
        if self.wanted.team is not None:
            return self._chosen(self.wanted.team)
        if self.header is None:
            return self._team_without_header(email)
        errors = len(self.findings)
        index = self._by_name(headers.TEAM_NAMES, "teams", ids=headers.TEAM_ID_NAMES)
        if index is None and not self._has_error("ambiguous-column", since=errors):
            words = ("team", "group", "lag", "grupp", "equip")
            hints = [name for name in self.names if any(w in key(name) for w in words)]
            self._unknown("no-team-column", "the teams", headers.TEAM_NAMES, hints)
        return index

    def _team_without_header(self, email: int | None) -> int | None:
        filled = {i: self._filled(i) for i in range(self.widest) if i != email}
        usual = [i for i, count in filled.items() if 2 * count >= len(self.body)]
        usual = usual or [i for i, count in filled.items() if count]
        if len(usual) == 1:
            return usual[0]
        said = "several columns" if usual else "no column"
        self._error(
            "no-team-column",
            f"The file has no header, and {said} beside the e-mail address that could be the team.",
            "Put a first row with the names email and team above the table, or choose the columns.",
        )
        return None

    def _by_name(self, names: Sequence[str], what: str, ids: Sequence[str] = ()) -> int | None:
        """Return the first filled column by preference; warn when others are filled too."""
        filled = [i for i in self._named(names) if self._filled(i)]
        if not filled:
            return None
        index, *others = filled
        twins = [i for i in others if self.keys[i] == self.keys[index]]
        if twins:
            where = ", ".join(letter(i) for i in (index, *twins))
            self._error(
                "ambiguous-column",
                f"Several columns are called {self.names[index]!r}: {where}.",
                f"Choose which of them holds {what}, or rename the others.",
                column=self.names[index],
            )
            return None
        unsaid = [i for i in others if self.keys[i] not in ids]
        if unsaid:
            listed = ", ".join(repr(self.names[i]) for i in unsaid)
            self._warn(
                "several-columns",
                f"{self.names[index]!r} is read for {what}; {listed} could be meant too.",
                "Choose another column if this is not the right one.",
                column=self.names[index],
            )
        return index

    def _named(self, names: Sequence[str]) -> Iterator[int]:
        for name in names:
            yield from (i for i, seen in enumerate(self.keys) if seen == name)

    def _first(self, names: Sequence[str]) -> int | None:
        return next((i for i in self._named(names) if self._filled(i)), None)

    def _chosen(self, column: str | int) -> int | None:
        """Resolve the organiser's choice of a column."""
        if isinstance(column, int):
            matches = [column] if 0 <= column < self.widest else []
            said = f"number {column + 1}"
        else:
            matches = [i for i, name in enumerate(self.names) if name == excerpt(column)]
            matches = matches or [i for i, name in enumerate(self.keys) if name == key(column)]
            said = repr(excerpt(column))
        if len(matches) == 1:
            return matches[0]
        self._error(
            "unknown-column" if not matches else "ambiguous-column",
            f"{'No column' if not matches else 'More than one column'} is {said}. {self._seen()}",
            _ASK,
        )
        return None

    def _members(self) -> tuple[Member, ...]:
        found: dict[str, dict[str, list[int]]] = {}
        for index, name in enumerate(self.keys):
            match = _MEMBER.fullmatch(name)
            if match:
                part = "email" if match[2].startswith("email") else "name"
                found.setdefault(match[1], {}).setdefault(part, []).append(index)
        return tuple(
            Member(tuple(parts.get("name", ())), email)
            for parts in found.values()
            for email in parts.get("email", ())
        )

    def _above(self) -> None:
        for row in self.rows[: self.at or 0]:
            self._warn(
                "above-header",
                "This row stands above the header and is not read.",
                "Remove it if it is in the way.",
                row=row.number,
                value=excerpt(" ".join(row.cells)),
            )

    def _unknown(self, code: str, what: str, names: Sequence[str], hints: Sequence[str]) -> None:
        empty = [self.names[i] for i in self._named(names)]
        said = f"No column is known to hold {what}"
        if empty:
            said = f"The column {empty[0]!r} is empty, and no other is known to hold {what}"
        maybe = f" Perhaps {', '.join(map(repr, hints[:5]))}." if hints else ""
        self._error(code, f"{said}. {self._seen()}", _ASK + maybe)

    def _seen(self) -> str:
        more = ", …" if len(self.names) > _LISTED else ""
        return f"Columns seen: {', '.join(map(repr, self.names[:_LISTED]))}{more}."

    def _filled(self, index: int) -> int:
        return sum(1 for row in self.body if index < len(row.cells) and row.cells[index].strip())

    def _addresses(self, index: int) -> int:
        return sum(
            1
            for row in self.body
            if index < len(row.cells) and looks_like_address(row.cells[index])
        )

    def _mostly_addresses(self, index: int) -> bool:
        addresses = self._addresses(index)
        return addresses > 0 and 2 * addresses >= self._filled(index)

    def _has_error(self, code: str, since: int = 0) -> bool:
        return any(finding.code == code for finding in self.findings[since:])

    def _error(self, code: str, sentence: str, remedy: str, column: str | None = None) -> None:
        self.findings.append(Finding(Severity.ERROR, code, sentence, remedy, column=column))

    def _warn(
        self,
        code: str,
        sentence: str,
        remedy: str,
        *,
        column: str | None = None,
        row: int | None = None,
        value: str = "",
    ) -> None:
        self.findings.append(
            Finding(Severity.WARNING, code, sentence, remedy, row=row, column=column, value=value)
        )
