"""Format a plan as text: an outline, or line by line for `--dry-run`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio_core.model.plans import Action, Purpose, Scope
from studio_core.model.studio import Kind
from studio_core.planning.removal import APP_AGES_OUT
from studio_core.planning.setup import LEAVING, UNUSED
from studio_core.wording import TERSE_KINDS, by_kind, counted, location

if TYPE_CHECKING:
    from collections.abc import Iterable

    from studio_core.model.plans import Plan, Step

SHOWN = 15
"""Lines of one sort in an outline, without `--verbose`."""

_TITLES = {
    Purpose.SETUP: "Setup of",
    Purpose.ADOPT: "Adoption into",
    Purpose.PURGE: "Purge of",
    Purpose.START_APPS: "Start the apps of",
    Purpose.STOP_APPS: "Stop the apps of",
}


def outline(plan: Plan, *, everything: bool = False) -> list[str]:
    """Return the outline of a plan: counts, then moves, removals, skips and kept resources.

    `everything` shows all lines of a sort instead of the first `SHOWN`.
    """
    whole = ", the whole domain" if plan.scope is Scope.DOMAIN else ""
    lines = [f"{_TITLES[plan.purpose]} {location(plan.identity, plan.event)}{whole}:"]
    adopts = plan.purpose is Purpose.ADOPT
    for action, word in (
        (Action.CREATE, "create"),
        (Action.UPDATE, "update"),
        (Action.ADOPT, "adopt"),
        (Action.DELETE, "merge" if adopts else "delete"),
        (Action.KEEP, "keep"),
    ):
        # An adoption updates a row only to note what it adopts next.
        if (counts := plan.counts(action)) and not (adopts and action is Action.UPDATE):
            lines.append(f"  {word:<8}{by_kind(counts, TERSE_KINDS)}")
    told = Action.ADOPT if adopts else Action.UPDATE
    sorts = [
        [_because(s, told) for s in plan.changes if s.action is told and s.kind is Kind.ROW],
        [_because(s, "stays") for s in plan.steps if s.action is Action.KEEP and s.reason],
        [_because(s, "leaving") for s in leaving(plan)],
        [_because(s, "skip") for s in skipped(plan)],
        [_because(s, "leave") for s in plan.steps if s.reason == APP_AGES_OUT],
    ]
    for sort in sorts:
        lines += _first(sort, len(sort) if everything else SHOWN)
    return lines


def would(plan: Plan) -> list[str]:
    """Return what a plan would do, line by line, for `--dry-run`."""
    verbs = {
        Action.CREATE: "create",
        Action.UPDATE: "update",
        Action.DELETE: "delete",
        Action.ADOPT: "adopt",
        Action.KEEP: "keep",
        Action.SKIP: "leave",
    }
    lines = [
        f"Would {verbs[step.action]} {step.kind} {step.name}{_reason(step)}"
        for step in plan.steps
        if step.action.changes or step.reason
    ]
    return lines if plan.changes else [*lines, nothing_to_do(plan)]


def nothing_to_do(plan: Plan) -> str:
    """Return why a plan is empty."""
    there = by_kind(plan.counts(Action.KEEP), TERSE_KINDS)
    match plan.purpose:
        case Purpose.SETUP:
            return f"Nothing to do: {there} are there already."
        case Purpose.ADOPT:
            nobody = "Nothing to do: nobody is in the table from before."
            return "Nothing can be adopted yet." if skipped(plan) else nobody
        case Purpose.PURGE if plan.scope is Scope.DOMAIN:
            return f"Nothing to do: the domain {plan.identity.domain_id} holds nothing to delete."
        case Purpose.PURGE:
            return f"Nothing to do: nothing of {plan.event} is there to delete."
        case Purpose.START_APPS:
            none = "Nothing to do: there is no space to start an app in."
            return none if there == "nothing" else f"Nothing to do: {there} running already."
        case Purpose.STOP_APPS:
            return "Nothing to do: no app runs."


def leaving(plan: Plan) -> list[Step]:
    """Return the steps of people and spaces that the roster no longer names and that stay."""
    return [s for s in plan.steps if s.action is Action.SKIP and s.reason in {LEAVING, UNUSED}]


def skipped(plan: Plan) -> list[Step]:
    """Return the steps that should be done and cannot be; each has a reason."""
    passing = {LEAVING, UNUSED, APP_AGES_OUT}
    return [s for s in plan.steps if s.action is Action.SKIP and s.reason not in passing]


def _because(step: Step, word: str) -> str:
    return f"  {word:<8}{step.kind} {step.name}{_reason(step)}"


def _reason(step: Step) -> str:
    return f": {step.reason}" if step.reason else ""


def _first(lines: Iterable[str], limit: int) -> list[str]:
    every = list(lines)
    more = len(every) - limit
    if more <= 0:
        return every
    return [*every[:limit], f"          and {counted(more, 'line')} more like this (--verbose)"]
