"""Deletion in the order AWS demands: apps, then spaces, then profiles, then rows.

DeleteSpace is refused while an app of the space lives, DeleteUserProfile while the profile
has apps or owns spaces (ResourceInUse; SageMaker developer guide, "Remove user profiles").
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, TypeVar

from studio_core.model.plans import Action, Step
from studio_core.model.studio import App, Kind, Profile, Snapshot, Space

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from studio_core.model.people import Record

T = TypeVar("T")

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
    while the profile stands.
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


class _Removal:
    """Collects the steps; knows which names go and which stay with what reason."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.steps: list[Step] = []
        self._going: set[str] = set()
        self._staying: dict[str, str] = {}
        self._apps_in_space = _group(snapshot.apps, lambda app: app.space)
        self._apps_in_profile = _group(snapshot.apps, lambda app: app.profile)
        self._spaces_of = _group(snapshot.spaces, lambda space: space.owner)
        self._profiles = {profile.name.casefold() for profile in snapshot.profiles}

    def add_app(self, app: App) -> None:
        if app.status == "Failed":
            self._skip(Kind.APP, app.label, app, app_key(app), APP_AGES_OUT)
        elif not app.gone:
            self._delete(Kind.APP, app.label, app, app_key(app), ())

    def add_space(self, space: Space) -> None:
        holders = [
            (app_key(app), f"app {app.label}")
            for app in self._apps_in_space.get(space.name.casefold(), ())
            if not app.gone
        ]
        self._after(Kind.SPACE, space.name, space, space_key(space.name), holders)

    def add_profile(self, profile: Profile) -> None:
        name = profile.name.casefold()
        holders = [
            (app_key(app), f"app {app.label}")
            for app in self._apps_in_profile.get(name, ())
            if not app.gone
        ]
        holders += [
            (space_key(space.name), f"space {space.name}")
            for space in self._spaces_of.get(name, ())
        ]
        self._after(Kind.PROFILE, profile.name, profile, profile_key(profile.name), holders)

    def add_record(self, record: Record) -> None:
        holders = []
        if record.profile and record.profile.casefold() in self._profiles:
            holders = [(profile_key(record.profile), f"profile {record.profile}")]
        self._after(Kind.ROW, record.email, record, f"delete:row:{record.email}", holders)

    def _after(
        self,
        kind: Kind,
        name: str,
        target: Record | Profile | Space,
        key: str,
        holders: list[tuple[str, str]],
    ) -> None:
        for holder, label in holders:
            if holder not in self._going:
                reason = self._staying.get(holder, "it is not of this event")
                self._skip(kind, name, target, key, f"held by {label}, which stays: {reason}")
                return
        self._delete(kind, name, target, key, tuple(holder for holder, _ in holders))

    def _delete(
        self,
        kind: Kind,
        name: str,
        target: Record | Profile | Space | App,
        key: str,
        needs: tuple[str, ...],
    ) -> None:
        self._going.add(key)
        self.steps.append(Step(key, Action.DELETE, kind, name, target, needs=needs))

    def _skip(
        self, kind: Kind, name: str, target: Record | Profile | Space | App, key: str, reason: str
    ) -> None:
        self._staying[key] = reason
        key = key.replace("delete:", "skip:", 1)
        self.steps.append(Step(key, Action.SKIP, kind, name, target, reason=reason))


def _group(items: Iterable[T], owner: Callable[[T], str | None]) -> Mapping[str, list[T]]:
    grouped: dict[str, list[T]] = defaultdict(list)
    for item in items:
        if name := owner(item):
            grouped[name.casefold()].append(item)
    return grouped
