"""Between two rounds of a run: what another round can do, and what is left."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from studio_core.model.plans import Action, Purpose
from studio_core.model.runs import Leftover, Result
from studio_core.planning.consent import NOT_AGREED
from studio_core.planning.purge import leftovers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from studio_core.model.plans import Plan
    from studio_core.model.runs import Outcome

_UNDONE = {Action.DELETE: "still there", Action.ADOPT: "not adopted yet"}
_LOOK_AGAIN = "Look at the plan again and confirm it to have this done too."


def rest_of(wanted: Plan, outcomes: Mapping[str, Outcome]) -> Plan:
    """Return what another round can do: not what failed already, nor what needs it.

    What failed has another try when something that it needs is to be done again: a space
    whose owner was deleted before it was made.

    Args:
        wanted: The plan made from a snapshot taken after the last round.
        outcomes: Of all rounds so far, by step key.
    """
    bad = {
        key: outcome.reason
        for key, outcome in outcomes.items()
        if outcome.result in {Result.FAILED, Result.BLOCKED}
    }
    anew = {step.key for step in wanted.changes} - bad.keys()
    steps = tuple(
        replace(step, action=Action.SKIP, reason=bad[step.key])
        if step.key in bad and step.action.changes and anew.isdisjoint(step.needs)
        else step
        for step in wanted.steps
    )
    return replace(wanted, steps=steps)


def left_of(wanted: Plan, outcomes: Mapping[str, Outcome]) -> tuple[Leftover, ...]:
    """Return what the goal still wants, each with the reason that the run met.

    Takes what `rest_of` takes.
    """
    found = leftovers(wanted) if wanted.purpose is Purpose.PURGE else _undone(wanted)
    because = {(o.step.kind, o.step.name): o for o in outcomes.values() if o.reason}
    return tuple(
        replace(item, reason=outcome.reason, remedy=outcome.remedy)
        if (outcome := because.get((item.kind, item.name)))
        else item
        for item in found
    )


def _undone(wanted: Plan) -> tuple[Leftover, ...]:
    undone = [
        Leftover(
            step.kind,
            step.name,
            _UNDONE.get(step.action, "not there yet"),
        )
        for step in wanted.changes
    ]
    refused = [step for step in wanted.steps if step.reason == NOT_AGREED]
    return (
        *undone,
        *(Leftover(step.kind, step.name, NOT_AGREED, _LOOK_AGAIN) for step in refused),
    )
