"""Plans that start and stop apps."""

from __future__ import annotations

from dataclasses import replace

from studio_core.model.people import Record
from studio_core.model.plans import Action
from studio_core.model.studio import App, Ownership, Status
from studio_core.planning.apps import plan_start_apps, plan_stop_apps
from tests.planning.worlds import (
    EVENT,
    TEMPLATE,
    empty,
    ready_profile,
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


def test_apps_that_are_gone_are_not_stopped_again() -> None:
    homes = [(f"team-{status}", status) for status in Status]
    world = empty(
        spaces=tuple(ready_space(name) for name, _ in homes),
        apps=tuple(
            App("JupyterLab", "default", status, space=name, ownership=Ownership.OURS)
            for name, status in homes
        ),
    )
    stopped = {step.name.split("/")[0] for step in plan_stop_apps(world).steps}
    assert stopped == {name for name, status in homes if status not in {"Deleted", "Failed"}}


def test_a_failed_app_is_started_anew_and_one_that_runs_is_kept() -> None:
    def plan(status: str) -> tuple[Action, str]:
        app = App("JupyterLab", "default", status, space="team-1", ownership=Ownership.OURS)
        world = empty(
            spaces=(ready_space("team-1"),),
            apps=(app,),
            records=(Record("a@ai.se", "1", "d-1", EVENT, "a", "team-1"),),
        )
        (step,) = plan_start_apps(world, TEMPLATE).steps
        return step.action, step.reason

    assert plan("Failed") == (Action.CREATE, "")
    assert plan("Deleted") == (Action.CREATE, "")
    assert plan("Deleting") == (Action.SKIP, "its last app is still being deleted")
    for status in ("Pending", "InService", "Updating"):
        assert plan(status) == (Action.KEEP, f"already {status}")


def test_what_an_app_is_depends_on_its_space() -> None:
    spaces = {
        "lab": ready_space("lab"),
        "editor": ready_space("editor", "ada", app_type="CodeEditor"),
        "personal": ready_space("personal", "ada", app_type=None),
        "classic": replace(ready_space("classic"), owner=None, app_type=None),
        "pending": replace(ready_space("pending"), status="Pending"),
        "others": replace(ready_space("others"), ownership=Ownership.OTHER),
    }
    world = empty(
        spaces=(*spaces.values(), ready_space("unused")),
        records=tuple(Record(f"{n}@ai.se", n, "d-1", EVENT, n, n) for n in spaces),
    )
    plan = plan_start_apps(world, TEMPLATE)
    steps = {step.target.space: (step.action, step.target.app_type) for step in plan.steps}
    assert steps == {
        "lab": (Action.CREATE, "JupyterLab"),
        "editor": (Action.CREATE, "CodeEditor"),
        "personal": (Action.CREATE, "JupyterLab"),
        "classic": (Action.KEEP, "JupyterLab"),
        "pending": (Action.SKIP, "JupyterLab"),
    }
    (pending,) = [step for step in plan.steps if step.target.space == "pending"]
    assert pending.reason == "its space is Pending"
    (one,) = plan_start_apps(world, TEMPLATE, space="LAB").steps
    assert one.target.space == "lab"


def test_stopping_everything_takes_apps_of_profiles_and_of_nobodys_spaces_of_ours() -> None:
    def app(status: str = "InService", ownership: Ownership = Ownership.OURS, **home: str) -> App:
        return App("JupyterLab", "default", status, ownership=ownership, **home)

    world = empty(
        profiles=(ready_profile("ada"), ready_profile("eve", Ownership.OTHER)),
        spaces=(ready_space("team-1"), replace(ready_space("x"), ownership=Ownership.OTHER)),
        apps=(
            app(profile="ada"),
            app(space="team-1"),
            app(profile="eve", ownership=Ownership.OTHER),
            app(space="x", ownership=Ownership.OTHER),
        ),
    )
    plan = plan_stop_apps(world)
    assert {step.target.owner for step in plan.steps} == {"ada", "team-1"}
    assert plan.within == {("profile", "ada"), ("space", "team-1")}
    assert plan_stop_apps(world, team="1").steps == ()
