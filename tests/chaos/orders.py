"""What an organiser orders, and everything that came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from studio_core.errors import PlanChangedError, RunBusyError
from studio_core.model.plans import Action
from studio_core.model.studio import App
from tests.chaos.cast import same_address

if TYPE_CHECKING:
    from collections.abc import Mapping

    from studio_core.config import Settings
    from studio_core.engine.run import Proposal
    from studio_core.model.plans import Plan, Step
    from studio_core.model.runs import Report
    from tests.chaos.calls import Call
    from tests.chaos.deeds import Act
    from tests.chaos.state import State

PASSING: Mapping[str, dict[str, Any]] = {
    "calm": {},
    "throttled": {"throttle_rate": 0.3},
    "errors": {"error_rate": 0.05, "drop_rate": 0.03},
    "lost answers": {"lost_answer_rate": 0.1},
    "lagging lists": {"list_lag": 0.08},
    "first deletion sticks": {"stuck_rate": 1.0},
    "throttled and first deletion sticks": {
        "stuck_rate": 1.0,
        "throttle_rate": 0.6,
        "seed": 3,  # whose first numbers throttle three calls running
        "operations": ["sagemaker.DeleteSpace", "sagemaker.DeleteUserProfile"],
    },
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

OTHERS = frozenset(
    ("takes name", "console deletes profile", "console deletes space", "console deletion sticks")
)
"""Deeds after which a run that makes things need not succeed, but must say so."""

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


@dataclass(frozen=True, slots=True)
class Shown:
    """A plan on an organiser's screen, with the file and the settings it was made from."""

    order: Order
    roster: Mapping[str, str]
    settings: Settings
    proposal: Proposal


@dataclass(slots=True)
class Happened:
    """An order, and all that came of it.

    `roster` is the file that the plan was made from, `people` all calls of anybody but
    organisers since the sequence began.
    """

    order: Order
    roster: Mapping[str, str]
    settings: Settings
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
    def table(self) -> str:
        return self.settings.table_name

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
        wants_things = self.order.sets_up or self.order.purpose == "start"
        disturbed = wants_things and self.deeds & OTHERS
        stopped = self.killed or self.evicted or self.raced
        return self.order.weather in PASSING and not (disturbed or stopped)

    @property
    def raced(self) -> bool:
        """True when somebody else's run went through in the middle of this one."""
        return any(each.error is None for each in self.nested)

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


def words(target: tuple[str, ...]) -> str:
    if target[:1] == ("app",):
        return f"the app {target[3]} {target[4]} of the {target[1]} {target[2]}"
    return f"the {target[0]} {target[1]}" if target else "something"
