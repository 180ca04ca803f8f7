"""Plans that start and stop apps."""

from __future__ import annotations

from dataclasses import replace

from studio_core.model.people import Record
from studio_core.model.plans import Action
from studio_core.model.studio import App, Ownership
from studio_core.planning.apps import plan_start_apps, plan_stop_apps
from tests.planning.worlds import (
    EVENT,
    TEMPLATE,
    empty,
    ready_space,
)


def test_apps_start_where_none_runs() -> None:
    running = App("JupyterLab", "default", "InService", space="team-1", ownership=Ownership.OURS)
    going = replace(running, space="team-3", status="Deleting")
    teams = ("1", "2", "3")
    world = empty(
        spaces=tuple(ready_space(f"team-{team}") for team in (*teams, "4")),
        apps=(running, going),
        records=tuple(Record(f"{t}@ai.se", t, "d-1", EVENT, t, f"team-{t}") for t in teams),
    )
    plan = plan_start_apps(world, TEMPLATE)
    assert [(s.action, s.name) for s in plan.steps] == [
        (Action.KEEP, "team-1/JupyterLab/default"),
        (Action.CREATE, "team-2/JupyterLab/default"),
        (Action.SKIP, "team-3/JupyterLab/default"),
    ]
    assert plan.changes[0].target.instance_type == "ml.t3.medium"


def test_only_one_teams_apps_start_and_stop() -> None:
    records = tuple(Record(f"{n}@ai.se", n, "d-1", EVENT, n, f"team-{n}") for n in ("1", "2"))
    apps = tuple(
        App("JupyterLab", "default", "InService", space=f"team-{n}", ownership=Ownership.OURS)
        for n in ("1", "2")
    )
    spaces = (ready_space("team-1"), ready_space("team-2"))
    stopped = plan_stop_apps(empty(spaces=spaces, apps=apps, records=records), team="2")
    assert [s.name for s in stopped.changes] == ["team-2/JupyterLab/default"]
    started = plan_start_apps(empty(spaces=spaces, records=records), TEMPLATE, team="1")
    assert [s.name for s in started.changes] == ["team-1/JupyterLab/default"]
