"""Layout of a table: the columns that are read."""

from __future__ import annotations

from dataclasses import dataclass

from studio_core.roster.headers import letter


@dataclass(frozen=True, slots=True)
class Member:
    """Columns of one further team member in a row: the names, and the address."""

    names: tuple[int, ...]
    email: int


@dataclass(frozen=True, slots=True)
class Layout:
    """Positions in a table; column indices count from 0.

    `names` are the columns as people know them (header text, or `column A`); `width` is their
    number; `start` is the index of the first row of people. `wide` tables have further members
    of a team in cells beyond the header, as Devpost exports them.
    """

    names: tuple[str, ...]
    header: tuple[str, ...] | None
    start: int
    width: int
    email: int
    team: int
    status: int | None = None
    project_status: int | None = None
    team_id: int | None = None
    members: tuple[Member, ...] = ()
    lists: tuple[int, ...] = ()
    count: int | None = None
    wide: bool = False

    def name(self, index: int) -> str:
        """Return the name of a column, also of one beyond the header."""
        return self.names[index] if index < len(self.names) else letter(index)
