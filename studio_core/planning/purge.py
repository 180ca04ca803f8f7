"""The plan whose wanted state is empty: (`Snapshot`, scope) to `Plan`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio_core.model.people import Record
from studio_core.model.plans import Action, Plan, Purpose, Scope, Step
from studio_core.model.runs import Leftover
from studio_core.model.studio import App, Kind, Ownership, Profile, Snapshot, Space
from studio_core.planning.removal import APP_AGES_OUT, removal

if TYPE_CHECKING:
    from datetime import datetime

_REASONS = {
    Ownership.OTHER: "not of this event",
    Ownership.UNTAGGED: "not of this event",
    Ownership.UNKNOWN: "its tags cannot be read, so it is not taken for ours",
}


def plan_purge(
    snapshot: Snapshot, scope: Scope = Scope.EVENT, *, made_at: datetime | None = None
) -> Plan:
    """Plan the deletion of all that is ours, or with `Scope.DOMAIN` of all in the domain.

    What stays is in the plan too, as a keep with its reason. Rows of other events on the
    same table stay in either scope.
    """
    everything = scope is Scope.DOMAIN

    def goes(item: Profile | Space | App) -> bool:
        return everything or item.ownership is Ownership.OURS

    steps = removal(
        snapshot,
        apps=filter(goes, snapshot.apps),
        spaces=filter(goes, snapshot.spaces),
        profiles=filter(goes, snapshot.profiles),
        records=snapshot.records,
    )
    seen: list[Profile | Space | App] = [*snapshot.apps, *snapshot.spaces, *snapshot.profiles]
    stays = [i for i in seen if not goes(i) and not (isinstance(i, App) and i.gone)]
    steps += [_keep(item, _REASONS[item.ownership]) for item in stays]
    steps += [
        _keep(record, f"belongs to {record.event or 'another domain'}")
        for record in snapshot.foreign
    ]
    return Plan(Purpose.PURGE, snapshot.identity, snapshot.event, tuple(steps), scope, made_at)


def leftovers(plan: Plan) -> tuple[Leftover, ...]:
    """Name what a purge planned now would still have to remove or cannot.

    Pass the plan made from the snapshot taken after the run; failed apps that age out of
    the lists on their own are not counted.
    """
    return tuple(
        Leftover(step.kind, step.name, step.reason or "still there")
        for step in plan.steps
        if step.action is Action.DELETE
        or (step.action is Action.SKIP and step.reason != APP_AGES_OUT)
    )


def _keep(item: Record | Profile | Space | App, reason: str) -> Step:
    match item:
        case Record():
            kind, name, key = Kind.ROW, item.email, item.pk
        case Profile() | Space():
            (kind, key), name = item.ref, item.name
        case App():
            kind, name, key = Kind.APP, item.label, item.label
    return Step(f"keep:{kind}:{key}", Action.KEEP, kind, name, item, reason=reason)
