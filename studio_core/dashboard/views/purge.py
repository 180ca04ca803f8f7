"""Purge page: the plan in numbers, stopping apps first, and the confirmation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from studio_core.dashboard import loaders
from studio_core.dashboard.views import run_progress
from studio_core.errors import GuardError
from studio_core.model.people import Record
from studio_core.model.plans import Action, Scope
from studio_core.model.studio import Kind, Ownership
from studio_core.planning.confirm import confirm_purge
from studio_core.wording import KINDS, by_kind, counted, inflected, plain

if TYPE_CHECKING:
    from datetime import date

    from studio_core.config import Settings
    from studio_core.engine.run import Proposal
    from studio_core.hackathon import Hackathon
    from studio_core.insight.status import Summary
    from studio_core.model.plans import Plan
    from studio_core.model.studio import Snapshot

_TYPED = "purge-typed"
_EARLY = "purge-early"
_WHOLE = "purge-whole"


def scope_choice(event: str) -> Scope:
    """Ask how far the purge reaches: the event, or everything in the domain."""
    labels = {
        Scope.EVENT: f"Only the event {plain(event)}",
        Scope.DOMAIN: "Everything in the domain",
    }
    return Scope(
        st.segmented_control(
            "What to remove",
            list(labels),
            default=Scope.EVENT,
            required=True,
            format_func=labels.__getitem__,
            key="purge-scope",
        )
    )


def counts(plan: Plan) -> None:
    """Show how much is deleted by kind, and what stays and why."""
    goes = plan.counts(Action.DELETE)
    with st.grid(4, min_column_width=150):
        for kind, noun in KINDS.items():
            number = goes.get(kind, 0)
            label = f"{inflected(noun, number).capitalize()} to delete"
            st.metric(label, number, border=True)
    stays: dict[str, dict[str, int]] = {}
    for step in plan.steps:
        if step.action in {Action.KEEP, Action.SKIP}:
            by_reason = stays.setdefault(step.reason, {})
            by_reason[step.kind] = by_reason.get(step.kind, 0) + 1
    for reason, kinds in stays.items():
        st.markdown(f":material/shield: {by_kind(kinds).capitalize()} stay: {plain(reason)}.")


def stop_first(hackathon: Hackathon, snapshot: Snapshot, summary: Summary) -> None:
    """Offer to stop the running apps instead, which can be undone and keeps every file."""
    stop = hackathon.propose_stop_apps(None, snapshot)
    number = stop.plan.counts(Action.DELETE).get("app", 0)
    if not number:
        return
    running = counted(number, "app")
    with st.container(border=True):
        st.markdown("**Not sure yet? Stop the apps first, delete tomorrow.**")
        cost = loaders.hourly_cost(hackathon, summary)
        priced = "" if cost is None else f" They cost ${cost:,.2f} an hour now."
        st.markdown(
            f"Stopping ends the cost of {running} and keeps every file; apps can "
            f"be started again.{priced}"
        )
        st.button(
            f"Stop {running}",
            icon=":material/stop:",
            on_click=run_progress.start_run,
            args=(hackathon, stop),
            key="purge-stop",
        )


def confirmation(settings: Settings, hackathon: Hackathon, proposal: Proposal, today: date) -> None:
    """Ask for what `confirm_purge` wants, and offer the purge once it is satisfied."""
    plan = proposal.plan
    whole = plan.scope is Scope.DOMAIN
    with st.container(border=True):
        st.markdown("**Purge for good**")
        st.markdown(
            f"Deleted files cannot be brought back. To confirm, type the domain id: "
            f"`{settings.domain_id}`"
        )
        typed = st.text_input("Domain id", key=_TYPED, live=True, width=360)
        end = settings.end_date
        if end and today < end:
            st.checkbox(
                f"The event runs until {end:%-d %B %Y}. Purge it before its end.", key=_EARLY
            )
        if whole:
            st.checkbox(f"Also delete {_others(plan)} that are not of this event.", key=_WHOLE)
        refusal = _refusal(settings, plan, today)
        if typed and refusal:
            st.caption(plain(refusal.sentence))
        st.button(
            f"Purge {'the whole domain' if whole else plain(settings.event)}",
            type="primary",
            icon=":material/delete_forever:",
            disabled=refusal is not None,
            on_click=start_purge,
            args=(settings, hackathon, proposal, today),
            key="purge-do",
        )


def start_purge(settings: Settings, hackathon: Hackathon, proposal: Proposal, today: date) -> None:
    """Start the purge if it is confirmed: a browser can also click a disabled button."""
    if _refusal(settings, proposal.plan, today) is None:
        st.session_state[_TYPED] = ""
        run_progress.start_run(hackathon, proposal)


def only_records(plan: Plan) -> bool:
    """Return True when rows stay because only they name what the first generation left."""
    rows = [s.target for s in plan.steps if s.action is Action.SKIP and s.kind is Kind.ROW]
    return any(isinstance(row, Record) and row.from_before for row in rows)


def _others(plan: Plan) -> str:
    numbers: dict[str, int] = {}
    for step in plan.changes:
        if getattr(step.target, "ownership", Ownership.OURS) is not Ownership.OURS:
            numbers[step.kind] = numbers.get(step.kind, 0) + 1
    return by_kind(numbers)


def _refusal(settings: Settings, plan: Plan, today: date) -> GuardError | None:
    given = st.session_state
    try:
        confirm_purge(
            plan,
            settings,
            str(given.get(_TYPED) or ""),
            today=today,
            before_end=bool(given.get(_EARLY)),
            whole_domain_confirmed=bool(given.get(_WHOLE)),
        )
    except GuardError as error:
        return error
    return None
