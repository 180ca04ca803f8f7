"""Purge: what goes and what stays, then the typed domain id, then the proof."""

from __future__ import annotations

from datetime import date

import streamlit as st

from studio_core.dashboard import downloads, loaders, tables
from studio_core.dashboard.page import open_page, way_to
from studio_core.dashboard.registry import ROSTER
from studio_core.dashboard.views import purge, web_app
from studio_core.dashboard.views.run_progress import run_panel, start
from studio_core.dashboard.words import several
from studio_core.model.plans import Action, Purpose, Scope

page = open_page("purge")
today = date.today()  # noqa: DTZ011 - the organiser's day
busy = run_panel(page.hackathon, Purpose.PURGE, Purpose.STOP_APPS)
if busy:
    st.stop()

with loaders.or_stop():
    snapshot = loaders.snapshot(page.hackathon)
    summary = page.hackathon.status(snapshot)
scope = Scope(
    st.segmented_control(
        "What to remove",
        [Scope.EVENT, Scope.DOMAIN],
        default=Scope.EVENT,
        required=True,
        format_func={
            Scope.EVENT: f"Only the event {page.settings.event}",
            Scope.DOMAIN: "Everything in the domain",
        }.__getitem__,
        key="purge-scope",
    )
)
proposal = page.hackathon.propose_purge(scope, snapshot)
plan = proposal.plan
for warning in snapshot.warnings:
    st.warning(loaders.plain(warning), icon=":material/warning:")

purge.counts(plan)
web_app.reminder(page.settings)
if plan.steps:
    with st.expander(f"The plan, step by step ({several(len(plan.steps), 'step')})"):
        st.dataframe(
            tables.plan(plan), hide_index=True, key="purge-plan", alt="What goes and what stays"
        )
        st.download_button(
            "Plan as CSV",
            lambda: downloads.plan_csv(plan).encode(),
            f"{plan.event}-purge-plan.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
            key="purge-plan-csv",
        )
if purge.only_records(plan):
    way_to(ROSTER, "Go to the roster to adopt them")
if plan.empty:
    if not purge.only_records(plan):
        st.success("There is nothing to remove.", icon=":material/check_circle:")
    st.stop()

stop = page.hackathon.propose_stop_apps(None, snapshot)
running = stop.plan.counts(Action.DELETE).get("app", 0)
if running:
    with st.container(border=True):
        st.markdown("**Not sure yet? Stop the apps first, delete tomorrow.**")
        cost = loaders.hourly_cost(page.hackathon, summary)
        priced = "" if cost is None else f" They cost ${cost:,.2f} an hour now."
        st.markdown(
            f"Stopping ends the cost of {several(running, 'app')} and keeps every file; apps can "
            f"be started again.{priced}"
        )
        st.button(
            f"Stop {several(running, 'app')}",
            icon=":material/stop:",
            on_click=start,
            args=(page.hackathon, stop),
            key="purge-stop",
        )

with st.container(border=True):
    st.markdown("**Purge for good**")
    st.markdown(
        f"Deleted files cannot be brought back. To confirm, type the domain id: "
        f"`{page.settings.domain_id}`"
    )
    typed = st.text_input("Domain id", key=purge.TYPED, live=True, width=360)
    early = purge.ends_later(page.settings, today)
    if early:
        st.checkbox(
            f"The event runs until {early:%-d %B %Y}. Purge it before its end.",
            key=purge.EARLY,
        )
    if scope is Scope.DOMAIN:
        st.checkbox(
            f"Also delete {purge.others(plan)} that are not of this event.",
            key=purge.WHOLE,
        )
    refusal = purge.refusal(page.settings, plan, today)
    if typed and refusal:
        st.caption(loaders.plain(refusal.sentence))
    st.button(
        f"Purge {'the whole domain' if scope is Scope.DOMAIN else page.settings.event}",
        type="primary",
        icon=":material/delete_forever:",
        disabled=refusal is not None,
        on_click=purge.start,
        args=(page.settings, page.hackathon, proposal, today),
        key="purge-do",
    )
