"""How often a purge lists, in virtual time: how many pages, and how late an end is seen."""

from __future__ import annotations

import heapq
import itertools
import math
import random
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import pytest

from studio_core.engine.pace import Pace
from studio_core.engine.waits import Waits
from studio_core.model.plans import Action
from studio_core.model.studio import Kind

from .fakes import Inline, app, profile, space

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from studio_core.engine.waits import Sweep
    from studio_core.model.plans import Step

CALL = 0.1
PAGE = 100
CALLS_AT_ONCE = 10
SPACE, PROFILE = 20.0, 8.0
"""Seconds that a space and a profile take to be deleted."""


class Purge:
    """Deletes apps, spaces and profiles in their order; calls and lists take their time."""

    def __init__(self, apps: Collection[float], people: int) -> None:
        self.now = 0.0
        self.pages: Counter[Kind] = Counter()
        self._takes: dict[str, float] = {}
        self._gone_at: dict[str, float] = {}
        self._steps: dict[str, Step] = {}
        self._needs: dict[str, set[str]] = {}
        self._dependants: dict[str, list[str]] = defaultdict(list)
        self._done: set[str] = set()
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._waits = Waits(
            self._list, Inline(), Pace(), clock=lambda: self.now, post=self._post, frees=self._frees
        )
        self._plan(apps, people)
        self._ready = [key for key, needs in self._needs.items() if not needs]
        self._flying = 0

    def _plan(self, apps: Collection[float], people: int) -> None:
        spaces = []
        for number, takes in enumerate(apps):
            self._add(app(f"team-{number}", Action.DELETE, status="InService"), takes)
        for key in list(self._steps):
            step = space(self._steps[key].name.split("/")[0], Action.DELETE, key)
            self._add(step, SPACE)
            spaces.append(step.key)
        for number in range(people):
            self._add(profile(f"p{number}", Action.DELETE, status="InService"), PROFILE)
        self._add(profile("host", Action.DELETE, *spaces), PROFILE)

    def _add(self, step: Step, takes: float) -> None:
        self._steps[step.key], self._takes[step.key] = step, takes
        self._needs[step.key] = set(step.needs)
        for need in step.needs:
            self._dependants[need].append(step.key)

    def _frees(self, key: str) -> bool:
        return any(
            all(need in self._waits for need in self._needs[after])
            for after in self._dependants[key]
        )

    def _list(self, kind: Kind, new: Collection[str]) -> Mapping[str, str]:
        """Deleted apps stay in the list for a day."""
        assert not new
        found = {}
        for key, step in self._steps.items():
            if step.kind is kind:
                gone = self.now >= self._gone_at.get(key, math.inf)
                if not gone or kind is Kind.APP:
                    live = "Deleting" if key in self._gone_at else "InService"
                    found[step.name.casefold()] = "Deleted" if gone else live
        self._cost = max(1, math.ceil(len(found) / PAGE))
        self.pages[kind] += self._cost
        return found

    def _post(self, sweep: Sweep) -> None:
        self._at(self.now + CALL * self._cost, lambda: self._on_sweep(sweep))

    def _on_sweep(self, sweep: Sweep) -> None:
        for verdict in self._waits.verdicts(sweep):
            self._done.add(verdict.key)
            for after in self._dependants[verdict.key]:
                self._needs[after].discard(verdict.key)
                if not self._needs[after]:
                    self._ready.append(after)

    def _at(self, when: float, act: Callable[[], None]) -> None:
        heapq.heappush(self._events, (when, next(self._order), act))

    def _call(self) -> None:
        while self._flying < CALLS_AT_ONCE and self._ready:
            self._flying += 1
            key = self._ready.pop(0)
            self._at(self.now + CALL, lambda key=key: self._on_answer(key))

    def _on_answer(self, key: str) -> None:
        self._flying -= 1
        self._gone_at[key] = self.now + self._takes[key]
        self._waits.add(self._steps[key])

    def run(self) -> float:
        """Return how many seconds the slowest chain was behind the end."""
        while len(self._done) < len(self._steps):
            self._call()
            self._waits.ask()
            due = self._waits.due
            if due is not None and (not self._events or due < self._events[0][0]):
                self.now = due
            else:
                self.now, _, act = heapq.heappop(self._events)
                act()
        last = max(at for key, at in self._gone_at.items() if ":app:" in key)
        return self.now - last - SPACE - PROFILE


@pytest.mark.parametrize("seed", range(4))
def test_a_purge_lists_few_pages_and_sees_the_end_soon(seed: int) -> None:
    """With what a run lists before and after (17 pages here), at most 6 sweeps of 12 pages."""
    dice = random.Random(seed)
    purge = Purge([dice.uniform(20, 120) for _ in range(300)], people=500)
    assert purge.run() < 6
    assert sum(purge.pages.values()) <= 55


@pytest.mark.parametrize("seconds", [1, 8, 45, 300])
def test_one_app_is_seen_to_end_soon_however_long_it_takes(seconds: float) -> None:
    purge = Purge([seconds], people=1)
    assert purge.run() < 6 + 0.1 * seconds
    assert sum(purge.pages.values()) < 70


def test_apps_that_all_end_at_once_are_not_overlooked() -> None:
    """The rate at which waits end says nothing while none ends."""
    purge = Purge([60.0] * 250, people=10)
    assert purge.run() < 60 * 0.5 + 6
