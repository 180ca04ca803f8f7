"""Wait for resources: list each kind that is waited for, and tell whose wait is over."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio_core.engine.rhythm import Rhythm
from studio_core.errors import CredentialsError
from studio_core.model.plans import Action
from studio_core.model.runs import Result
from studio_core.model.studio import Kind, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from concurrent.futures import Executor

    from studio_core.engine.pace import Pace
    from studio_core.model.plans import Step

_CONSOLE = "Fix the cause, then run this again; the SageMaker console shows more."
_STOPPED = "Somebody deleted it while it was being created; run this again to create it."
_UNSEEN = "No list shows it, although AWS has taken the call; run this again."
_SLOW = "Look at it in the SageMaker console, then run this again."


@dataclass(frozen=True, slots=True)
class Sweep:
    """One kind listed: status by lower-case name, or the error that came instead."""

    kind: Kind
    asked: float
    statuses: Mapping[str, str] | None = None
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The end of a wait. `result` is None when the call is to be made again.

    `counts` is True for one that must not repeat for ever: AWS failed to delete. `explain`
    is True when AWS knows a reason that the list does not show.
    """

    key: str
    result: Result | None
    reason: str = ""
    remedy: str = ""
    counts: bool = False
    explain: bool = False


@dataclass(slots=True)
class _Wait:
    step: Step
    since: float
    alive: bool = False
    """A list has shown it, so that its absence later means that it was deleted."""


class Waits:
    """Holds the waits and the times of the next listings.

    Listings run on `executor` and come back through `post`; everything else is for one
    thread. A listing counts only for waits that began before it was asked for.

    `frees` says of a step's key whether the end of its wait lets another call go. While there
    are such waits, only their kinds are listed often.
    """

    def __init__(
        self,
        statuses: Callable[[Kind, Collection[str]], Mapping[str, str]],
        executor: Executor,
        pace: Pace,
        *,
        clock: Callable[[], float],
        post: Callable[[Sweep], None],
        frees: Callable[[str], bool],
    ) -> None:
        self._frees = frees
        self._statuses = statuses
        self._executor = executor
        self._pace = pace
        self._clock = clock
        self._post = post
        self._waits: dict[Kind, dict[str, _Wait]] = defaultdict(dict)
        self._out: set[Kind] = set()
        self._rhythms: dict[Kind, Rhythm] = {}

    def __bool__(self) -> bool:
        return any(self._waits.values())

    def __len__(self) -> int:
        return sum(len(waits) for waits in self._waits.values())

    def __contains__(self, key: object) -> bool:
        return any(key in waits for waits in self._waits.values())

    @property
    def due(self) -> float | None:
        """When the next listing is to be asked for; None when there is none to ask for."""
        return min((self._rhythms[kind].due for kind in self._idle()), default=None)

    def _idle(self) -> list[Kind]:
        """Kinds that are waited for and not being listed now."""
        return [kind for kind, waits in self._waits.items() if waits and kind not in self._out]

    def add(self, step: Step) -> None:
        """Wait for what the step asked for just now."""
        if step.kind not in self._rhythms:
            self._rhythms[step.kind] = Rhythm(self._pace, self._clock)
        elif not self._waits[step.kind]:
            self._rhythms[step.kind].begin()
        else:
            self._rhythms[step.kind].added()
        self._waits[step.kind][step.key] = _Wait(step, self._clock())

    def clear(self) -> None:
        """Wait for nothing any more."""
        self._waits.clear()

    def ask(self) -> None:
        """Ask for a listing of each kind that is waited for, when it is time."""
        for kind in self._idle():
            rhythm = self._rhythms[kind]
            if self._clock() < rhythm.due:
                continue
            if not (rhythm.overdue or self._presses(kind)):
                rhythm.put_off()
                continue
            self._out.add(kind)
            self._executor.submit(self._list, kind, self._clock(), self._new(kind))

    def _presses(self, kind: Kind) -> bool:
        """Return True when what this kind's list shows may let a call go, or no list may."""
        others = (keys for each, keys in self._waits.items() if each is not kind)
        free = self._frees
        return any(map(free, self._waits[kind])) or not any(free(k) for ks in others for k in ks)

    def _new(self, kind: Kind) -> Collection[str]:
        """Names of what is being made; none where something waits to be gone.

        Only a whole list can show that a thing is gone.
        """
        steps = [wait.step for wait in self._waits[kind].values()]
        if any(step.action is Action.DELETE for step in steps):
            return ()
        return {step.name.casefold() for step in steps}

    def _list(self, kind: Kind, asked: float, new: Collection[str]) -> None:
        """Runs on a worker thread, touches nothing but `post`."""
        try:
            sweep = Sweep(kind, asked, statuses=self._statuses(kind, new))
        except Exception as error:  # noqa: BLE001 - a listing that fails is asked for again
            sweep = Sweep(kind, asked, error=error)
        self._post(sweep)

    def verdicts(self, sweep: Sweep) -> Iterator[Verdict]:
        """Give the waits that this listing ends.

        Raises:
            CredentialsError: The listing was refused for lack of valid credentials.
        """
        self._out.discard(sweep.kind)
        if isinstance(sweep.error, CredentialsError):
            raise sweep.error
        waits = self._waits[sweep.kind]
        found = [
            (key, verdict)
            for key, wait in waits.items()
            if (verdict := self._verdict(wait, sweep)) is not None
        ]
        for key, _ in found:
            del waits[key]
        if waits:
            self._rhythms[sweep.kind].listed(
                entries=len(sweep.statuses or ()),
                ended=len(found),
                waiting=len(waits),
                oldest=min(wait.since for wait in waits.values()),
            )
        yield from (verdict for _, verdict in found)

    def _verdict(self, wait: _Wait, sweep: Sweep) -> Verdict | None:
        verdict = None
        if sweep.statuses is not None and wait.since <= sweep.asked:
            status = sweep.statuses.get(wait.step.name.casefold())
            age = sweep.asked - wait.since
            # Lists lag: only after a while do they contradict the call.
            if wait.step.action is Action.DELETE:
                verdict = _after_delete(wait.step, status, settled=age >= self._pace.poll_gap)
            else:
                verdict = _after_create(wait, status, settled=age >= self._pace.settling)
        if verdict is None and self._clock() - wait.since > self._pace.patience:
            minutes = max(1, round(self._pace.patience / 60))
            reason = f"did not settle within {minutes} min"
            verdict = Verdict(wait.step.key, Result.FAILED, reason, _SLOW)
        return verdict


