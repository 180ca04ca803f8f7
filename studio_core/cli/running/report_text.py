"""Format a report as JSON of a stable shape, and as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio_core.cli.running.plan_text import skipped
from studio_core.model.plans import Action, Purpose
from studio_core.model.runs import Leftover, Report, Result
from studio_core.wording import TERSE_KINDS, by_kind, done_words

if TYPE_CHECKING:
    from studio_core.model.plans import Plan


def report_dict(report: Report) -> dict[str, object]:
    """Return the stable shape that `--json` prints.

    `created`, `updated` and `deleted` (setup), `adopted` and `merged` (adopt), `created`
    (start-apps) or `deleted` (purge and stop-apps) map a kind to a number, as does `kept`.
    Items of `failed` have `kind`, `name` and `reason`; those of `left` also have `remedy`.
    """
    return {
        **{word: report.counts(action) for action, word in _words(report.plan)},
        "kept": report.plan.counts(Action.KEEP),
        "failed": [
            {"kind": o.step.kind.value, "name": o.step.name, "reason": o.reason}
            for o in report.failed
        ],
        "left": [
            {"kind": i.kind.value, "name": i.name, "reason": i.reason, "remedy": i.remedy}
            for i in left_over(report)
        ],
    }


def plan_dict(plan: Plan) -> dict[str, object]:
    """Return the same shape for a plan that was not run, with what would be done."""
    return {
        "dry_run": True,
        **{word: plan.counts(action) for action, word in _words(plan)},
        "kept": plan.counts(Action.KEEP),
        "failed": [],
        "left": [
            {"kind": s.kind.value, "name": s.name, "reason": s.reason, "remedy": ""}
            for s in skipped(plan)
        ],
    }


def left_over(report: Report) -> tuple[Leftover, ...]:
    """Return everything that did not reach its goal: left by the run, cancelled or skipped."""
    left = {(i.kind, i.name): i for i in report.left}
    done = {(o.step.kind, o.step.name) for o in report.outcomes if o.result is Result.DONE}
    for outcome in report.outcomes:
        step = outcome.step
        if outcome.result is Result.CANCELLED:
            stopped = Leftover(step.kind, step.name, outcome.reason)
            left.setdefault((step.kind, step.name), stopped)
    for step in skipped(report.plan):
        if (step.kind, step.name) not in done:
            left.setdefault((step.kind, step.name), Leftover(step.kind, step.name, step.reason))
    return tuple(left.values())


def finished(report: Report) -> bool:
    """Return whether everything is done and nothing is left: exit status 0."""
    return report.ok and not left_over(report)


def sentence(report: Report) -> str:
    """Return in one sentence what was done."""
    seconds = 0.0
    if report.started_at and report.ended_at:
        seconds = (report.ended_at - report.started_at).total_seconds()
    parts = [
        f"{word} {by_kind(counts, TERSE_KINDS)}"
        for action, word in _words(report.plan)
        if (counts := report.counts(action))
    ]
    what = "; ".join(parts) or "nothing was done"
    return f"{what[0].upper()}{what[1:]} in {seconds:.1f} seconds."


def problems(report: Report) -> list[str]:
    """Return what failed and what is left, a line each with reason and remedy."""
    failed = {(o.step.kind, o.step.name) for o in report.failed}
    lines = [
        f"Failed: {o.step.kind} {o.step.name}: {o.reason}{_remedy(o.remedy)}" for o in report.failed
    ]
    lines += [
        f"Left: {i.kind} {i.name}: {i.reason}{_remedy(i.remedy)}"
        for i in left_over(report)
        if (i.kind, i.name) not in failed
    ]
    return lines


def _remedy(text: str) -> str:
    return f" What to do: {text}" if text else ""


def _words(plan: Plan) -> list[tuple[Action, str]]:
    words = done_words(plan.purpose)
    return [(action, words[action]) for action in _actions(plan)]


def _actions(plan: Plan) -> tuple[Action, ...]:
    match plan.purpose:
        case Purpose.SETUP:
            return Action.CREATE, Action.UPDATE, Action.DELETE
        case Purpose.ADOPT:
            return Action.ADOPT, Action.DELETE
        case Purpose.START_APPS:
            return (Action.CREATE,)
        case Purpose.PURGE | Purpose.STOP_APPS:
            return (Action.DELETE,)
