"""Where orders are carried out, while others act at their moments."""

from __future__ import annotations

import functools
import os
import threading
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from studio_core.errors import RunBusyError, StudioError
from studio_core.model.people import Participant, Roster
from studio_core.model.plans import Scope
from tests.chaos.calls import LOOK, Moment
from tests.chaos.cast import EVENTS, ORGANISERS
from tests.chaos.deeds import Act, Deeds
from tests.chaos.orders import WEATHER, Happened, Order, Shown, outcome
from tests.chaos.state import read_state
from tests.chaos.world import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from studio_core.config import Settings
    from studio_core.engine.run import Proposal
    from studio_core.hackathon import Hackathon
    from tests.chaos.world import World

DEAD_PID = "4194304"
"""Above the largest process id of Linux."""

LONGEST = 15.0
"""Seconds after which a run counts as one that never ends."""

LOOKS = 4
"""How often an organiser agrees to a new plan before giving up."""


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
        self._deeds = Deeds(world, lambda line: tell(f"    {line}"))
        self._dead_leases: set[tuple[str, str]] = set()

    def settings(self, event: str) -> Settings:
        model = self.events[event]
        return self.world.settings(
            event, personal=model.personal, app_type=model.app_type, table=model.table
        )

    def hackathon(self, who: str, event: str) -> Hackathon:
        return self.world.desks[who].hackathon(self.settings(event))

    def show(self, order: Order) -> Shown:
        """Make a plan, which may be agreed to later; raises what the tool raises."""
        roster, settings = dict(self.events[order.event].roster), self.settings(order.event)
        return Shown(order, roster, settings, self._propose(order, roster, settings))

    def _propose(self, order: Order, roster: Mapping[str, str], settings: Settings) -> Proposal:
        hackathon = self.world.desks[order.who].hackathon(settings)
        if order.sets_up:
            people = Roster(tuple(Participant(email, team) for email, team in roster.items()))
            return hackathon.propose_setup(people, remove_leaving=order.purpose == "removal")
        if order.purges:
            return hackathon.propose_purge(Scope.DOMAIN if order.whole_domain else Scope.EVENT)
        if order.purpose == "start":
            return hackathon.propose_start_apps()
        return hackathon.propose_stop_apps()

    def _begin(self, order: Order, shown: Shown | None = None) -> Happened:
        if shown is not None:
            return Happened(order, shown.roster, shown.settings)
        roster = dict(self.events[order.event].roster)
        return Happened(order, roster, self.settings(order.event))

    def carry_out(self, order: Order, shown: Shown | None = None) -> Happened:
        """Look, agree, start, and wait for the end, while the acts of the order happen."""
        self._tell(f"{order}" + (", as looked at before" if shown else ""))
        world = self.world
        world.settle()
        happened = self._begin(order, shown)
        happened.before = read_state(world)
        world.faults(**WEATHER[order.weather])
        time.sleep(WEATHER[order.weather].get("list_lag", 0.0))  # only what follows is behind
        if "first deletion sticks" in order.weather:
            self._heal_after_first_deletion(order)
        try:
            self._agree_and_run(happened, shown.proposal if shown else None)
        finally:
            world.recorder.unwatch()
            self._deeds.finish()
            world.faults()
        if happened.killed or not happened.ended:
            self._bury(order.who)
        happened.people = [call for call in world.recorder.calls if call.who == "people"]
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
        try:
            proposal = self._propose(order, model.roster, settings)
            self.world.desks[order.who].hackathon(settings).run(proposal)
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
        for act in order.acts:
            if act.moment == LOOK:
                self._now(act, happened)
        first = True
        for _ in range(LOOKS):
            happened.error = None
            mark = len(self.world.recorder.calls)
            try:
                proposal = proposal or self._propose(order, happened.roster, happened.settings)
                happened.plan = proposal.plan
                if first:
                    self._prepare(happened)
                first = False
                mark = len(self.world.recorder.calls)
                self._run(happened, proposal)
            except StudioError as error:
                happened.error = error
            calls = self.world.recorder.calls[mark:]
            mine = [call for call in calls if call.who == order.who]
            if not happened.turned_away:
                happened.calls = mine
                return
            happened.refused += mine
            if isinstance(happened.error, RunBusyError) and not self._wait_out_dead_leases():
                return
            proposal = None

    def _run(self, happened: Happened, proposal: Proposal) -> None:
        began = time.monotonic()
        run = self.world.desks[happened.order.who].hackathon(happened.settings).start(proposal)
        happened.ended = run.join(LONGEST)
        happened.seconds = time.monotonic() - began
        happened.report, happened.error = run.report, run.error

    def _prepare(self, happened: Happened) -> None:
        """Do what is done before the start, and have the rest done at its moment."""
        for act in happened.order.acts:
            if act.moment is None:
                self._act(act, happened)
            elif act.moment != LOOK:
                now = functools.partial(self._now, act, happened)
                self.world.recorder.watch(happened.order.who, act.moment, now)

    def _now(self, act: Act, happened: Happened) -> None:
        self._tell(f"  {act.moment} {happened.order.who}:")
        self._act(act, happened)

    def _act(self, act: Act, happened: Happened) -> None:
        order = happened.order
        desk = self.world.desks[order.who]
        if act.deed == "network fails":
            seconds = (0.3, 0.8)[act.who % 2]
            self._tell(f"    the network of {order.who} fails for {seconds} s")
            desk.session.dark_until = time.monotonic() + seconds
        elif act.deed == "killed":
            self._tell(f"    the process of {order.who} is killed")
            happened.killed = desk.session.dead = True
        elif act.deed == "evicted":
            self._tell(f"    a cache of {order.who} drops and closes the hackathon")
            happened.evicted = True
            desk.evict(happened.settings)
        elif act.deed.startswith("other run"):
            self._other_run(act, happened)
        else:
            self._deeds.do(act.deed, order.event, happened.table, act.who)

    def _other_run(self, act: Act, outer: Happened) -> None:
        """Have somebody else start a run now; the outer one's call waits a moment for it."""
        purpose = ("setup", "purge", "domain", "removal")[act.who % 4]
        event = EVENTS[act.who // 4 % 2]
        others = [name for name in ORGANISERS if name != outer.order.who]
        order = Order(others[0], event, purpose)
        self._tell(f"    {order}")
        inner = self._begin(order)
        outer.nested.append(inner)

        def work() -> None:
            mark = len(self.world.recorder.calls)
            try:
                proposal = self._propose(order, inner.roster, inner.settings)
                inner.plan = proposal.plan
                self._run(inner, proposal)
            except StudioError as error:
                inner.error = error
            calls = self.world.recorder.calls[mark:]
            mine = [call for call in calls if call.who == order.who]
            (inner.refused if inner.turned_away else inner.calls).extend(mine)
            self._tell(f"    -> {order.who}: {outcome(inner)}")

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        self._deeds.also_wait_for(thread)
        thread.join(1.5)

    def _bury(self, who: str) -> None:
        """Begin a new process after a killed one, whose lease names a process that is no more."""
        self.world.desks[who].session.dead = True
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
