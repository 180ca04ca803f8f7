"""Digest of what a plan changes, to tell whether two plans agree."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from studio_core.model.people import Record
from studio_core.model.studio import (
    App,
    Profile,
    Space,
)

if TYPE_CHECKING:
    from studio_core.model.plans import Plan, Step


def fingerprint(plan: Plan) -> str:
    """Digest of what a plan would change and where; equal plans have equal digests.

    What a person confirmed is compared with this when the plan is about to run.
    """
    lines = [plan.purpose, plan.scope, plan.event]
    lines += [plan.identity.account, plan.identity.region, plan.identity.domain_id]
    for step in plan.changes:
        lines += [step.key, essence(step)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def essence(step: Step) -> str:
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
