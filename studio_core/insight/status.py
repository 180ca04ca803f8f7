"""Counting a snapshot: by team, status, app and instance type."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio_core.model.people import Record, team_order
from studio_core.model.studio import Ownership, Snapshot, Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from studio_core.model.studio import App, Space

MISSING = "Missing"
"""Shown where the table names a profile or space that the domain does not hold."""

STOPPED = "Stopped"
"""Shown for a space in which no app runs."""


@dataclass(frozen=True, slots=True)
class PersonStatus:
    """One participant: names and the profile's status."""

    email: str
    team: str
    profile: str
    profile_status: str
    space: str
    last_link_at: str


@dataclass(frozen=True, slots=True)
class TeamStatus:
    """One team: how many people, how many of them ready, its space and its app."""

    team: str
    people: int
    profiles_ready: int
    space: str
    space_status: str
    app_status: str
    instance_type: str

    @property
    def ready(self) -> bool:
        """True when every profile and the space are InService."""
        return self.profiles_ready == self.people and self.space_status == Status.IN_SERVICE


@dataclass(frozen=True, slots=True)
class Summary:
    """A snapshot counted; only what is ours, `others` says how much else is there.

    `profiles`, `spaces` and `apps` map status to number; `instances` maps the instance
    type of running apps to number. `from_before` are addresses of people whom the first
    generation left in the table.
    """

    participants: int
    profiles: dict[str, int]
    spaces: dict[str, int]
    apps: dict[str, int]
    instances: dict[str, int]
    teams: tuple[TeamStatus, ...]
    people: tuple[PersonStatus, ...]
    others: dict[str, int]
    from_before: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """The stable shape of `studio status --json`."""
        before = {"from_before": list(self.from_before)} if self.from_before else {}
        return {
            "participants": self.participants,
            "teams": len(self.teams),
            "profiles": self.profiles,
            "spaces": self.spaces,
            "apps": self.apps,
            **before,
        }


def summarise(snapshot: Snapshot) -> Summary:
    """Count a snapshot. Deleted and failed apps that the lists still show are not counted."""
    records = [record for record in snapshot.records if record.event == snapshot.event]
    profiles = {p.name.casefold(): p for p in snapshot.profiles}
    spaces = {s.name.casefold(): s for s in snapshot.spaces}
    apps = _app_by_space(snapshot.apps)

    def person(record: Record) -> PersonStatus:
        profile = profiles.get((record.profile or "").casefold())
        last = record.last_link_at
        return PersonStatus(
            record.email,
            record.team,
            record.profile or "",
            profile.status if profile else MISSING,
            record.space or "",
            last.strftime("%Y-%m-%d %H:%M:%S") if last else "",
        )

    people = sorted(map(person, records), key=lambda p: (team_order(p.team), p.email))
    by_team: dict[str, list[PersonStatus]] = {}
    for each in people:
        by_team.setdefault(each.team, []).append(each)
    live = [app for app in snapshot.apps if not app.gone]
    running = [app for app in live if app.running and app.ownership is Ownership.OURS]
    return Summary(
        participants=len(records),
        profiles=_by_status(snapshot.profiles),
        spaces=_by_status(snapshot.spaces),
        apps=_by_status(live),
        instances=dict(Counter(app.instance_type or "default" for app in running)),
        teams=tuple(_team(team, members, spaces, apps) for team, members in by_team.items()),
        people=tuple(people),
        others={
            "profiles": _others(snapshot.profiles),
            "spaces": _others(snapshot.spaces),
            "apps": _others(live),
        },
        from_before=tuple(sorted({r.email for r in snapshot.records if r.from_before})),
    )


def _team(
    team: str, people: list[PersonStatus], spaces: dict[str, Space], apps: dict[str, App]
) -> TeamStatus:
    names = sorted({person.space for person in people if person.space})
    found = [spaces[name.casefold()] for name in names if name.casefold() in spaces]
    running = [apps[name.casefold()] for name in names if name.casefold() in apps]
    return TeamStatus(
        team=team,
        people=len(people),
        profiles_ready=sum(person.profile_status == Status.IN_SERVICE for person in people),
        space=", ".join(names),
        space_status=_worst([space.status for space in found], len(names)),
        app_status=running[0].status if running else STOPPED,
        instance_type=(running[0].instance_type or "") if running else "",
    )


def _worst(statuses: list[str], wanted: int) -> str:
    """One status for several personal spaces: the first that is not InService."""
    if not statuses or len(statuses) < wanted:
        return MISSING
    return next((s for s in statuses if s != Status.IN_SERVICE), Status.IN_SERVICE.value)


def _app_by_space(apps: Iterable[App]) -> dict[str, App]:
    return {app.space.casefold(): app for app in apps if app.space and not app.gone}


def _by_status(items: Iterable[object]) -> dict[str, int]:
    ours = [item for item in items if getattr(item, "ownership", None) is Ownership.OURS]
    return dict(sorted(Counter(str(getattr(item, "status", "")) for item in ours).items()))


def _others(items: Iterable[object]) -> int:
    return sum(getattr(item, "ownership", None) is not Ownership.OURS for item in items)
