"""Consent: a run deletes what the agreed plan deletes, and what lives inside it.

It adopts what the agreed plan adopts.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from studio_core.model.people import Record
from studio_core.model.plans import Action, Purpose
from studio_core.model.studio import App, Kind, Profile, Space, ref

if TYPE_CHECKING:
    from studio_core.model.plans import Plan, Step

NOT_AGREED = "not part of the plan that was agreed to"


class Consent:
    """What the agreed plan may change, for the plans that are made after it.

    Deleting a profile or a space includes the spaces and apps that people create in it
    after the plan was made: AWS does not delete the one while the other exists.
    """

    def __init__(self, agreed: Plan) -> None:
        deleted = [step for step in agreed.changes if step.action is Action.DELETE]
        self._made = {(s.key, _essence(s)) for s in agreed.changes if s.action is not Action.DELETE}
        self._deleted = {step.key for step in deleted}
        self._holders = frozenset(
            step.target.ref for step in deleted if isinstance(step.target, Profile | Space)
        )
        self._within = agreed.within | self._holders

    def accepts(self, plan: Plan) -> bool:
        """Return True when a newer plan changes nothing that was not shown.

        People act all the time: what is to be deleted or started may have become less, and
        something may have been added to what is to be deleted. A setup that has become
        another one is shown again: somebody else sets up the same event.
        """
        rest = [step for step in plan.changes if not self._covers(step)]
        now = {(step.key, _essence(step)) for step in rest}
        return now == self._made if plan.purpose is Purpose.SETUP else now <= self._made

    def bound(self, plan: Plan) -> Plan:
        """Return the plan with every deletion that was not agreed to turned into a skip.

        Of an adoption everything that was not: what it tags, a purge deletes.
        """
        return replace(plan, steps=tuple(self._bound(step, plan) for step in plan.steps))

    def _bound(self, step: Step, plan: Plan) -> Step:
        if step.action is Action.DELETE:
            agreed = self._covers(step)
        else:
            adopts = plan.purpose is Purpose.ADOPT and step.action.changes
            agreed = not adopts or (step.key, _essence(step)) in self._made
        return step if agreed else replace(step, action=Action.SKIP, reason=NOT_AGREED, needs=())

    def _covers(self, step: Step) -> bool:
        """Return True for a deletion that was agreed to, by name or by what it lives in."""
        if step.action is not Action.DELETE:
            return False
        if step.key in self._deleted:
            return True
        match step.target:
            case App() as app:
                homes = {app.home, ref(Kind.PROFILE, app.space_owner)}
                return bool(homes & self._within)
            case Space() as space:
                return ref(Kind.PROFILE, space.owner) in self._holders
            case _:
                return False


def _essence(step: Step) -> str:
    """Return what of a step a person agrees to: statuses and times may change on their own."""
    match step.target:
        case Record() as row:
            return f"{row.team} {row.profile} {row.space}"
        case Space() as space:
            return f"{space.owner} {space.app_type}"
        case App() as app:
            return f"{app.app_type} {app.name}"
        case Profile():
            return ""
