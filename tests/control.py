"""The sandbox's control addresses, for tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from studio_core.sandbox.demo import control


@dataclass(frozen=True)
class Control:
    """Sets faults, quotas and the clock of a sandbox, and counts its calls."""

    url: str

    def calls(self) -> dict[str, int]:
        answer: dict[str, int] = control(self.url, "GET", "calls")
        return answer

    def changes(self) -> dict[str, int]:
        """Calls that change something, by operation."""
        words = ("Create", "Update", "Delete", "Write", "Put", "AddTags")
        return {name: n for name, n in self.calls().items() if any(w in name for w in words)}

    def forget(self) -> None:
        """Count calls from 0 again."""
        control(self.url, "DELETE", "calls")

    def faults(self, **faults: Any) -> None:
        control(self.url, "PUT", "faults", faults)

    def quotas(self, quotas: dict[str, float]) -> None:
        control(self.url, "PUT", "quotas", quotas)

    def clock(self, **clock: Any) -> None:
        control(self.url, "PUT", "clock", clock)
