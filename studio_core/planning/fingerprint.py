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
    from studio_core.model.plans import Plan


def fingerprint(plan: Plan) -> str:
    """Digest of what a plan would change and where; equal plans have equal digests.

    What a person confirmed is compared with this when the plan is about to run.
    """
    lines = [plan.purpose, plan.scope, plan.event]
    lines += [plan.identity.account, plan.identity.region, plan.identity.domain_id]
    for step in plan.changes:
        lines += [step.key, _essence(step.target)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _essence(target: Record | Profile | Space | App) -> str:
    """What of a target a person agreed to: statuses and times may move on by themselves."""
    match target:
        case Record():
            return f"{target.team} {target.profile} {target.space}"
        case Space():
            return f"{target.owner} {target.app_type}"
        case App():
            return f"{target.app_type} {target.name}"
        case Profile():
            return ""
