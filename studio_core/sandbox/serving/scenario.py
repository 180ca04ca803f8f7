"""Scenario files: faults, quotas and a clock that change during a rehearsal.

A file is TOML. `[start]` applies at once; each `[[step]]` applies `after` seconds:

    title = "Lunch outage"

    [start]
    timescale = 0.1
    quotas = { "Total domains" = 2 }

    [[step]]
    after = 60
    note = "AWS throttles everybody"
    faults = { throttle_rate = 0.5 }

    [[step]]
    after = 180
    note = "It is over"
    faults = {}
"""

from __future__ import annotations

import threading
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from studio_core.sandbox.services.quota_table import find_quota
from studio_core.sandbox.serving.faults import Faults
from studio_core.sandbox.studio.lifecycle import PROGRESSIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

_START = frozenset({"faults", "note", "progression", "quotas", "timescale"})
_STEP = _START | {"after"}


class ScenarioError(ValueError):
    """A scenario file cannot be used; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Step:
    """What changes at one moment; None leaves things as they are."""

    after: float = 0
    note: str = ""
    faults: Faults | None = None
    progression: str | None = None
    timescale: float | None = None
    quotas: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A title and steps in the order of time, the first at the start."""

    title: str
    steps: tuple[Step, ...]


def read_scenario(path: Path) -> Scenario:
    """Read a scenario file.

    Raises:
        ScenarioError: the file is not TOML, or says what cannot be.
        OSError: the file cannot be read.
    """
    try:
        read = tomllib.loads(path.read_text(encoding="utf-8"))
        if unknown := sorted(set(read) - {"title", "start", "step"}):
            raise ScenarioError(f"unknown: {', '.join(unknown)}")
        start = _step("start", read.get("start", {}), _START)
        steps = [
            _step(f"step {number}", each, _STEP)
            for number, each in enumerate(read.get("step", []), start=1)
        ]
    except (ValueError, TypeError, AttributeError) as error:
        raise ScenarioError(f"{path}: {error}") from error
    title = str(read.get("title", path.stem))
    return Scenario(title, (start, *sorted(steps, key=lambda each: each.after)))


def _step(name: str, read: Mapping[str, Any], known: frozenset[str]) -> Step:
    if unknown := sorted(set(read) - known):
        raise ScenarioError(f"{name}: unknown: {', '.join(unknown)}")
    try:
        quotas = {key: _number(key, value) for key, value in read.get("quotas", {}).items()}
        for key in quotas:
            find_quota(key)
        faults = read.get("faults")
        progression, timescale = read.get("progression"), read.get("timescale")
        if progression is not None and progression not in PROGRESSIONS:
            raise ScenarioError(f"progression must be one of {', '.join(PROGRESSIONS)}")
        return Step(
            after=_number("after", read.get("after", 0)),
            note=str(read.get("note", "")),
            faults=None if faults is None else Faults.from_dict(faults),
            progression=progression,
            timescale=None if timescale is None else _number("timescale", timescale),
            quotas=quotas,
        )
    except ValueError as error:
        raise ScenarioError(f"{name}: {error}") from error


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
        raise ScenarioError(f"{name} must be a number of at least 0, not {value!r}")
    return value


class Player(threading.Thread):
    """Applies the steps of a scenario when their time has come."""

    def __init__(self, scenario: Scenario, apply: Callable[[Step], None]) -> None:
        super().__init__(daemon=True)
        self.scenario = scenario
        self.done = 0
        """How many steps have been applied."""
        self._apply = apply
        self._ended = threading.Event()

    def run(self) -> None:
        """Apply every step, or stop early."""
        passed = 0.0
        for step in self.scenario.steps:
            if self._ended.wait(step.after - passed):
                return
            passed = step.after
            self._apply(step)
            self.done += 1

    def stop(self) -> None:
        """Apply nothing more."""
        self._ended.set()
        self.join()
