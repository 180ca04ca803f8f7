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
    ref,
)
from studio_core.naming import (
    team_key,
)
from studio_core.planning.removal import removal

if TYPE_CHECKING:
    from datetime import datetime


CLASSIC = "in a classic space an app starts when somebody opens it"


def plan_start_apps(
    snapshot: Snapshot,
    template: SpaceTemplate,
    *,
    team: str | None = None,
    space: str | None = None,
    made_at: datetime | None = None,
) -> Plan:
    """Plan one running app in each space that people use, in one team's, or in one space.

    One that failed is started anew.
    """
    running = {app.home: app for app in snapshot.apps if app.running}
    going = {app.home for app in snapshot.apps if app.status == Status.DELETING}
    steps = []
    spaces = _spaces_of(snapshot, team)
    if space is not None:
        spaces = [each for each in spaces if each.ref == ref(Kind.SPACE, space)]
    for home in spaces:
        app = running.get(home.ref)
        if app is not None:
            steps.append(_step(Action.KEEP, app, f"already {app.status}"))
            continue
        wanted = App(
            home.app_type or template.app_type,
            "default",
            Status.PENDING,
            space=home.name,
            instance_type=template.instance_type,
            ownership=Ownership.OURS,
        )
        if not (home.app_type or home.owner):
            steps.append(_step(Action.KEEP, wanted, CLASSIC))
        elif home.ref in going:
            steps.append(_step(Action.SKIP, wanted, "its last app is still being deleted"))
        elif home.status != Status.IN_SERVICE:
            steps.append(_step(Action.SKIP, wanted, f"its space is {home.status}"))
        else:
            steps.append(_step(Action.CREATE, wanted))
    return Plan(
        Purpose.START_APPS, snapshot.identity, snapshot.event, tuple(steps), made_at=made_at
    )


def plan_stop_apps(
    snapshot: Snapshot, *, team: str | None = None, made_at: datetime | None = None
) -> Plan:
    """Plan the deletion of every app of ours, or of one team's; files stay in the spaces.

    Agreeing to it includes apps that are started in the same spaces and profiles while it runs.
    """
    homes = {space.ref for space in _spaces_of(snapshot, team)}
    if team is None:
        homes = {s.ref for s in snapshot.spaces if s.ownership is Ownership.OURS}
        homes |= {p.ref for p in snapshot.profiles if p.ownership is Ownership.OURS}
    apps = [
        app
        for app in snapshot.apps
        if app.ownership is Ownership.OURS and not app.gone and app.home in homes
    ]
    return Plan(
        Purpose.STOP_APPS,
        snapshot.identity,
        snapshot.event,
        tuple(removal(snapshot, apps=apps)),
        made_at=made_at,
        within=frozenset(homes),
    )


def _spaces_of(snapshot: Snapshot, team: str | None) -> list[Space]:
    """Return the spaces of ours that people use, of all teams or of one.

    A space that no row names belongs to a team that everybody has left.
    """
    used = {
        ref(Kind.SPACE, record.space)
        for record in snapshot.records
        if record.space and (team is None or team_key(record.team) == team_key(team))
    }
    return [
        space
        for space in snapshot.spaces
        if space.ownership is Ownership.OURS and space.ref in used
    ]


def _step(action: Action, app: App, reason: str = "") -> Step:
    return Step(f"{action}:app:{app.label.casefold()}", action, Kind.APP, app.label, app, reason)
