"""Plan starting and stopping apps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio_core.model.plans import Action, Plan, Purpose, Step
from studio_core.model.studio import (
    App,
    Kind,
    Ownership,
    Snapshot,
    Space,
    SpaceTemplate,
    Status,
)
from studio_core.naming import (
    team_key,
)
from studio_core.planning.removal import removal

if TYPE_CHECKING:
    from datetime import datetime


def plan_start_apps(
    snapshot: Snapshot,
    template: SpaceTemplate,
    *,
    team: str | None = None,
    made_at: datetime | None = None,
) -> Plan:
    """Plan one running app in each space of ours, or of one team's."""
    running = {app.space.casefold(): app for app in snapshot.apps if app.space and app.running}
    going = {
        app.space.casefold() for app in snapshot.apps if app.space and app.status == Status.DELETING
    }
    steps = []
    for space in _spaces_of(snapshot, team):
        app = running.get(space.name.casefold())
        if app is not None:
            steps.append(_step(Action.KEEP, app, f"already {app.status}"))
            continue
        wanted = App(
            space.app_type or template.app_type,
            "default",
            Status.PENDING,
            space=space.name,
            instance_type=template.instance_type,
            ownership=Ownership.OURS,
        )
        if space.name.casefold() in going:
            steps.append(_step(Action.SKIP, wanted, "its last app is still being deleted"))
        elif space.status != Status.IN_SERVICE:
            steps.append(_step(Action.SKIP, wanted, f"its space is {space.status}"))
        else:
            steps.append(_step(Action.CREATE, wanted))
    return Plan(
        Purpose.START_APPS, snapshot.identity, snapshot.event, tuple(steps), made_at=made_at
    )


def plan_stop_apps(
    snapshot: Snapshot, *, team: str | None = None, made_at: datetime | None = None
) -> Plan:
    """Plan the deletion of every app of ours, or of one team's; files stay in the spaces."""
    names = {space.name.casefold() for space in _spaces_of(snapshot, team)}
    apps = [
        app
        for app in snapshot.apps
        if app.ownership is Ownership.OURS
        and not app.gone
        and (team is None or (app.space or "").casefold() in names)
    ]
    steps = tuple(removal(snapshot, apps=apps))
    return Plan(Purpose.STOP_APPS, snapshot.identity, snapshot.event, steps, made_at=made_at)


def _spaces_of(snapshot: Snapshot, team: str | None) -> list[Space]:
    spaces = [space for space in snapshot.spaces if space.ownership is Ownership.OURS]
    if team is None:
        return spaces
    wanted = {
        record.space.casefold()
        for record in snapshot.records
        if record.space and team_key(record.team) == team_key(team)
    }
    return [space for space in spaces if space.name.casefold() in wanted]


def _step(action: Action, app: App, reason: str = "") -> Step:
    return Step(f"{action}:app:{app.label.casefold()}", action, Kind.APP, app.label, app, reason)
