"""A table to a Roster and everything that is wrong or doubtful in it, all at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from studio_core.model.people import Finding, Roster, Severity
from studio_core.roster.entries import RosterEntry, gather
from studio_core.roster.entry_check import check_entries
from studio_core.roster.headers import Columns
from studio_core.roster.layout_search import find_layout, nobody

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from studio_core.roster.read import Table


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """One person of the file with what was found about them.

    `email` and `team` are the checked forms where they are right, else the text of the file;
    `kept` tells whether the person is in the roster, `left_out` whether the file's own status
    column keeps them out.
    """

    row: int
    email: str
    team: str
    kept: bool
    left_out: bool = False
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome of a check.

    `roster` holds all who passed, even when others did not: use it only when `ok`. `findings`
    are in the order of the file. `columns` are those that were read (indices from 0), or None
    when that could not be told; `names` are all columns of the file, to choose from.
    """

    roster: Roster
    findings: tuple[Finding, ...] = ()
    columns: Columns | None = None
    rows: tuple[CheckedRow, ...] = ()
    names: tuple[str, ...] = ()
    settled: tuple[Finding, ...] = field(default=(), repr=False)
    """Findings that no correction of an e-mail or a team changes."""

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that stop the work."""
        return tuple(f for f in self.findings if f.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The findings that do not."""
        return tuple(f for f in self.findings if f.severity is Severity.WARNING)

    @property
    def ok(self) -> bool:
        """True when nothing stops the work."""
        return not self.errors

    def editor_rows(self) -> list[dict[str, str | int]]:
        """Rows for an editor, with `row`, `email` and `team`; without those left out."""
        return [
            {"row": row.row, "email": row.email, "team": row.team}
            for row in self.rows
            if not row.left_out
        ]


def check_table(table: Table, *, columns: Columns | None = None) -> Checked:
    """Check a table, by the organiser's choice of columns or by their names.

    Every row with content is in the roster or in a finding.
    """
    found = find_layout(table.rows, columns)
    above = (*table.findings, *found.findings)
    if found.layout is None:
        return Checked(Roster(), above, names=found.names, settled=above)
    gathered = gather(table.rows, found.layout)
    used = Columns(found.layout.email, found.layout.team, found.layout.status)
    outcome = _judged(gathered.entries, settled=(*above, *gathered.findings))
    left_out = [
        CheckedRow(e.row, e.email.strip(), e.team.strip(), kept=False, left_out=True, findings=(f,))
        for e, f in gathered.left_out
    ]
    return Checked(
        outcome.roster,
        outcome.findings,
        used,
        tuple(sorted((*outcome.rows, *left_out), key=lambda row: row.row)),
        found.names,
        outcome.settled,
    )


def roster_from_rows(
    rows: Iterable[Mapping[str, object]], *, settled: Sequence[Finding] = ()
) -> Checked:
    """Check rows that were corrected in place.

    Args:
        rows: Mappings with `email`, `team` and, for rows of the file, `row`: what
            `Checked.editor_rows` gave and the organiser changed. Missing values may be None or
            NaN. Rows without a number get the next ones; empty rows are passed over.
        settled: `Checked.settled` of the first check, to be reported further on.
    """
    entries: list[RosterEntry] = []
    last = 1
    for row in rows:
        email, team, number = (_text(row.get(name)) for name in ("email", "team", "row"))
        line = int(float(number)) if number else last + 1
        last = max(last, line)
        if email.strip() or team.strip() or number:
            entries.append(RosterEntry(line, email, team))
    return _judged(entries, settled=tuple(settled))


def _text(value: object) -> str:
    # NaN, which editors put into empty cells, is the one value unequal to itself.
    return "" if value is None or value != value else str(value)  # noqa: PLR0124 - see above


def _judged(entries: Sequence[RosterEntry], *, settled: tuple[Finding, ...]) -> Checked:
    checks, doubts = check_entries(entries)
    findings = [*settled, *doubts]
    if not entries and not any(f.severity is Severity.ERROR for f in findings):
        findings.append(nobody("Nobody is left to take part."))
    # Findings about the whole file come first; the rest follow the file.
    findings.sort(key=lambda finding: finding.row or 0)
    about: dict[int, list[Finding]] = {}
    for finding in settled:
        if finding.row is not None and finding.code != "left-out":
            about.setdefault(finding.row, []).append(finding)
    rows = (
        CheckedRow(
            each.entry.row,
            each.email or each.entry.email.strip(),
            each.team or each.entry.team.strip(),
            kept=each.participant is not None,
            findings=(*about.get(each.entry.row, ()), *each.findings),
        )
        for each in checks
    )
    return Checked(
        Roster(tuple(each.participant for each in checks if each.participant is not None)),
        tuple(findings),
        Columns("email", "team"),
        tuple(rows),
        settled=settled,
    )
