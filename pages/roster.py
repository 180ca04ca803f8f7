"""Roster page: read a roster, correct it, preview the plan, apply it."""

from __future__ import annotations

import streamlit as st

from studio_core.dashboard import loaders
from studio_core.dashboard.page import open_page
from studio_core.dashboard.views import adoption, roster, roster_source
from studio_core.dashboard.views.run_progress import run_panel
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
    proposal = page.hackathon.propose_setup(checked.roster, snapshot)
    if roster.ask_removal(leaving, roster.count_unused(proposal.plan)):
        proposal = page.hackathon.propose_setup(checked.roster, snapshot, remove_leaving=True)
roster.preview(proposal.plan, leaving)
if proposal.plan.empty:
    st.success(
        "Everything is in place already; there is nothing to do.", icon=":material/check_circle:"
    )
roster.apply(page.hackathon, proposal)
