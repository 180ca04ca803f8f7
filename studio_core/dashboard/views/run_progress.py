"""Runs on pages: started by a click, shown live, reported at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from studio_core.clock import utcnow
from studio_core.dashboard import loaders, tables, visitor
from studio_core.dashboard.loaders import show_problem
from studio_core.dashboard.registry import PAGE_OF_RUN
from studio_core.dashboard.views import run_report
from studio_core.errors import PlanChangedError, StudioError
from studio_core.hackathon.running import ACT_OF_RUN
from studio_core.model.studio import Kind
from studio_core.wording import KINDS, PURPOSES, STAGES, counted, inflected, plain

if TYPE_CHECKING:
    from studio_core.engine.progress import Progress
    from studio_core.engine.run import Proposal, Run
    from studio_core.hackathon import Hackathon
    from studio_core.insight.status import Summary
    from studio_core.model.plans import Purpose

LIVE_SECONDS = 1.0
RECENT = 8
_REFUSED = "_refused"
_CLICKED = "_clicked"
_ENDED = "_ended_seen"


def start_run(hackathon: Hackathon, proposal: Proposal) -> None:
    """Start the run of a plan that was shown; for `on_click`, so that no rerun repeats it.

    Streamlit keeps a callback's arguments from when the button was drawn, so the plan that
    runs is the plan that was shown. If it is outdated, the page says so and shows the new one.
    """
    st.session_state.pop(_REFUSED, None)
    st.session_state[_CLICKED] = True
    try:
        hackathon.start(proposal)
    except PlanChangedError as error:
        loaders.look_again()
        st.session_state[_REFUSED] = error
    except StudioError as error:
        st.session_state[_REFUSED] = error


def rerun_after_click() -> None:
    """Rerun the whole page after a click in a fragment, which only reruns itself."""
    if st.session_state.pop(_CLICKED, False):
        st.rerun()


def show_refusal() -> None:
    """Show once why the last click started nothing."""
    error = st.session_state.pop(_REFUSED, None)
    if isinstance(error, PlanChangedError):
        st.warning(
            f"**{plain(error.sentence)}** {plain(error.remedy)}", icon=":material/sync_problem:"
        )
    elif isinstance(error, StudioError):
        show_problem(error)


def run_panel(hackathon: Hackathon, *purposes: Purpose) -> bool:
    """Show the latest run if it has one of these purposes; return True while any run lasts.

    The panel refreshes itself during the run, and reruns the page once at its end.
    """
    show_refusal()
    st.session_state.pop(_CLICKED, None)
    run = hackathon.current_run()
    if run is None:
        return _elsewhere(hackathon)
    running = not run.ended
    if run.plan.purpose not in purposes:
        if running:
            page = PAGE_OF_RUN[run.plan.purpose]
            st.info(f"{PURPOSES[run.plan.purpose]} is going on: see {page.title}.", icon=page.icon)
        return running or _elsewhere(hackathon)
    if running:
        st.fragment(run_every=LIVE_SECONDS)(_live)(hackathon, run)
    else:
        run_report.ended(run)
    return running or _elsewhere(hackathon)


def sidebar_progress(hackathon: Hackathon) -> None:
    """Show the progress of the current run in the sidebar, with a link to its page."""
    run = loaders.going_on(hackathon)
    if run is not None:
        st.fragment(run_every=LIVE_SECONDS * 2)(_beside)(run)


def _beside(run: Run) -> None:
    state = run.progress()
    if state.ended:
        _refresh_once(run)
    page = PAGE_OF_RUN[state.purpose]
    st.progress(_share(state), text=f"{PURPOSES[state.purpose]}: {state.done:,} of {state.total:,}")
    if visitor.may(page.act):
        st.page_link(page.path, label=f"Watch it on {page.title}", icon=page.icon)


def _live(hackathon: Hackathon, run: Run) -> None:
    state = run.progress()
    if state.ended:
        _refresh_once(run)
    with st.container(border=True):
        seconds = int((utcnow() - state.started_at).total_seconds())
        st.markdown(f"**{PURPOSES[state.purpose]}**: {STAGES.get(state.stage, state.stage)}")
        st.progress(
            _share(state),
            text=f"{state.done:,} of {state.total:,} after {counted(seconds, 'second')}",
        )
        with st.container(horizontal=True):
            for kind in Kind:
                done, failed, total = state.by_kind.get(kind, (0, 0, 0))
                if total:
                    st.metric(
                        inflected(KINDS[kind], total).capitalize(),
                        f"{done:,} of {total:,}",
                        f"{failed:,} failed" if failed else None,
                        delta_color="inverse",
                    )
        recent = tables.recent(state.recent, RECENT)
        if len(recent):
            st.dataframe(recent, hide_index=True, key="run-recent", alt="The last steps that ended")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                "Stopping" if state.cancelling else "Stop",
                icon=":material/stop_circle:",
                key="run-stop",
                disabled=state.cancelling or not visitor.may(ACT_OF_RUN[state.purpose]),
                on_click=_stop,
                args=(hackathon, run),
            )
            st.caption(
                "It goes on when this tab is closed. Stopping leaves what is done as it is; "
                "starting again does the rest."
            )


def _stop(hackathon: Hackathon, run: Run) -> None:
    try:
        hackathon.stop(run)
    except StudioError as error:
        st.session_state[_REFUSED] = error


def _share(state: Progress) -> float:
    return min(1.0, state.done / state.total) if state.total else 1.0


def _refresh_once(run: Run) -> None:
    """Rerun the whole page when a run has ended, once per session."""
    if st.session_state.get(_ENDED) != run.id:
        st.session_state[_ENDED] = run.id
        st.rerun()


def _elsewhere(hackathon: Hackathon) -> bool:
    try:
        lease = loaders.elsewhere(hackathon)
    except StudioError as error:
        show_problem(error)
        return False
    if lease is None:
        return False
    st.info(
        f"{plain(lease.owner)} runs {plain(lease.purpose)} since {lease.since:%H:%M:%S} UTC, "
        "from another place. Nothing can be started until it ends.",
        icon=":material/lock:",
    )
    return True


def headline(hackathon: Hackathon, summary: Summary) -> None:
    """Show the main numbers in one row."""
    ready = sum(team.ready for team in summary.teams)
    running = sum(summary.instances.values())
    cost = loaders.hourly_cost(hackathon, summary)
    with st.grid(4, min_column_width=150):
        st.metric("Participants", f"{summary.participants:,}", border=True)
        st.metric("Teams ready", f"{ready} of {len(summary.teams)}", border=True)
        st.metric("Apps running", running, border=True)
        st.metric(
            "Cost an hour",
            "unknown" if cost is None else f"${cost:,.2f}",
            border=True,
            help="List price of the instances that run now, in US dollars, without storage.",
        )
