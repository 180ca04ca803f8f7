"""People: participants, rosters, findings, and rows of the participants table."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class Severity(StrEnum):
    """How bad a finding is: an error stops the work, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem of a roster: where it is, what is wrong, and how to fix it.

    `row` is the row number that a spreadsheet shows (the header is row 1), or None when the
    finding concerns no single row. `code` is a stable identifier (`email-syntax`) for tests
    and scripts; `sentence` and `remedy` are for people.
    """

    severity: Severity
    code: str
    sentence: str
    remedy: str
    row: int | None = None
    column: str | None = None
    value: str = ""


@dataclass(frozen=True, slots=True)
class Participant:
    """One person of a roster. `email` is normalised (see `naming.normalise_email`)."""

    email: str
    team: str
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Roster:
    """Checked participants in file order; no two have the same normalised e-mail."""

    participants: tuple[Participant, ...] = ()

    @property
    def teams(self) -> tuple[str, ...]:
        """Team names, each once: numbers in numeric order, then names in alphabetical order."""
        return tuple(sorted({p.team for p in self.participants}, key=team_order))

    def __len__(self) -> int:
        return len(self.participants)


def team_order(team: str) -> tuple[int, int, str]:
    """Return the sort key of a team name: 2 before 10, numbers before names."""
    return (0, int(team), "") if team.isdecimal() else (1, 0, team.casefold())


@dataclass(frozen=True, slots=True)
class Record:
    """A participant's row in the table. `extra` has the attributes that other tools wrote.

    `event` is None in rows that the first generation wrote; `space` is then None too, and
    `profile` until adoption notes whose an old profile is to be. `key` is the table's key where
    it is not the normalised e-mail: the first generation wrote addresses as they were typed.
    """

    email: str
    team: str
    domain_id: str
    event: str | None = None
    profile: str | None = None
    space: str | None = None
    last_link_at: datetime | None = None
    extra: Mapping[str, object] = field(default_factory=dict, compare=False)
    key: str | None = None

    @property
    def pk(self) -> str:
        """Key of the row in the table."""
        return self.key or self.email

    @property
    def from_before(self) -> bool:
        """Return True for a row of the first generation that no event has adopted."""
        return self.event is None
