"""Check a table: build the `Roster` and all findings at once."""

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
    """One person of the file with their findings.

    `email` and `team` are in checked form where they are valid, else as in the file. `kept`
    is True when the person is in the roster, `left_out` when the file's status column
    excludes them.
    """

    row: int
    email: str
    team: str
    kept: bool
    left_out: bool = False
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """Result of a check.

    `roster` has everybody who passed, even when others did not: use it only when `ok`.
    `findings` are in the order of the file. `columns` are those that were read (indices from
    0), or None when they could not be determined; `names` are all columns, to choose from.
    """

    roster: Roster
    findings: tuple[Finding, ...] = ()
    columns: Columns | None = None
    rows: tuple[CheckedRow, ...] = ()
    names: tuple[str, ...] = ()
    settled: tuple[Finding, ...] = field(default=(), repr=False)
    """Findings that stay whatever e-mails and teams are corrected."""

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Findings that block the roster."""
        return tuple(f for f in self.findings if f.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """Findings that do not block it."""
        return tuple(f for f in self.findings if f.severity is Severity.WARNING)

    @property
    def ok(self) -> bool:
        """True when there are no errors."""
        return not self.errors

    def editor_rows(self) -> list[dict[str, str | int]]:
        """Return rows for an editor, with `row`, `email` and `team`, without those left out."""
        return [
            {"row": row.row, "email": row.email, "team": row.team}
            for row in self.rows
            if not row.left_out
        ]


def check_table(table: Table, *, columns: Columns | None = None) -> Checked:
    """Check a table, with columns as chosen or found by their names.

    Every row with content ends up in the roster or in a finding.
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
    """Check rows that were corrected in an editor.

    Args:
        rows: Mappings with `email`, `team` and, for rows of the file, `row`, as
            `Checked.editor_rows` returned them and the organiser changed them. Missing values
            may be None or NaN. Rows without a number get the next one; empty rows are skipped.
        settled: `Checked.settled` of the first check, which stays in the findings.
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
    # NaN, which editors put into empty cells, is the only value unequal to itself.
    return "" if value is None or value != value else str(value)  # noqa: PLR0124 - see above


def _judged(entries: Sequence[RosterEntry], *, settled: tuple[Finding, ...]) -> Checked:
    checks, doubts = check_entries(entries)
    findings = [*settled, *doubts]
    if not entries and not any(f.severity is Severity.ERROR for f in findings):
        findings.append(nobody("Nobody is left to take part."))
    # Findings about the whole file come first, the others in the order of the file.
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