def _after_create(wait: _Wait, status: str | None, *, settled: bool) -> Verdict | None:
    """Judge what is being made. What somebody deleted is made again, but for an app.

    A second create is harmless should the lists be wrong: AWS refuses it, and the wait goes on.
    """
    key, missing = wait.step.key, status in {None, Status.DELETED}
    if status == Status.IN_SERVICE:
        return Verdict(key, Result.DONE)
    if status in {Status.FAILED, Status.DELETE_FAILED}:
        return Verdict(key, Result.FAILED, f"AWS reports {status}", _CONSOLE, explain=True)
    if status == Status.DELETING or (missing and wait.alive):
        # Whoever works in a space may stop its app.
        result = Result.FAILED if wait.step.kind is Kind.APP else None
        return Verdict(key, result, "was deleted while it was being created", _STOPPED)
    if missing and settled:
        return Verdict(key, None, "does not appear", _UNSEEN)
    wait.alive = wait.alive or not missing
    return None


def _after_delete(step: Step, status: str | None, *, settled: bool) -> Verdict | None:
    # A failed app holds nothing and leaves the lists by itself (developer guide on domains).
    over = {None, Status.DELETED, Status.FAILED if step.kind is Kind.APP else None}
    if status in over:
        return Verdict(step.key, Result.DONE)
    if status == Status.DELETE_FAILED:
        reason = f"AWS reports {status}"
        return Verdict(step.key, None, reason, _CONSOLE, counts=True, explain=True)
    if status != Status.DELETING and settled:
        return Verdict(step.key, None, "was started again while it was being deleted")
    return None
