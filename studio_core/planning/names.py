"""Names for a setup: stable for whom they were given to, free of everybody else's.

A name is reserved when anything in the domain or the table bears it: resources of others,
our own that have no row, rows of other events, the event's host profile, personal spaces.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio_core.model.studio import Kind, Profile, Snapshot, Space, ref
from studio_core.naming import (
    assign_personal_spaces,
    assign_profiles,
    assign_spaces,
    host_names,
    personal_space_name,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from studio_core.model.people import Participant
    from studio_core.model.studio import Ref


@dataclass(frozen=True, slots=True)
class Names:
    """Names of one setup: the host profile, and by e-mail each person's profile and space."""

    host: str
    profiles: Mapping[str, str]
    spaces: Mapping[str, str]


def assign_names(people: Sequence[Participant], snapshot: Snapshot, *, personal: bool) -> Names:
    """Assign the host, a profile to each person, and a space to each person or team.

    A recorded name is kept, unless the domain shows that it is somebody else's.
    """
    return _Assignment(snapshot).names(people, personal=personal)


def host_of(snapshot: Snapshot) -> str:
    """Return the profile that owns the event's team spaces.

    `<event>-host`, or that with a hash when somebody else has the plain name.
    """
    plain, other = host_names(snapshot.event)
    seen = {profile.ref: profile for profile in snapshot.profiles}.get(ref(Kind.PROFILE, plain))
    elsewhere = {ref(Kind.PROFILE, record.profile) for record in snapshot.foreign}
    taken = seen is not None and seen.ownership.foreign
    return other if taken or ref(Kind.PROFILE, plain) in elsewhere else plain


class _Assignment:
    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._records = sorted(snapshot.records, key=lambda record: record.email)
        self._seen: dict[Ref, Profile | Space] = {
            **{profile.ref: profile for profile in snapshot.profiles},
            **{space.ref: space for space in snapshot.spaces},
        }
        self._host = host_of(snapshot)
        self._hosts = {name.casefold() for name in host_names(snapshot.event)}

    def names(self, people: Sequence[Participant], *, personal: bool) -> Names:
        profiles = self._profiles([person.email for person in people])
        if personal:
            by_profile = self._personal(profiles)
            spaces = {email: by_profile[name] for email, name in profiles.items()}
        else:
            by_team = self._teams({person.team for person in people}, profiles)
            spaces = {person.email: by_team[person.team] for person in people}
        return Names(self._host, profiles, spaces)

    def _profiles(self, emails: Sequence[str]) -> dict[str, str]:
        known = {
            record.email: record.profile
            for record in self._records
            if record.profile
            and record.profile.casefold() not in self._hosts
            and not self._others(Kind.PROFILE, record.profile)
        }
        reserved = [
            *self._hosts,
            *(profile.name for profile in self._snapshot.profiles),
            *(record.profile for record in self._snapshot.foreign if record.profile),
        ]
        return assign_profiles(emails, known, _without(reserved, known.values()))

    def _personal(self, profiles: Mapping[str, str]) -> dict[str, str]:
        """Personal spaces by profile name."""
        known = {}
        for record in self._records:
            profile = profiles.get(record.email)
            if profile is None or not record.space:
                continue
            owner = self._owner(record.space)
            if owner == profile.casefold() or (
                owner is None and record.space == personal_space_name(profile)
            ):
                known[profile] = record.space
        return assign_personal_spaces(
            profiles.values(), known, _without(self._reserved_spaces(), known.values())
        )

    def _teams(self, teams: set[str], profiles: Mapping[str, str]) -> dict[str, str]:
        owners = {record.profile.casefold() for record in self._records if record.profile}
        owners |= {name.casefold() for name in profiles.values()}
        personal = {personal_space_name(name) for name in owners}
        known: dict[str, str] = {}
        # Who is set up now counts before who left: the next plan sees their rows so too.
        for record in sorted(self._records, key=lambda record: record.email not in profiles):
            if not record.space or self._others(Kind.SPACE, record.space):
                continue
            owner = self._owner(record.space)
            theirs = owner in owners - self._hosts or (
                owner is None and record.space.casefold() in personal
            )
            if not theirs:
                known.setdefault(record.team, record.space)
        reserved = [*self._reserved_spaces(), *personal]
        return assign_spaces(teams, known, _without(reserved, known.values()))

    def _reserved_spaces(self) -> list[str]:
        foreign = [record.space for record in self._snapshot.foreign if record.space]
        return [*(space.name for space in self._snapshot.spaces), *foreign]

    def _owner(self, space: str) -> str | None:
        """Lower-case name of a space's owner; None when it has none or is not in the domain."""
        seen = self._seen.get(ref(Kind.SPACE, space))
        return seen.owner.casefold() if isinstance(seen, Space) and seen.owner else None

    def _others(self, kind: Kind, name: str) -> bool:
        """Return True when the domain shows the name as somebody else's.

        Unreadable tags are no such sign: a name is not taken from its owner on a guess.
        """
        seen = self._seen.get(ref(kind, name))
        return seen is not None and seen.ownership.foreign


def _without(names: Iterable[str], kept: Iterable[str]) -> list[str]:
    given = {name.casefold() for name in kept}
    return [name for name in names if name.casefold() not in given]
