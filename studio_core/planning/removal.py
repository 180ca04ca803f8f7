"""Deletion in the order AWS demands: apps, then spaces, then profiles, then rows.

DeleteSpace is refused while an app of the space lives, DeleteUserProfile while the profile
has apps or owns spaces (ResourceInUse; SageMaker developer guide, "Remove user profiles").
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio_core.model.people import Record
from studio_core.model.plans import Action, Step
from studio_core.model.studio import App, Kind, Ownership, Profile, Ref, Snapshot, Space, ref
from studio_core.planning.before import ONLY_RECORD, FirstGeneration, shown

if TYPE_CHECKING:
    from collections.abc import Iterable


APP_AGES_OUT = "failed earlier; AWS forgets it within a day"


def app_key(app: App) -> str:
    """Key of the step that deletes an app."""
    return f"delete:app:{app.label.casefold()}"


def space_key(name: str) -> str:
    """Key of the step that deletes a space."""
    return f"delete:space:{name.casefold()}"


def profile_key(name: str) -> str:
    """Key of the step that deletes a profile."""
    return f"delete:profile:{name.casefold()}"


def _deletion(item: Profile | Space) -> str:
    return profile_key(item.name) if isinstance(item, Profile) else space_key(item.name)


def removal(
    snapshot: Snapshot,
    *,
    apps: Iterable[App] = (),
    spaces: Iterable[Space] = (),
    profiles: Iterable[Profile] = (),
    records: Iterable[Record] = (),
) -> list[Step]:
    """Give the steps that delete these resources, each needing what must go before it.

    `snapshot` is looked at for what else holds on to them: a resource that is held by
    something outside the set becomes a skip that names the holder, and so does all that
    waits for it. A row goes only after its profile, so that no name is ever forgotten
    while the profile stands; a row of the first generation after all that it alone names.
    """
    builder = _Removal(snapshot)
    for app in apps:
        builder.add_app(app)
    for space in spaces:
        builder.add_space(space)
    for profile in profiles:
        builder.add_profile(profile)
    for record in records:
        builder.add_record(record)
    return builder.steps


_WHY_IT_STAYS = {
    Ownership.OURS: "this plan does not delete it",
    Ownership.OTHER: "it is not of this event",
    Ownership.UNTAGGED: "it is not of this event",
    Ownership.UNKNOWN: "it is not known to be of this event",
}


@dataclass(frozen=True, slots=True)
class _Holder:
    """What must go first: the key of the step that deletes it, and how it is named."""

    key: str
    label: str
    ownership: Ownership

    @staticmethod
    def of_space(space: Space) -> _Holder:
        return _Holder(space_key(space.name), f"space {space.name}", space.ownership)


class _Removal:
    """Collects the steps; knows which names go and which stay with what reason."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.steps: list[Step] = []
        self._going: set[str] = set()
        self._staying: dict[str, str] = {}
        self._apps_in: dict[Ref, list[App]] = defaultdict(list)
        for app in snapshot.apps:
            if not app.gone:
                self._apps_in[app.home].append(app)
        self._spaces_of: dict[Ref, list[Space]] = defaultdict(list)
        for space in snapshot.spaces:
            self._spaces_of[ref(Kind.PROFILE, space.owner)].append(space)
        self._profiles = {profile.ref: profile for profile in snapshot.profiles}
        self._before = FirstGeneration(snapshot)

    def add_app(self, app: App) -> None:
        if app.status == "Failed":
            self._skip(Kind.APP, app.label, app, app_key(app), APP_AGES_OUT)
        elif not app.gone:
            self._delete(Kind.APP, app.label, app, app_key(app), ())

    def add_space(self, space: Space) -> None:
        self._after(Kind.SPACE, space.name, space, space_key(space.name), self._apps(space.ref))

    def add_profile(self, profile: Profile) -> None:
        holders = [
            *self._apps(profile.ref),
            *(_Holder.of_space(space) for space in self._spaces_of.get(profile.ref, ())),
        ]
        self._after(Kind.PROFILE, profile.name, profile, profile_key(profile.name), holders)

    def add_record(self, record: Record) -> None:
        key = f"delete:row:{record.pk}"
        left = [i for i in self._before.left(record) if _deletion(i) not in self._going]
        if left:
            reason = ONLY_RECORD.format(names=shown(left))
            self._skip(Kind.ROW, record.email, record, key, reason)
            return
        holders = []
        profile = self._profiles.get(ref(Kind.PROFILE, record.profile))
        if profile and (record.from_before or not self._is_foreign(profile)):
            label = f"profile {profile.name}"
            holders = [_Holder(profile_key(profile.name), label, Ownership.UNKNOWN)]
        holders += [
            _Holder(_deletion(item), f"{item.ref[0]} {item.name}", item.ownership)
            for item in self._before.left(record)
        ]
        self._after(Kind.ROW, record.email, record, key, holders)

    def _is_foreign(self, profile: Profile) -> bool:
        """Return True for one that stays and merely has the name that a row of ours records."""
        others = {Ownership.OTHER, Ownership.UNTAGGED}
        return profile.ownership in others and profile_key(profile.name) not in self._going

    def _apps(self, home: Ref) -> list[_Holder]:
        return [
            _Holder(app_key(app), f"app {app.label}", app.ownership)
            for app in self._apps_in.get(home, ())
        ]

    def _after(
        self,
        kind: Kind,
        name: str,
        target: Record | Profile | Space,
        key: str,
        holders: list[_Holder],
    ) -> None:
        for holder in holders:
            if holder.key not in self._going:
                reason = self._staying.get(holder.key, _WHY_IT_STAYS[holder.ownership])
                self._skip(
                    kind, name, target, key, f"held by {holder.label}, which stays: {reason}"
                )
                return
        self._delete(kind, name, target, key, tuple(holder.key for holder in holders))

    def _delete(
        self,
        kind: Kind,
        name: str,
        target: Record | Profile | Space | App,
        key: str,
        needs: tuple[str, ...],
    ) -> None:
        self._going.add(key)
        before = target if isinstance(target, Record) else None
        self.steps.append(Step(key, Action.DELETE, kind, name, target, needs=needs, before=before))

    def _skip(
        self, kind: Kind, name: str, target: Record | Profile | Space | App, key: str, reason: str
    ) -> None:
        self._staying[key] = reason
        self.steps.append(Step(key, Action.SKIP, kind, name, target, reason=reason))
