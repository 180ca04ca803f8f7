"""A roster in the editor: what was read, and what was corrected since."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from studio_core.dashboard import tables
from studio_core.roster import Columns, load_roster, roster_csv, roster_from_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from studio_core.model.people import Finding, Record
    from studio_core.roster import Checked

_FIELDS = {"Keep": "keep", "E-mail": "email", "Team": "team"}


@dataclass(frozen=True, slots=True)
class Draft:
    """One roster in the editor. `version` changes whenever its rows are replaced.

    `base` are the rows that the editor gets; its edits are applied to them.
    """

    name: str
    digest: str
    base: pd.DataFrame = field(repr=False)
    first: Checked = field(repr=False)
    version: int = 0

    @property
    def key(self) -> str:
        """Key of the editor, which changes with its rows."""
        return f"roster-editor-{self.digest}-{self.version}"

    def checked(self, edits: Mapping[str, Any]) -> Checked:
        """Check the rows with the edits applied."""
        if self.version == 0 and not edits.get("edited_rows"):
            return self.first
        frame = _laid_over(self.base, edits)
        rows = [
            {"row": row, "email": email, "team": team}
            for keep, row, email, team in frame.itertuples(index=False)
            if keep
        ]
        return roster_from_rows(rows, settled=self.first.settled)

    def folded(self, edits: Mapping[str, Any]) -> Draft:
        """Return the draft with the edits moved into its rows."""
        if not edits.get("edited_rows"):
            return self
        return replace(self, base=_laid_over(self.base, edits), version=self.version + 1)

    def with_person(self, edits: Mapping[str, Any], email: str, team: str) -> Draft:
        """Return the draft with the edits and one more row."""
        frame = _laid_over(self.base, edits)
        number = int(frame["Row"].max()) + 1 if len(frame) else 2
        frame.loc[len(frame)] = [True, number, email.strip(), team.strip()]
        return replace(self, base=frame, version=self.version + 1)


def read_draft(data: bytes, name: str, columns: Columns | None = None) -> Draft:
    """Read a file into a draft.

    Raises:
        RosterError: The file is empty, too large, or not a table.
    """
    return _draft(name, digest_of(data, columns), load_roster(data, name, columns=columns))


def digest_of(data: bytes, columns: Columns | None) -> str:
    """Return the digest of a draft of this file and choice of columns."""
    return hashlib.sha256(data + repr(columns).encode()).hexdigest()[:16]


def of_participants(records: Iterable[Record]) -> Draft:
    """Return a draft of the current participants."""
    rows = [
        {"row": row, "email": record.email, "team": record.team}
        for row, record in enumerate(records, 2)
    ]
    digest = hashlib.sha256(repr(rows).encode()).hexdigest()[:16]
    return _draft("the participants", digest, roster_from_rows(rows))


def editor_frame(draft: Draft, checked: Checked) -> pd.DataFrame:
    """Return the rows of the editor, with the current findings of each."""
    return tables.editor(draft.base, checked)


def corrected_csv(checked: Checked) -> str:
    """Format the corrected roster as CSV."""
    return roster_csv(checked.roster)


def whole_file(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that concern no single row."""
    return [finding for finding in findings if finding.row is None]


def _draft(name: str, digest: str, first: Checked) -> Draft:
    base = pd.DataFrame(
        [(True, row["row"], row["email"], row["team"]) for row in first.editor_rows()],
        columns=["Keep", "Row", "E-mail", "Team"],
    ).astype({"Keep": bool, "Row": int, "E-mail": str, "Team": str})
    return Draft(name, digest, base, first)


def _laid_over(base: pd.DataFrame, edits: Mapping[str, Any]) -> pd.DataFrame:
    frame = base.copy()
    for position, changes in (edits.get("edited_rows") or {}).items():
        for column, value in changes.items():
            if column in _FIELDS and int(position) < len(frame):
                label = frame.index[int(position)]
                frame.loc[label, column] = bool(value) if column == "Keep" else str(value or "")
    return frame
