"""Parts of the purge page: the plan in numbers, and what arms the button."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from studio_core.dashboard.views import run_progress
from studio_core.dashboard.words import KINDS, by_kind
from studio_core.errors import GuardError
from studio_core.model.people import Record
from studio_core.model.plans import Action
from studio_core.model.studio import Kind, Ownership
from studio_core.planning.confirm import confirm_purge

if TYPE_CHECKING:
    from datetime import date

    from studio_core.config import Settings
    from studio_core.engine.run import Proposal
    from studio_core.hackathon import Hackathon
    from studio_core.model.plans import Plan

TYPED = "purge-typed"
EARLY = "purge-early"
WHOLE = "purge-whole"
_ORDER = (Kind.APP, Kind.SPACE, Kind.PROFILE, Kind.ROW)


def counts(plan: Plan) -> None:
    """Show what goes by kind, and in words what stays and why."""
    goes = plan.counts(Action.DELETE)
    with st.grid(4, min_column_width=150):
        for kind in _ORDER:
            one, many = KINDS[kind]
            number = goes.get(kind, 0)
            st.metric(
                f"{(one if number == 1 else many).capitalize()} to delete", number, border=True
            )
    stays: dict[str, dict[str, int]] = {}
    for step in plan.steps:
        if step.action in {Action.KEEP, Action.SKIP}:
            by_reason = stays.setdefault(step.reason, {})
            by_reason[step.kind] = by_reason.get(step.kind, 0) + 1
    for reason, kinds in stays.items():
        st.markdown(f":material/shield: {by_kind(kinds).capitalize()} stay: {reason}.")


def only_records(plan: Plan) -> bool:
    """Return True when rows stay because only they name what the first generation left."""
    rows = [s.target for s in plan.steps if s.action is Action.SKIP and s.kind is Kind.ROW]
    return any(isinstance(row, Record) and row.from_before for row in rows)


def others(plan: Plan) -> str:
    """Say how much of what a plan deletes is not of this event."""
    counted: dict[str, int] = {}
    for step in plan.changes:
        if getattr(step.target, "ownership", Ownership.OURS) is not Ownership.OURS:
            counted[step.kind] = counted.get(step.kind, 0) + 1
    return by_kind(counted)


def ends_later(settings: Settings, today: date) -> date | None:
    """Give the last day of the event when it is still to come."""
    end = settings.end_date
    return end if end and today < end else None


def refusal(settings: Settings, plan: Plan, today: date) -> GuardError | None:
    """Tell what still stands between the plan and a purge, from what was said on the page."""
    said = st.session_state
    try:
        confirm_purge(
            plan,
            settings,
            str(said.get(TYPED) or ""),
            today=today,
            before_end=bool(said.get(EARLY)),
            whole_domain_confirmed=bool(said.get(WHOLE)),
        )
    except GuardError as error:
        return error
    return None


def start(settings: Settings, hackathon: Hackathon, proposal: Proposal, today: date) -> None:
    """Start the purge, if nothing stands against it: a browser can send any click it likes."""
    if refusal(settings, proposal.plan, today) is None:
        st.session_state[TYPED] = ""
        run_progress.start(hackathon, proposal)
