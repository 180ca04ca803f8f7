"""How far a run is: what its steps came to, kept for whoever asks."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio_core.model.runs import Phase, Result

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime

    from studio_core.model.plans import Purpose, Step
    from studio_core.model.runs import Outcome, StepProgress

_RECENT = 200


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is. `by_kind` maps kind to (done, failed, total)."""

    run_id: str
    purpose: Purpose
    owner: str
    stage: str
    done: int
    total: int
    by_kind: Mapping[str, tuple[int, int, int]]
    waiting: int
    recent: tuple[StepProgress, ...]
    started_at: datetime
    ended: bool
    cancelling: bool


class Tally:
    """Outcomes of a run's steps, over all its rounds. Thread-safe."""

    def __init__(self, steps: Iterable[Step]) -> None:
        self._lock = threading.Lock()
        self._steps = {step.key: step for step in steps}
        self._outcomes: dict[str, Outcome] = {}
        self._waiting: set[str] = set()
        self._recent: deque[StepProgress] = deque(maxlen=_RECENT)

    def plan(self, steps: Iterable[Step], *, anew: bool = False) -> None:
        """Count these steps too, or only these."""
        with self._lock:
            if anew:
                self._steps.clear()
            self._steps.update({step.key: step for step in steps})

    def note(self, progress: StepProgress) -> None:
        """Take in a step's new phase."""
        with self._lock:
            self._recent.append(progress)
            if progress.phase is Phase.WAITING:
                self._waiting.add(progress.step.key)
            elif progress.outcome is not None:
                self._waiting.discard(progress.step.key)
                self._outcomes[progress.step.key] = progress.outcome

    def end(self, outcomes: Iterable[Outcome]) -> None:
        """Take in the outcomes of a round."""
        with self._lock:
            self._outcomes.update({outcome.step.key: outcome for outcome in outcomes})

    def forget_stale(self, wanted: Collection[str]) -> None:
        """Forget steps that were to be planned again and are not wanted any more."""
        with self._lock:
            for key, outcome in list(self._outcomes.items()):
                if outcome.result is Result.STALE and key not in wanted:
                    del self._outcomes[key]

    def outcomes(self) -> dict[str, Outcome]:
        """Return the newest outcome of each step by its key."""
        with self._lock:
            return dict(self._outcomes)

    def counts(self) -> dict[str, tuple[int, int, int]]:
        """Return (done, failed, total) by kind."""
        with self._lock:
            totals: dict[str, list[int]] = {}
            for key, step in self._steps.items():
                row = totals.setdefault(step.kind.value, [0, 0, 0])
                outcome = self._outcomes.get(key)
                row[2] += 1
                row[0] += outcome is not None and outcome.result is Result.DONE
                row[1] += outcome is not None and outcome.result is not Result.DONE
            return {kind: (row[0], row[1], row[2]) for kind, row in totals.items()}

    @property
    def waiting(self) -> int:
        """Steps whose call is made and whose resource is not settled."""
        with self._lock:
            return len(self._waiting)

    @property
    def recent(self) -> tuple[StepProgress, ...]:
        """The newest phases, oldest first."""
        with self._lock:
            return tuple(self._recent)
