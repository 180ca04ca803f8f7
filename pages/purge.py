"""Purge page: what is deleted and what stays, the confirmation, and the result."""

from __future__ import annotations

from datetime import date

import streamlit as st

from studio_core.dashboard import loaders
from studio_core.dashboard.page import open_page, way_to
from studio_core.dashboard.registry import ROSTER
from studio_core.dashboard.views import purge, web_app
from studio_core.dashboard.views.plan_steps import plan_steps
from studio_core.dashboard.views.run_progress import run_panel
from studio_core.model.plans import Purpose
from studio_core.wording import plain

page = open_page("purge")
today = date.today()  # noqa: DTZ011 - the organiser's day
busy = run_panel(page.hackathon, Purpose.PURGE, Purpose.STOP_APPS)
if busy:
    st.stop()

with loaders.or_stop():
    snapshot = loaders.snapshot(page.hackathon)
    summary = page.hackathon.status(snapshot)
scope = purge.scope_choice(page.settings.event)
proposal = page.hackathon.propose_purge(scope, snapshot)
plan = proposal.plan
for warning in snapshot.warnings:
    st.warning(plain(warning), icon=":material/warning:")

purge.counts(plan)
web_app.reminder(page.settings)
if plan.steps:
    plan_steps(plan, "purge", "What goes and what stays")
if purge.only_records(plan):
    way_to(ROSTER, "Go to the roster to adopt them")
if plan.empty:
    if not purge.only_records(plan):
        st.success("There is nothing to remove.", icon=":material/check_circle:")
    st.stop()

purge.stop_first(page.hackathon, snapshot, summary)
purge.confirmation(page.settings, page.hackathon, proposal, today)
