"""Check entries against the rules and each other."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio_core.model.people import Finding, Participant, Severity
from studio_core.naming import assign_profiles, mailbox_name, team_key
from studio_core.roster.cells import read_email, read_team
from studio_core.roster.text import excerpt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio_core.roster.entries import RosterEntry

_SHOWN_PEOPLE = 3


@dataclass(slots=True)
class EntryCheck:
    """Check of one entry: its valid parts, its findings, and the participant it becomes."""

    entry: RosterEntry
    email: str | None
    team: str | None
    findings: list[Finding]
    participant: Participant | None = None


def check_entries(entries: Sequence[RosterEntry]) -> tuple[list[EntryCheck], list[Finding]]:
    """Check all entries; return a check for each, in order, and all findings."""
    checker = _EntryChecker()
    for entry in entries:
        checker.add(entry)
    checker.close()
    return checker.checks, checker.findings


class _EntryChecker:
    """Checker of entries: each against all earlier ones, then all together."""

    def __init__(self) -> None:
        self.checks: list[EntryCheck] = []
        self.findings: list[Finding] = []
        self.first: dict[str, EntryCheck] = {}  # by address
        self.spelling: dict[str, tuple[str, int]] = {}  # by team key: how it was first written
        self.respelt: set[str] = set()
        self.ids: dict[str, tuple[str, int]] = {}  # by team: the first id seen with it
        self.clashing: set[str] = set()

    def add(self, entry: RosterEntry) -> None:
        check = EntryCheck(entry, None, None, [])
        self.checks.append(check)
        email, findings = read_email(entry)
        check.email = email
        for finding in findings:
            self._report(check, finding)
        team, findings = read_team(entry)
        for finding in findings:
            self._report(check, finding)
        if team is not None:
            check.team = self._common_spelling(check, team)
            self._compare_ids(check, check.team)
        if email is None:
            return
        earlier = self.first.setdefault(email, check)
        if earlier is not check:
            self._duplicate(check, earlier, email)
        elif check.team is not None:
            check.participant = Participant(email, check.team, entry.row)

    def close(self) -> None:
        """Report what depends on all entries."""
        self._mixed_teams()
        self._shared_mailboxes()

    def _report(self, check: EntryCheck, finding: Finding) -> None:
        self.findings.append(finding)
        check.findings.append(finding)

    def _common_spelling(self, check: EntryCheck, team: str) -> str:
        """Return the first spelling of a team; warn once about each other spelling."""
        known, row = self.spelling.setdefault(team_key(team), (team, check.entry.row))
        if team != known and team not in self.respelt:
            self.respelt.add(team)
            finding = Finding(
                Severity.WARNING,
                "team-spelling",
                f"{excerpt(team)!r} is taken for the team {excerpt(known)!r} of row {row}.",
                "Write it the same way, or rename one if these are two teams.",
                row=check.entry.row,
                column=check.entry.team_column,
                value=excerpt(team),
            )
            self._report(check, finding)
        return known

    def _compare_ids(self, check: EntryCheck, team: str) -> None:
        """Report two team ids under one name: those teams would be merged silently."""
        team_id = check.entry.team_id
        if not team_id:
            return
        known, row = self.ids.setdefault(team, (team_id, check.entry.row))
        if team_id == known or team_id in self.clashing:
            return
        self.clashing.add(team_id)
        finding = Finding(
            Severity.ERROR,
            "team-name-shared",
            f"Two teams are called {excerpt(team)!r}: id {excerpt(known)} (row {row}) and "
            f"{excerpt(team_id)}.",
            "Rename one of them, or choose the column with the team's id.",
            row=check.entry.row,
            column=check.entry.team_column,
            value=excerpt(team),
        )
        self._report(check, finding)

    def _duplicate(self, check: EntryCheck, earlier: EntryCheck, email: str) -> None:
        if check.team is None:
            return  # the row has its error; which team is meant cannot be compared
        row = earlier.entry.row
        if check.team == earlier.team:
            finding = Finding(
                Severity.WARNING,
                "duplicate",
                f"{email} is in row {row} already, in the same team; this row is passed over.",
                "Nothing has to be done.",
                row=check.entry.row,
                column=check.entry.email_column,
                value=excerpt(check.entry.email),
            )
        else:
            before = "without a usable team"
            if earlier.team:
                before = f"in team {excerpt(earlier.team)!r}"
            finding = Finding(
                Severity.ERROR,
                "duplicate-team",
                f"{email} is in team {excerpt(check.team)!r} here and {before} in row {row}.",
                "Keep the row with the right team and remove the other.",
                row=check.entry.row,
                column=check.entry.email_column,
                value=excerpt(check.entry.email),
            )
        self._report(check, finding)

    def _mixed_teams(self) -> None:
        teams = {check.participant.team for check in self.checks if check.participant is not None}
        numbers = sum(team.isdecimal() for team in teams)
        if not numbers or numbers == len(teams):
            return
        few = numbers * 2 < len(teams)
        odd = next(m for m in self.checks if m.team is not None and m.team.isdecimal() is few)
        finding = Finding(
            Severity.WARNING,
            "team-mixed",
            f"Some teams are numbers ({numbers}) and some are names ({len(teams) - numbers}); "
            f"{excerpt(odd.team or '')!r} is the first of the fewer kind.",
            "Nothing has to be done if that is meant.",
            row=odd.entry.row,
            column=odd.entry.team_column,
            value=excerpt(odd.team or ""),
        )
        self._report(odd, finding)

    def _shared_mailboxes(self) -> None:
        by_name: dict[str, list[EntryCheck]] = defaultdict(list)
        for check in self.checks:
            if check.participant is not None:
                by_name[mailbox_name(check.participant.email)].append(check)
        names: dict[str, str] = {}
        for name, checks in by_name.items():
            if not name or len(checks) == 1:
                continue
            names = names or assign_profiles(self.first, {})
            people = [f"{m.email} ({names[m.email or '']})" for m in checks[:_SHOWN_PEOPLE]]
            more = len(checks) - len(people)
            listed = ", ".join(people) + (f" and {more} more" if more else "")
            second = checks[1]
            finding = Finding(
                Severity.WARNING,
                "name-collision",
                f"{len(checks)} people have the mailbox name {name}; new profiles are told apart "
                f"by a short code: {listed}.",
                "Nothing has to be done.",
                row=second.entry.row,
                column=second.entry.email_column,
                value=second.email or "",
            )
            self._report(second, finding)
