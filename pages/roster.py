"""Roster page: read a roster, correct it, preview the plan, apply it."""

from __future__ import annotations

import streamlit as st

from studio_core.dashboard import loaders
from studio_core.dashboard.page import open_page
from studio_core.dashboard.views import adoption, roster, roster_source
from studio_core.dashboard.views.run_progress import run_panel, start_run
from studio_core.model.plans import Purpose

page = open_page("roster")
busy = run_panel(page.hackathon, Purpose.SETUP, Purpose.ADOPT)
if busy:
    st.stop()

adoption.card(page.hackathon)
draft = roster_source.source(page.hackathon)
if draft is None:
    st.stop()
checked = roster.corrected(draft)
if checked is None or not checked.ok:
    st.stop()

st.subheader("What would change", anchor=False)
with loaders.or_stop():
    snapshot = loaders.snapshot(page.hackathon)
    leaving = roster.count_leaving(checked.roster, snapshot)
    remove = roster.ask_removal(leaving)
    proposal = page.hackathon.propose_setup(checked.roster, snapshot, remove_leaving=remove)
roster.preview(proposal.plan, leaving)
if proposal.plan.empty:
    st.success(
        "Everything is in place already; there is nothing to do.", icon=":material/check_circle:"
    )
st.button(
    roster.apply_label(proposal.plan),
    type="primary",
    icon=":material/play_arrow:",
    disabled=proposal.plan.empty,
    on_click=start_run,
    args=(page.hackathon, proposal),
    key="roster-apply",
)
