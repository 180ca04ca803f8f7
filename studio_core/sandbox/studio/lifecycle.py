"""Statuses that change with time, through moto's managed states.

Every kind of resource has a moto model per phase (`sagemaker::space::create`), so that
moto's own `set_transition` can slow down or stop just one of them.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.moto_api import state_manager
from moto.moto_api._internal.managed_state_model import ManagedState

if TYPE_CHECKING:
    from collections.abc import Mapping

PROGRESSIONS = ("immediate", "manual", "time")

SECONDS: dict[str, float] = {
    "domain::create": 240,
    "domain::update": 30,
    "domain::delete": 180,
    "user-profile::create": 8,
    "user-profile::update": 5,
    "user-profile::delete": 8,
    "space::create": 6,
    "space::update": 10,
    "space::delete": 20,
    "space::storage": 15,
    "app::create": 75,
    "app::delete": 45,
}
"""How long each phase lasts at timescale 1, in seconds.

20 s for a space to vanish was measured on a real account; the others are invented, in the
range that people report.
"""


_NEVER = 10 * 365 * 86_400.0
"""Seconds that nobody waits; a date further off could not be told."""


def model_name(phase: str, account: str) -> str:
    """Name a phase for moto's state manager; accounts other than moto's default have their own."""
    own = "" if account == DEFAULT_ACCOUNT_ID else f"{account}::"
    return f"{own}sagemaker::{phase}"


def configure(
    progression: str = "immediate",
    *,
    timescale: float = 1.0,
    times: int = 2,
    account: str = DEFAULT_ACCOUNT_ID,
) -> None:
    """Choose how statuses of an account change.

    Args:
        progression: `immediate`, `manual` (after `times` reads of the resource) or `time`.
        timescale: multiplies every duration: 1 is realistic, 0.01 a hundred times as fast.
        times: reads that a manual transition takes.
        account: whose resources are meant.

    Raises:
        ValueError: the progression is not one of moto's, or a number is negative.
    """
    if progression not in PROGRESSIONS or timescale < 0 or times < 1:
        raise ValueError(
            f"progression must be one of {', '.join(PROGRESSIONS)}, timescale at least 0, "
            f"times at least 1; got {progression!r}, {timescale!r}, {times!r}"
        )
    for phase, seconds in SECONDS.items():
        state_manager.register_default_transition(
            model_name(phase, account),
            {"progression": progression, "seconds": seconds * timescale, "times": times},
        )


class Lifecycle(ManagedState):
    """Status of one resource: begins phases, and says when one has ended."""

    def __init__(self, kind: str, account: str) -> None:
        self.kind = kind
        self.account = account
        self.phase = "create"
        super().__init__(model_name(f"{kind}::create", account), [("Pending", "InService")])

    def begin(self, phase: str, status: str, target: str) -> None:
        """Enter `status`, to become `target` when the phase's time is up."""
        self.phase = phase
        self.model_name = model_name(f"{self.kind}::{phase}", self.account)
        self._transitions = [(status, target)]
        self._status = status
        self._tick = 0
        self._time_progressed = datetime.now()  # noqa: DTZ005  # moto compares naive local times

    def take(self, seconds: float) -> None:
        """Let the present phase last so long at timescale 1, instead of what is usual."""
        usual = SECONDS[f"{self.kind}::{self.phase}"]
        scale = float(state_manager.get_transition(self.model_name)["seconds"]) / usual
        self._time_progressed += timedelta(seconds=min((seconds - usual) * scale, _NEVER))

    def settle(self, status: str) -> None:
        """Rest in a status until the next phase begins."""
        self._transitions = [(status, status)]
        self._status = status

    def as_dict(self) -> dict[str, Any]:
        """Give what `restore` needs: status, what it becomes, phase and when that began."""
        (_, target), *_ = self._transitions
        begun = self._time_progressed.astimezone(UTC).isoformat()
        return {
            "status": self._status,
            "target": target if self.moving else self._status,
            "phase": self.phase,
            "begun": begun,
        }

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Go on from what `as_dict` gave; time that passed in between counts."""
        self.begin(saved["phase"], saved["status"], saved["target"])
        begun = datetime.fromisoformat(saved["begun"])
        self._time_progressed = begun.astimezone().replace(tzinfo=None)

    @property
    def resting(self) -> str:
        """The status as last read; unlike `status`, looking at it changes nothing."""
        return str(self._status)

    @property
    def moving(self) -> bool:
        """True while the status is one that will change by itself; looking changes nothing."""
        return any(before == self._status != after for before, after in self._transitions)

    @property
    def progression(self) -> str:
        """The progression that applies now."""
        return str(state_manager.get_transition(self.model_name)["progression"])

    @property
    def due(self) -> datetime | None:
        """When the present phase ends: None unless statuses change with time."""
        transition = state_manager.get_transition(self.model_name)
        if transition["progression"] != "time":
            return None
        begun = self._time_progressed.astimezone(UTC)
        return begun + timedelta(seconds=transition["seconds"])


def utcnow() -> datetime:
    """Tell the time, in UTC."""
    return datetime.now(UTC)
