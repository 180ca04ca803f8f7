"""A small world behind `StepCalls`: statuses by kind and name, changed by calls and by tests."""

from __future__ import annotations

from collections import Counter, defaultdict
from concurrent.futures import Executor, Future
from typing import TYPE_CHECKING, Any

from studio_core.model.people import Record
from studio_core.model.plans import Action, Plan, Purpose, Step
from studio_core.model.studio import App, Identity, Kind, Ownership, Profile, Space

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

HERE = Identity("123456789012", "eu-west-1", "d-1")


class Inline(Executor):
    """Runs what is submitted at once, in the same thread."""

    def submit(self, call: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(call(*args, **kwargs))
        return future


class Calls:
    """Each call changes the world as AWS does; `before` and `errors` let tests interfere."""

    def __init__(self, **statuses: str) -> None:
        self.world: dict[str, str] = dict(statuses)
        self.made: Counter[str] = Counter()
        self.batches: list[tuple[str, ...]] = []
        self.errors: dict[str, list[Exception | None]] = defaultdict(list)
        self.stale: set[str] = set()
        self.reasons: dict[str, str] = {}
        self.on_list: Callable[[], object] = lambda: None
        self.listed = 0

    def do(self, step: Step, *, again: bool = False) -> bool:
        self.made[step.key] += 1
        if self.errors[step.key] and (error := self.errors[step.key].pop(0)):
            raise error
        name = step.name.casefold()
        if step.action is Action.DELETE:
            if name not in self.world:
                return True
            # As `AwsStepCalls`: what the plan saw being deleted is only waited for at first.
            if again or getattr(step.target, "status", "") != "Deleting":
                self.world[name] = "Deleting"
        else:
            self.world[name] = "Pending"
        return False

    def write_rows(self, steps: Sequence[Step]) -> Collection[str]:
        self.batches.append(tuple(step.key for step in steps))
        return {step.key for step in steps} & self.stale

    def failure(self, step: Step) -> str:
        return self.reasons.get(step.name, "")

    def statuses(self, kind: Kind, new: Collection[str] = ()) -> Mapping[str, str]:
        self.listed += 1
        self.on_list()
        return dict(self.world)

    def settle(self) -> None:
        """Let everything that is on its way arrive."""
        for name, status in list(self.world.items()):
            if status == "Deleting":
                del self.world[name]
            elif status == "Pending":
                self.world[name] = "InService"


def profile(name: str, action: Action = Action.CREATE, *needs: str, status: str = "") -> Step:
    target = Profile(name, status or "Pending", Ownership.OURS)
    return Step(f"{action}:profile:{name}", action, Kind.PROFILE, name, target, needs=needs)


def space(name: str, action: Action = Action.CREATE, *needs: str, status: str = "") -> Step:
    target = Space(name, status or "Pending", ownership=Ownership.OURS)
    return Step(f"{action}:space:{name}", action, Kind.SPACE, name, target, needs=needs)


def app(owner: str, action: Action = Action.CREATE, *needs: str, status: str = "") -> Step:
    target = App("JupyterLab", "default", status or "Pending", space=owner)
    return Step(f"{action}:app:{owner}", action, Kind.APP, target.label, target, needs=needs)


def row(email: str, action: Action = Action.CREATE, *needs: str) -> Step:
    target = Record(email, "1", "d-1", "demo", email.split("@", maxsplit=1)[0], "team-1")
    before = None if action is Action.CREATE else target
    key = f"{action}:row:{email}"
    return Step(key, action, Kind.ROW, email, target, needs=needs, before=before)


def plan(*steps: Step, purpose: Purpose = Purpose.SETUP) -> Plan:
    return Plan(purpose, HERE, "demo", steps)
