"""Faults that the sandbox can be told to have, each seeded so that a run can be repeated."""

from __future__ import annotations

import random
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from time import monotonic
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID

_SHARES = (
    "error_rate",
    "drop_rate",
    "lost_answer_rate",
    "throttle_rate",
    "stuck_rate",
    "app_failure_rate",
)


@dataclass(frozen=True)
class Faults:
    """What goes wrong, and how often; the default is nothing.

    Shares are between 0 and 1, of the calls or resources they concern.

    Attributes:
        latency: seconds that every call takes longer.
        jitter: seconds, at most, that a call takes longer still.
        rate: calls a second of each operation, by a token bucket; None is no limit.
        burst: calls that a full bucket holds; None is the rate, and at least 1.
        error_rate: share of calls answered with 500 or 503, without effect.
        drop_rate: share of calls whose connection is cut before any effect.
        lost_answer_rate: share of calls that take effect and whose answer never arrives.
        throttle_rate: share of calls answered with `ThrottlingException: Rate exceeded`.
        stuck_rate: share of deletions of profiles and spaces that end as Delete_Failed.
        stuck: names of profiles and spaces whose deletion always ends as Delete_Failed, and
            labels of apps (`team-1/JupyterLab/default`) that never leave Deleting.
        app_delete_seconds: shortest and longest time that an app takes to go, at timescale
            1; None is the same time for all.
        app_failure_rate: share of apps that become Failed instead of InService.
        list_lag: seconds that lists are behind the truth.
        refuse_classic: refuse new Studio Classic (JupyterServer) apps, as AWS now does.
        operations: operations concerned (`sagemaker.DeleteSpace`); empty means all.
        errors: error codes that operations always answer with, by operation.
        seed: where the random numbers begin.
    """

    latency: float = 0
    jitter: float = 0
    rate: float | None = None
    burst: float | None = None
    error_rate: float = 0
    drop_rate: float = 0
    lost_answer_rate: float = 0
    throttle_rate: float = 0
    stuck_rate: float = 0
    stuck: tuple[str, ...] = ()
    app_failure_rate: float = 0
    app_delete_seconds: tuple[float, float] | None = None
    list_lag: float = 0
    refuse_classic: bool = False
    operations: tuple[str, ...] = ()
    errors: Mapping[str, str] = field(default_factory=dict)
    seed: int = 0

    def __post_init__(self) -> None:
        """Check the numbers.

        Raises:
            ValueError: a share is not between 0 and 1, or a number is negative.
        """
        for name in _SHARES:
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must be between 0 and 1, not {getattr(self, name)!r}")
        for name in ("latency", "jitter", "list_lag"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must not be negative, got {getattr(self, name)!r}")
        for name in ("rate", "burst"):
            value = getattr(self, name)
            if value is not None and value <= 0:
                raise ValueError(f"{name} must be above 0 or left out, got {value!r}")

    def as_dict(self) -> dict[str, Any]:
        """Give the faults as JSON has them."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Faults:
        """Read faults from JSON; what is left out is as it is by default.

        Raises:
            ValueError: a name is unknown or a value cannot be right.
        """
        known = {item.name: item for item in fields(cls)}
        if unknown := sorted(set(values) - set(known)):
            raise ValueError(f"unknown faults: {', '.join(unknown)}; known: {', '.join(known)}")
        clean: dict[str, Any] = {}
        for name, value in values.items():
            read: Callable[[str, Any], Any] = _READERS.get(name, _number)
            clean[name] = read(name, value)
        return cls(**clean)


def _names(name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(v, str) for v in value):
        raise ValueError(f"{name} must be a list of strings")
    return tuple(value)


def _codes(name: str, value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise ValueError(f"{name} must map operations to error codes")  # noqa: TRY004  # one kind of error to all
    return {str(key): str(code) for key, code in value.items()}


def _switch(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{name} must be true or false")  # noqa: TRY004  # one kind of error to all
    return value


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name} must be a number")  # noqa: TRY004  # one kind of error to all
    return value


def _number_or_none(name: str, value: Any) -> float | None:
    return None if value is None else _number(name, value)


def _whole(name: str, value: Any) -> int:
    return int(_number(name, value))


def _span(name: str, value: Any) -> tuple[float, float] | None:
    if value is None:
        return None
    try:
        low, high = (float(item) for item in value)
    except (TypeError, ValueError):
        low, high = 1.0, 0.0
    if not 0 <= low <= high:
        raise ValueError(f"{name} must be two numbers, the shorter first")
    return low, high


_READERS: dict[str, Callable[[str, Any], Any]] = {
    "rate": _number_or_none,
    "burst": _number_or_none,
    "stuck": _names,
    "operations": _names,
    "app_delete_seconds": _span,
    "refuse_classic": _switch,
    "errors": _codes,
    "seed": _whole,
}
"""How the values of JSON are read that are not plain numbers."""


@dataclass
class _Bucket:
    tokens: float
    filled: float


class FaultEngine:
    """Decides, call by call, what goes wrong. One serves an account; safe in threads."""

    def __init__(self, faults: Faults | None = None) -> None:
        self._lock = threading.Lock()
        self.set(faults or Faults())

    def set(self, faults: Faults) -> None:
        """Take new faults; the random numbers begin again at their seed."""
        with self._lock:
            self.faults = faults
            self._random = random.Random(faults.seed)  # noqa: S311  # repeatable by design
            self._buckets: dict[str, _Bucket] = {}

    def delay(self) -> float:
        """Tell how many seconds this call takes longer."""
        faults = self.faults
        if not faults.jitter:
            return faults.latency
        with self._lock:
            return faults.latency + self._random.random() * faults.jitter

    def concerns(self, operation: str) -> bool:
        """True when an operation is one that the faults are meant for."""
        return not self.faults.operations or operation in self.faults.operations

    def decide(self, operation: str) -> str | None:
        """Tell what happens to a call.

        Returns:
            `throttle`, `error-500`, `error-503`, `drop`, `lose`, the error code that this
            operation always answers with, or None when nothing goes wrong.
        """
        faults = self.faults
        if code := faults.errors.get(operation):
            return code
        if not self.concerns(operation):
            return None
        with self._lock:
            if faults.rate is not None and not self._take(operation, faults):
                return "throttle"
            for name, verdict in (
                ("throttle_rate", "throttle"),
                ("drop_rate", "drop"),
                ("lost_answer_rate", "lose"),
            ):
                if self._hits(getattr(faults, name)):
                    return verdict
            if self._hits(faults.error_rate):
                return self._random.choice(("error-500", "error-503"))
        return None

    def sticks(self, name: str) -> bool:
        """Return whether the deletion of a profile or space fails."""
        with self._lock:
            return name in self.faults.stuck or self._hits(self.faults.stuck_rate)

    def app_delete_seconds(self, label: str) -> float | None:
        """How long an app takes to go, at timescale 1: None is as usual, infinity is never."""
        with self._lock:
            if label in self.faults.stuck:
                return float("inf")
            span = self.faults.app_delete_seconds
            return None if span is None else self._random.uniform(*span)

    def app_fails(self) -> bool:
        """Return whether an app becomes Failed instead of InService."""
        with self._lock:
            return self._hits(self.faults.app_failure_rate)

    def _hits(self, share: float) -> bool:
        return bool(share) and self._random.random() < share

    def _take(self, operation: str, faults: Faults) -> bool:
        rate = faults.rate or 0
        size = max(rate if faults.burst is None else faults.burst, 1.0)
        now = monotonic()
        bucket = self._buckets.setdefault(operation, _Bucket(size, now))
        bucket.tokens = min(size, bucket.tokens + (now - bucket.filled) * rate)
        bucket.filled = now
        if bucket.tokens < 1:
            return False
        bucket.tokens -= 1
        return True


engines: defaultdict[str, FaultEngine] = defaultdict(FaultEngine)
"""The engine of each account; the backends ask it about deletions, apps and lists."""


def set_faults(faults: Faults, account: str = DEFAULT_ACCOUNT_ID) -> None:
    """Make an account's sandbox have these faults (in-process: those of the backend alone)."""
    engines[account].set(faults)
