"""How plans, runs and links are put on record: words for the audit log, never a credential."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio_core.model.links import Link
from studio_core.model.plans import Action

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from studio_core.engine.run import Run
    from studio_core.model.links import LinkFailure
    from studio_core.model.plans import Plan


def plan_facts(plan: Plan) -> dict[str, str]:
    """Where a plan goes and what it changes: `{"account": …, "delete": "profile:3 space:1"}`.

    What it does not do has an empty text, which the audit log leaves out.
    """
    return {
        "account": plan.identity.account,
        "region": plan.identity.region,
        **{
            action.value: " ".join(
                f"{kind}:{number}" for kind, number in plan.counts(action).items()
            )
            for action in Action
            if action.changes
        },
    }


def run_outcome(run: Run) -> str:
    """How an ended run went: `done`, `incomplete: 2 failed, 1 left`, `failed: …`."""
    report = run.report
    if report is None:
        return f"failed: {run.error}"
    if report.ok:
        return "done"
    word = "cancelled" if report.cancelled else "incomplete"
    return f"{word}: {len(report.failed)} failed, {len(report.left)} left"


def counted(
    minted: Iterator[Link | LinkFailure], told: Callable[[str, str], object]
) -> Iterator[Link | LinkFailure]:
    """Hand links on, and at the end tell how many there were and whose failed.

    The end is also when whoever takes the links stops early.
    """
    made = 0
    failed: list[str] = []
    try:
        for item in minted:
            if isinstance(item, Link):
                made += 1
            else:
                failed.append(item.email)
            yield item
    finally:
        told(f"{made} made" + (f", {len(failed)} failed" if failed else ""), " ".join(failed))
