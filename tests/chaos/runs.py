"""One run as an organiser makes it: looked at, agreed to and started, while others act."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from studio_core.errors import PlanChangedError, RunBusyError, StudioError
from studio_core.model.people import Participant, Roster
from studio_core.model.plans import Action, Scope
from studio_core.model.studio import App
from tests.chaos.calls import Call, Moment
from tests.chaos.cast import EVENTS, ORGANISERS, same_address
from tests.chaos.deeds import Act, Deeds
from tests.chaos.state import State, read_state
from tests.chaos.world import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from studio_core.engine.run import Proposal, Run
    from studio_core.hackathon import Hackathon
    from studio_core.model.plans import Plan, Step
    from studio_core.model.runs import Report
    from tests.chaos.world import World

DEAD_PID = "4194304"
"""Above the largest process id of Linux."""

LONGEST = 15.0
"""Seconds after which a run counts as one that never ends."""

LOOKS = 4
"""How often an organiser agrees to a new plan before giving up."""

PASSING: Mapping[str, dict[str, Any]] = {
    "calm": {},
    "throttled": {"throttle_rate": 0.3},
    "errors": {"error_rate": 0.05, "drop_rate": 0.03},
    "lost answers": {"lost_answer_rate": 0.1},
    "lagging lists": {"list_lag": 0.08},
    "first deletion sticks": {"stuck_rate": 1.0},
    "throttled and first deletion sticks": {"throttle_rate": 0.3, "stuck_rate": 1.0},
}
"""Faults that end: a run must get over them."""

LASTING: Mapping[str, dict[str, Any]] = {
    "apps fail": {"app_failure_rate": 1.0},
    "team-1 sticks": {"stuck": ["team-1"]},
    "DeleteSpace denied": {"errors": {"sagemaker.DeleteSpace": "AccessDeniedException"}},
    "CreateSpace denied": {"errors": {"sagemaker.CreateSpace": "AccessDeniedException"}},
}
"""Faults that do not end: a run must say what it could not do."""

WEATHER = {**PASSING, **LASTING}

OTHERS = {"takes name", "console deletes profile", "console deletes space"} | {
    "console deletion sticks"
}
"""Deeds after which a run need not have reached its goal, but must say so."""

Token = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """What an organiser wants done: `purpose` is setup, removal, purge, domain, start or stop."""

    who: str
    event: str
    purpose: str
    weather: str = "calm"
    acts: tuple[Act, ...] = ()

    @property
    def whole_domain(self) -> bool:
        return self.purpose == "domain"

    @property
    def sets_up(self) -> bool:
        return self.purpose in {"setup", "removal"}

    @property
    def purges(self) -> bool:
        return self.purpose in {"purge", "domain"}

    def __str__(self) -> str:
        what = {
            "setup": f"sets up {self.event}",
            "removal": f"sets up {self.event} and removes who left",
            "purge": f"purges {self.event}",
            "domain": f"purges the whole domain, working on {self.event}",
            "start": f"starts the apps of {self.event}",
            "stop": f"stops the apps of {self.event}",
        }[self.purpose]
        return f"{self.who} {what}" + (f" ({self.weather})" if self.weather != "calm" else "")


@dataclass(slots=True)
class Happened:
    """An order, and all that came of it. `roster` is the file that the plan was made from."""

    order: Order
    roster: Mapping[str, str]
    personal: bool
    table: str
    plan: Plan | None = None
    calls: list[Call] = field(default_factory=list)
    refused: list[Call] = field(default_factory=list)
    people: list[Call] = field(default_factory=list)
    before: State | None = None
    after: State | None = None
    report: Report | None = None
    error: BaseException | None = None
    seconds: float = 0.0
    ended: bool = True
    killed: bool = False
    evicted: bool = False
    nested: list[Happened] = field(default_factory=list)

    @property
    def agreed(self) -> set[Token]:
        """What the plan that was agreed to deletes."""
        steps = self.plan.changes if self.plan else ()
        return {token(step) for step in steps if step.action is Action.DELETE}

    @property
    def deeds(self) -> set[str]:
        return {act.deed for act in self.order.acts}

    @property
    def must_succeed(self) -> bool:
        """True when only passing faults and people at work were in the way."""
        nested = any(each.error is None for each in self.nested)
        return (
            self.order.weather in PASSING
            and not self.deeds & OTHERS
            and not (self.killed or self.evicted or nested)
        )

    @property
    def turned_away(self) -> bool:
        return isinstance(self.error, RunBusyError | PlanChangedError)


def token(step: Step) -> Token:
    """Name what a step is about, as calls are named."""
    target = step.target
    if isinstance(target, App):
        kind = "space" if target.space else "profile"
        return ("app", kind, target.owner.casefold(), target.app_type, target.name.casefold())
    if step.kind.value == "row":
        return ("row", same_address(getattr(target, "email", step.name)))
    return (step.kind.value, step.name.casefold())


@dataclass(slots=True)
class EventModel:
    """What the organisers of an event want, beside what is there."""

    name: str
    roster: dict[str, str] = field(default_factory=dict)
    personal: bool = False
    app_type: str = "JupyterLab"
    table: str = TABLES[0]


class Stage:
    """Where orders are carried out, and acts at their moments."""

    def __init__(self, world: World, tell: Callable[[str], None]) -> None:
        self.world = world
        self.events = {name: EventModel(name) for name in EVENTS}
        self._tell = tell
        self._deeds = Deeds(world, tell)
        self._dead_leases: set[tuple[str, str]] = set()

    def hackathon(self, who: str, event: str) -> Hackathon:
        model = self.events[event]
        settings = self.world.settings(
            event, personal=model.personal, app_type=model.app_type, table=model.table
        )
        return self.world.desks[who].hackathon(settings)

    def _propose(
        self, order: Order, roster: Mapping[str, str], hackathon: Hackathon | None = None
    ) -> Proposal:
        hackathon = hackathon or self.hackathon(order.who, order.event)
        if order.sets_up:
            people = Roster(tuple(Participant(email, team) for email, team in roster.items()))
            return hackathon.propose_setup(people, remove_leaving=order.purpose == "removal")
        if order.purges:
            return hackathon.propose_purge(Scope.DOMAIN if order.whole_domain else Scope.EVENT)
        if order.purpose == "start":
            return hackathon.propose_start_apps()
        return hackathon.propose_stop_apps()

    def preview(self, order: Order) -> tuple[Proposal, dict[str, str]]:
        """Look at a plan that may be agreed to later; raises what the tool raises."""
        roster = dict(self.events[order.event].roster)
        return self._propose(order, roster), roster

    def carry_out(
        self, order: Order, shown: tuple[Proposal, dict[str, str]] | None = None
    ) -> Happened:
        """Look, agree, start, and wait for the end, while the acts of the order happen."""
        self._tell(f"{order}" + (", as looked at before" if shown else ""))
        world = self.world
        world.settle()
        model = self.events[order.event]
        roster = shown[1] if shown else dict(model.roster)
        happened = Happened(order, roster, model.personal, model.table)
        happened.before = read_state(world)
        world.faults(**WEATHER[order.weather])
        if "first deletion sticks" in order.weather:
            self._heal_after_first_deletion(order)
        try:
            self._agree_and_run(happened, shown[0] if shown else None)
        finally:
            never = world.recorder.unwatch()
            self._deeds.finish()
            world.faults()
        if happened.killed or not happened.ended:
            self.world.desks[order.who].session.dead = True
            self._bury(order.who)
        for moment in never:
            self._tell(f"({moment} never came)")
        world.settle()
        happened.after = read_state(world)
        self._tell(f"  -> {outcome(happened)}")
        return happened

    def run_mistyped(self, order: Order, wrong: str) -> None:
        """Have an order carried out with a table or domain in the settings that is not there."""
        model = self.events[order.event]
        table = "mistyped" if wrong == "table" else model.table
        settings = self.world.settings(order.event, personal=model.personal, table=table)
        if wrong == "domain":
            settings = replace(settings, domain_id="d-mistyped")
        hackathon = self.world.desks[order.who].hackathon(settings)
        try:
            hackathon.run(self._propose(order, model.roster, hackathon))
        except StudioError as error:
            self._tell(f"  -> {error}")

    def _heal_after_first_deletion(self, order: Order) -> None:
        calm = {k: v for k, v in WEATHER[order.weather].items() if k != "stuck_rate"}
        for operation in ("DeleteSpace", "DeleteUserProfile"):
            self.world.recorder.watch(
                order.who, Moment(operation), lambda: self.world.faults(**calm)
            )

    def _agree_and_run(self, happened: Happened, proposal: Proposal | None) -> None:
        order = happened.order
        acts = [act for act in order.acts if act.moment is not None]
        first = True
        for _ in range(LOOKS):
            happened.error = None
            mark = len(self.world.recorder.calls)
            try:
                proposal = proposal or self._propose(order, happened.roster)
                happened.plan = proposal.plan
                if first:
                    self._acts_before(happened)
                    for act in acts:
                        self._prepare(act, happened)
                first = False
                mark = len(self.world.recorder.calls)
                self._run(happened, proposal)
            except StudioError as error:
                happened.error = error
            calls = self.world.recorder.calls[mark:]
            mine = [call for call in calls if call.who == order.who]
            if not happened.turned_away:
                happened.calls = mine
                happened.people = [call for call in calls if call.who == "people"]
                return
            happened.refused += mine
            if isinstance(happened.error, RunBusyError) and not self._wait_out_dead_leases():
                return
            proposal = None

    def _run(self, happened: Happened, proposal: Proposal) -> None:
        began = time.monotonic()
        run: Run = self.hackathon(happened.order.who, happened.order.event).start(proposal)
        happened.ended = run.join(LONGEST)
        happened.seconds = time.monotonic() - began
        happened.report, happened.error = run.report, run.error

    def _acts_before(self, happened: Happened) -> None:
        for act in happened.order.acts:
            if act.moment is None:
                self._act(act, happened)

    def _prepare(self, act: Act, happened: Happened) -> None:
        def now() -> None:
            self._tell(f"  {act.moment}:")
            self._act(act, happened)

        assert act.moment is not None
        self.world.recorder.watch(happened.order.who, act.moment, now)

    def _act(self, act: Act, happened: Happened) -> None:
        order = happened.order
        desk = self.world.desks[order.who]
        model = self.events[order.event]
        if act.deed == "network fails":
            seconds = (0.3, 0.8)[act.who % 2]
            self._tell(f"  the network of {order.who} fails for {seconds} s")
            desk.session.dark_until = time.monotonic() + seconds
        elif act.deed == "killed":
            self._tell(f"  the process of {order.who} is killed")
            happened.killed = desk.session.dead = True
        elif act.deed == "evicted":
            self._tell(f"  a cache of {order.who} drops and closes the hackathon")
            happened.evicted = True
            desk.evict(self.hackathon(order.who, order.event).settings)
        elif act.deed.startswith("other run"):
            self._other_run(act, happened)
        else:
            self._deeds.do(act.deed, order.event, model.table, act.who)

    def _other_run(self, act: Act, outer: Happened) -> None:
        """Have somebody else start a run now; the outer one's call waits a moment for it."""
        purpose = ("setup", "purge", "domain", "removal")[act.who % 4]
        event = EVENTS[act.who // 4 % 2]
        others = [name for name in ORGANISERS if name != outer.order.who]
        order = Order(others[0], event, purpose)
        self._tell(f"  {order}")
        model = self.events[event]
        inner = Happened(order, dict(model.roster), model.personal, model.table)
        outer.nested.append(inner)

        def work() -> None:
            mark = len(self.world.recorder.calls)
            try:
                proposal = self._propose(order, inner.roster)
                inner.plan = proposal.plan
                self._run(inner, proposal)
            except StudioError as error:
                inner.error = error
            calls = self.world.recorder.calls[mark:]
            mine = [call for call in calls if call.who == order.who]
            (inner.refused if inner.turned_away else inner.calls).extend(mine)
            self._tell(f"  -> {order.who}: {outcome(inner)}")

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        self._deeds.also_wait_for(thread)
        thread.join(1.5)

    def _bury(self, who: str) -> None:
        """Make the lease of a killed process one of a process that is no more."""
        self.world.desks[who].restart()
        for table in TABLES:
            for item in self.world.read.scan(TableName=table)["Items"]:
                if "#lease#" not in item["pk"]["S"]:
                    continue
                self._dead_leases.add((table, item["pk"]["S"]))
                dead = {
                    name: {kind: value.replace(f":{os.getpid()}:", f":{DEAD_PID}:")}
                    if kind == "S"
                    else {kind: value}
                    for name, typed in item.items()
                    for kind, value in typed.items()
                }
                self.world.read.put_item(TableName=table, Item=dead)

    def _wait_out_dead_leases(self) -> bool:
        """Remove leases of killed processes, as their time does; False when there are none."""
        dead, self._dead_leases = self._dead_leases, set()
        for table, key in dead:
            self.world.read.delete_item(TableName=table, Key={"pk": {"S": key}})
        return bool(dead)


def outcome(happened: Happened) -> str:
    """Say in a line how a run went."""
    if not happened.ended:
        return "never ended"
    if happened.error is not None:
        return f"{type(happened.error).__name__}: {happened.error}"
    report = happened.report
    if report is None:
        return "neither a report nor an error"
    if report.ok:
        return f"ok, in {happened.seconds:.1f} s"
    failed = [f"{o.step.kind} {o.step.name}: {o.reason}" for o in report.failed]
    left = [f"{item.kind} {item.name}: {item.reason}" for item in report.left]
    return f"not ok, in {happened.seconds:.1f} s; failed: {failed[:4]}; left: {left[:4]}"
