"""What the tool's first generation left: rows without an event, and what they name.

Its profiles and spaces carry no tags; their names follow from the row. Until commit a24d7ec
a team had one classic space, named as the team; since 1ce7caf each person has two of their
own.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio_core.model.studio import AppType, Kind, Ownership, Profile, Snapshot, Space, ref
from studio_core.naming import first_generation_profile
from studio_core.wording import counted, listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from studio_core.model.people import Record
    from studio_core.model.studio import Ref

_PERSONAL: Mapping[str, AppType] = {
    "-jupyter-space": AppType.JUPYTER_LAB,
    "-ce-space": AppType.CODE_EDITOR,
}

ADOPT = "Run `studio adopt`, or adopt them on the dashboard's roster page."
"""What to do about people from before."""

_NAMED = 10

ONLY_RECORD = (
    "the earlier tool made {names}, which only this row names; adopt first (`studio adopt`), "
    "then nothing of it is left behind"
)


@dataclass(frozen=True, slots=True)
class SharedProfile:
    """A profile of the first generation that several people's addresses lead to."""

    profile: Profile
    emails: tuple[str, ...]


def names_from_before(record: Record) -> Iterator[tuple[Kind, str]]:
    """Yield kind and name of all that the first generation may have made for a row."""
    profile = record.profile or first_generation_profile(record.pk)
    if profile:
        yield Kind.PROFILE, profile
        for suffix in _PERSONAL:
            yield Kind.SPACE, profile + suffix
    if record.team:
        yield Kind.SPACE, record.team


class FirstGeneration:
    """Resources of a snapshot that rows name by the rules of the first generation."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._profiles = {profile.ref: profile for profile in snapshot.profiles}
        self._spaces = {space.ref: space for space in snapshot.spaces}
        domain = snapshot.identity.domain_id
        rows = [*snapshot.records, *(r for r in snapshot.foreign if r.domain_id == domain)]
        self._noted = {ref(Kind.PROFILE, row.profile) for row in rows if row.from_before}
        self._owned = {ref(Kind.PROFILE, row.profile) for row in rows if not row.from_before}
        self._rows = [row for row in snapshot.records if row.from_before]

    def profile(self, record: Record) -> Profile | None:
        """Return the profile that a row names, whosever it is; None when there is none.

        A name that another row records is that person's.
        """
        name = ref(Kind.PROFILE, record.profile or first_generation_profile(record.pk))
        if name in self._owned or (name in self._noted and not record.profile):
            return None
        return self._profiles.get(name)

    def personal_spaces(self, profile: Profile) -> list[Space]:
        """Return the private spaces that were made with a profile."""
        found = []
        for suffix, app_type in _PERSONAL.items():
            space = self._spaces.get(ref(Kind.SPACE, profile.name + suffix))
            if (
                space is not None
                and ref(Kind.PROFILE, space.owner) == profile.ref
                and (space.sharing, space.app_type) == ("Private", app_type)
            ):
                found.append(space)
        return found

    def team_space(self, record: Record) -> Space | None:
        """Return the classic space of a row's team."""
        space = self._spaces.get(ref(Kind.SPACE, record.team))
        classic = space is not None and not (space.owner or space.sharing or space.app_type)
        return space if classic else None

    def left(self, record: Record) -> list[Profile | Space]:
        """Return what only this kind of row names: no event's tag says whose it is.

        Unreadable tags count too: a row is not given up on a guess.
        """
        if not record.from_before:
            return []
        profile, team = self.profile(record), self.team_space(record)
        found: list[Profile | Space] = []
        if profile is not None:
            found += [profile, *self.personal_spaces(profile)]
        if team is not None:
            found.append(team)
        return [i for i in found if i.ownership in {Ownership.UNTAGGED, Ownership.UNKNOWN}]

    def shared(self) -> list[SharedProfile]:
        """Return profiles to which the rows of several people lead, by name."""
        claims: dict[Ref, set[str]] = defaultdict(set)
        for row in self._rows:
            profile = self.profile(row)
            if profile is not None and (row.profile or profile.ownership is Ownership.UNTAGGED):
                claims[profile.ref].add(row.email)
        return [
            SharedProfile(self._profiles[key], tuple(sorted(emails)))
            for key, emails in sorted(claims.items())
            if len(emails) > 1
        ]


def one_row_each(records: Iterable[Record]) -> dict[str, Record]:
    """Return one row by e-mail: of two whose keys differ in case alone, the one of this event.

    The first generation wrote keys as they were typed.
    """
    by_email: dict[str, Record] = {}
    for record in sorted(records, key=lambda r: (r.event is None, r.key is not None, r.pk)):
        by_email.setdefault(record.email, record)
    return by_email


def from_before(people: Sequence[str]) -> str:
    """Say which people, by their addresses, are in the table from before and in no event."""
    more = len(people) - _NAMED
    named = [*people[:_NAMED], *([f"{more:,} more"] if more > 0 else [])]
    who = f"{counted(len(people), 'person')} {'is' if len(people) == 1 else 'are'}"
    return (
        f"{who} in the table from an earlier version of this tool, and not yet in an event: "
        f"{listed(named)}."
    )


def shown(items: Iterable[Profile | Space]) -> str:
    """Write resources in a sentence: `profile anab and space 1`."""
    return listed(f"{item.ref[0]} {item.name}" for item in items)
