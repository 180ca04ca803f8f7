"""Append-only records of runs: one JSON line a fact, readable by their owner alone."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from studio_core.errors import StudioError
from studio_core.folders import private_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from studio_core.model.plans import Plan
    from studio_core.model.runs import Outcome


class Journal:
    """One run's record. It outlives the purge, and holds names and outcomes, never a link."""

    def __init__(self, path: Path, clock: Callable[[], datetime]) -> None:
        self.path = path
        self._clock = clock

    def begin(self, plan: Plan, run_id: str, owner: str) -> None:
        """Write who starts what, where, and how much of it there is."""
        self.write(
            "begin",
            run=run_id,
            who=owner,
            purpose=plan.purpose,
            scope=plan.scope,
            event=plan.event,
            account=plan.identity.account,
            region=plan.identity.region,
            domain=plan.identity.domain_id,
            changes=len(plan.changes),
        )

    def outcome(self, outcome: Outcome) -> None:
        """Write how a step ended."""
        step = outcome.step
        facts = {"action": step.action, "kind": step.kind, "name": step.name}
        reason = {"reason": outcome.reason} if outcome.reason else {}
        self.write("step", **facts, result=outcome.result, **reason)

    def write(self, fact: str, **details: object) -> None:
        """Append one line; it is on its way to the disk when this returns.

        Raises:
            StudioError: The file cannot be written.
        """
        line = json.dumps(
            {"at": self._clock().isoformat(timespec="milliseconds"), "fact": fact, **details},
            ensure_ascii=False,
        )
        try:
            private_folder(self.path.parent)
            handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            with os.fdopen(handle, "a", encoding="utf-8") as file:
                file.write(line + "\n")
        except OSError as error:
            raise StudioError(
                f"The journal {self.path} cannot be written: {error.strerror}.",
                "Make room or give yourself the right to write there, then run this again.",
            ) from error


def journal_path(folder: Path, plan: Plan, run_id: str, now: datetime) -> Path:
    """File of a run: `runs/20261122T101530-demo-purge-1a2b3c.jsonl`."""
    name = f"{now:%Y%m%dT%H%M%S}-{plan.event}-{plan.purpose}-{run_id[-6:]}.jsonl"
    return folder / "runs" / name
