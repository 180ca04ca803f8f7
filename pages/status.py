"""Status page: people, spaces and apps, and buttons to start and stop apps."""

from __future__ import annotations

import streamlit as st

from studio_core.dashboard import charts, loaders
from studio_core.dashboard.page import open_page, way_to
from studio_core.dashboard.registry import ROSTER
from studio_core.dashboard.views import status
from studio_core.dashboard.views.run_progress import headline, rerun_after_click, run_panel
from studio_core.model.plans import Purpose
from studio_core.wording import plain

REFRESH_SECONDS = 8

page = open_page("status")
with st.container(horizontal=True, vertical_alignment="center"):
    live = st.toggle("Keep up to date", value=True, key="live")
    st.button("Look again", icon=":material/refresh:", on_click=loaders.look_again, type="tertiary")
busy = run_panel(page.hackathon, Purpose.START_APPS, Purpose.STOP_APPS)


@st.fragment(run_every=REFRESH_SECONDS if live else None)
def now() -> None:
    """Show everything that refreshes itself."""
    rerun_after_click()
    with loaders.or_stop():
        snapshot = loaders.snapshot(page.hackathon)
        summary = page.hackathon.status(snapshot)
        headline(page.hackathon, summary)
    for warning in snapshot.warnings:
        st.warning(plain(warning), icon=":material/warning:")
    status.from_before(summary)
    if not summary.participants:
        st.info("Nobody is there yet. Upload the roster first.", icon=":material/group_add:")
        way_to(ROSTER, "Go to the roster")
        return

    left, right = st.columns(2)
    with left.container(border=True, height="stretch"):
        st.markdown("**People per team**")
        picture = charts.people_by_team(summary)
        st.altair_chart(picture.chart, alt=picture.alt, key="chart-people")
    with right.container(border=True, height="stretch"):
        st.markdown("**Running apps by team and instance type**")
        picture = charts.apps_by_team(summary, snapshot)
        st.altair_chart(picture.chart, alt=picture.alt, key="chart-apps")
    left, middle, right = st.columns(3)
    kinds = ("spaces", "profiles", "apps")
    numbers = (summary.spaces, summary.profiles, summary.apps)
    for column, what, counts in zip((left, middle, right), kinds, numbers, strict=True):
        with column.container(border=True, height="stretch"):
            st.markdown(f"**{what.capitalize()} by status**")
            if counts:
                picture = charts.by_status(counts, what)
                st.altair_chart(picture.chart, alt=picture.alt, key=f"chart-{what}")
            else:
                st.caption("None.")

    status.failed(page.hackathon, summary, snapshot, busy=busy)
    st.subheader("Teams", anchor=False)
    status.team_table(summary)
    status.one_team(page.hackathon, summary, snapshot, busy=busy)
    status.seen(summary, snapshot)


now()
