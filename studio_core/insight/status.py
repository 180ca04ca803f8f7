"""Count a snapshot by team, status, app and instance type."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio_core.model.people import Record, team_order
from studio_core.model.studio import Kind, Ownership, Snapshot, Status, ref

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from studio_core.model.studio import App, Ref, Space

MISSING = "Missing"
"""Status of a profile or space that the table names and the event does not have."""

STOPPED = "Stopped"
"""Status of the app in a space where none runs or failed."""


@dataclass(frozen=True, slots=True)
class PersonStatus:
    """One participant, with names and the profile's status."""

    email: str
    team: str
    profile: str
    profile_status: str
    space: str
    last_link_at: str


@dataclass(frozen=True, slots=True)
class TeamStatus:
    """One team: its people, how many of them are ready, its space and its app.

    With personal spaces, the one with a problem represents all.
    """

    team: str
    people: int
    profiles_ready: int
    space: str
    space_status: str
    app_status: str
    instance_type: str

    @property
    def set_up(self) -> bool:
        """True when every profile and the space are InService: setup has nothing to do."""
        return self.profiles_ready == self.people and self.space_status == Status.IN_SERVICE

    @property
    def ready(self) -> bool:
        """True when the team is set up and no app of it failed."""
        return self.set_up and self.app_status != Status.FAILED


@dataclass(frozen=True, slots=True)
class FailedApp:
    """An app of ours that failed, and that no other has replaced since.

    `team` is empty when nobody's row names its space. `reason` is AWS's: lists do not carry
    it, so `summarise` leaves it empty.
    """

    app: App
    team: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of what belongs to the event; `others` counts the rest of the domain by kind.

    `profiles`, `spaces` and `apps` map a status to a number; `instances` maps the instance
    type of running apps to a number. `failed` are in the order of their teams. `from_before`
    are addresses of people whom the first generation left in the table.
    """

    participants: int
    profiles: dict[str, int]
    spaces: dict[str, int]
    apps: dict[str, int]
    instances: dict[str, int]
    teams: tuple[TeamStatus, ...]
    people: tuple[PersonStatus, ...]
    others: dict[str, int]
    failed: tuple[FailedApp, ...] = ()
    from_before: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Return the stable shape of `studio status --json`.

        Scripts compare the whole of it: an event without failures and without people from
        before looks as it always did.
        """
        failed = [
            {"app": each.app.label, "team": each.team, "reason": each.reason}
            for each in self.failed
        ]
        return {
            "participants": self.participants,
            "teams": len(self.teams),
            "profiles": self.profiles,
            "spaces": self.spaces,
            "apps": self.apps,
            **({"failed_apps": failed} if failed else {}),
            **({"from_before": list(self.from_before)} if self.from_before else {}),
        }


def summarise(snapshot: Snapshot) -> Summary:
    """Count a snapshot.

    Lists show deleted and failed apps for another day. Deleted ones are not counted; a failed
    one is, until another app runs in its space.
    """
    records = [record for record in snapshot.records if record.event == snapshot.event]
    profiles = {p.ref: p for p in snapshot.profiles if p.ownership is not Ownership.OTHER}
    spaces = {s.ref: s for s in snapshot.spaces if s.ownership is not Ownership.OTHER}
    apps = _latest(app for app in snapshot.apps if app.ownership is not Ownership.OTHER)

    def person(record: Record) -> PersonStatus:
        profile = profiles.get(ref(Kind.PROFILE, record.profile))
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
    failed = _failed(apps.values(), records)
    running = [app for app in live if app.running and app.ownership is Ownership.OURS]
    return Summary(
        participants=len(records),
        profiles=_by_status(snapshot.profiles),
        spaces=_by_status(snapshot.spaces),
        apps=_by_status([*live, *(each.app for each in failed)]),
        instances=dict(Counter(app.instance_type or "default" for app in running)),
        teams=tuple(_team(team, members, spaces, apps) for team, members in by_team.items()),
        people=tuple(people),
        others={
            Kind.PROFILE: _others(snapshot.profiles),
            Kind.SPACE: _others(snapshot.spaces),
            Kind.APP: _others(live),
        },
        failed=failed,
        from_before=tuple(sorted({r.email for r in snapshot.records if r.from_before})),
    )


def _team(
    team: str,
    people: list[PersonStatus],
    spaces: Mapping[Ref, Space],
    apps: Mapping[Ref, App],
) -> TeamStatus:
    names = sorted({person.space for person in people if person.space})
    found = [space for name in names if (space := spaces.get(ref(Kind.SPACE, name)))]
    shown = [app for name in names if (app := apps.get(ref(Kind.SPACE, name)))]
    shown = [app for app in shown if app.status != Status.DELETED]
    app = next((app for app in shown if app.status == Status.FAILED), next(iter(shown), None))
    return TeamStatus(
        team=team,
        people=len(people),
        profiles_ready=sum(person.profile_status == Status.IN_SERVICE for person in people),
        space=", ".join(names),
        space_status=_worst([space.status for space in found], len(names)),
        app_status=app.status if app else STOPPED,
        instance_type=(app.instance_type or "") if app else "",
    )


def _worst(statuses: list[str], wanted: int) -> str:
    """Return one status for several personal spaces: the first that is not InService."""
    if not statuses or len(statuses) < wanted:
        return MISSING
    return next((s for s in statuses if s != Status.IN_SERVICE), Status.IN_SERVICE.value)


def _latest(apps: Iterable[App]) -> dict[Ref, App]:
    """Return the app that counts in each space or profile: one that lives, else the newest."""

    def age(app: App) -> tuple[bool, float]:
        return not app.gone, app.created.timestamp() if app.created else 0.0

    return {app.home: app for app in sorted(apps, key=age)}


def _failed(apps: Iterable[App], records: Iterable[Record]) -> tuple[FailedApp, ...]:
    team_of: dict[Ref, str] = {}
    for record in records:
        team_of.setdefault(ref(Kind.PROFILE, record.profile), record.team)
        team_of.setdefault(ref(Kind.SPACE, record.space), record.team)
    failed = [
        FailedApp(app, team_of.get(app.home, ""))
        for app in apps
        if app.status == Status.FAILED and app.ownership is Ownership.OURS
    ]
    return tuple(sorted(failed, key=lambda each: (team_order(each.team), each.app.label)))


def _by_status(items: Iterable[object]) -> dict[str, int]:
    ours = [item for item in items if getattr(item, "ownership", None) is Ownership.OURS]
    return dict(sorted(Counter(str(getattr(item, "status", "")) for item in ours).items()))


def _others(items: Iterable[object]) -> int:
    return sum(getattr(item, "ownership", None) is not Ownership.OURS for item in items)
