"""The report of a run: verdict, counts, results, leftovers and downloads."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import streamlit as st

from studio_core.access.roles import Act
from studio_core.dashboard import downloads, tables, visitor
from studio_core.dashboard.loaders import show_problem
from studio_core.errors import StudioError
from studio_core.model.plans import Action, Purpose
from studio_core.wording import PURPOSES, by_kind, counted, done_words

if TYPE_CHECKING:
    from studio_core.engine.run import Run
    from studio_core.model.runs import Report

_CLOSED = "_report_closed"
_LOGGED = "_report_logged"
_log = logging.getLogger(__name__)


def ended(run: Run) -> None:
    """Show the report of a run until it is closed."""
    if st.session_state.get(_CLOSED) == run.id:
        return
    if run.error is not None:
        _broken(run, run.error)
    elif run.report is not None:
        _reported(run, run.report)
    st.button(
        "Close the report",
        icon=":material/close:",
        type="tertiary",
        key="run-close",
        on_click=st.session_state.__setitem__,
        args=(_CLOSED, run.id),
    )


def _broken(run: Run, error: BaseException) -> None:
    if isinstance(error, StudioError):
        show_problem(error)
        return
    what = PURPOSES[run.plan.purpose]
    st.error(
        f"**{what} broke off.** This is a fault of the program; what was done stays done.  \n"
        "The server's log says more. Starting again does the rest."
    )
    if st.session_state.get(_LOGGED) != run.id:
        st.session_state[_LOGGED] = run.id
        _log.error("%s broke off", what, exc_info=error)


def _reported(run: Run, report: Report) -> None:
    what = PURPOSES[run.plan.purpose]
    with st.container(border=True):
        _verdict(report, what)
        _counts(report)
        results = tables.outcomes(report)
        if report.left:
            st.markdown("**Left over**")
            st.dataframe(tables.leftovers(report), hide_index=True, alt="What is left, and why")
        if len(results):
            bad = len(report.failed)
            label = f"Result of each step ({counted(len(results), 'step')}, {bad} failed)"
            with st.expander(label, expanded=bool(bad)):
                st.dataframe(results, hide_index=True, key="run-results", alt="Result of each step")
        if visitor.may(Act.EXPORT):
            _downloads(run, report)


def _verdict(report: Report, what: str) -> None:
    at = f" at {report.ended_at:%H:%M:%S} UTC" if report.ended_at else ""
    if report.ok and report.plan.purpose is Purpose.PURGE:
        st.success(
            f"**Nothing is left.** The domain and the table were looked at again{at}.",
            icon=":material/verified:",
        )
    elif report.ok:
        st.success(
            f"**{what} is done**{at}. Everything was seen in place.", icon=":material/done_all:"
        )
    elif report.cancelled:
        st.warning(
            f"**{what} was stopped**{at}. What was done stays done; start again to do the rest.",
            icon=":material/stop_circle:",
        )
    else:
        many = counted(max(len(report.failed), len(report.left)), "step")
        st.error(
            f"**{what} ended with {many} not done**{at}. The reasons are below; starting again "
            "tries only what is missing.",
            icon=":material/error:",
        )


def _counts(report: Report) -> None:
    lines = [
        f"{word.capitalize()} {by_kind(done)}."
        for action, word in done_words(report.plan.purpose).items()
        if (done := report.counts(action))
    ]
    kept = report.plan.counts(Action.KEEP)
    if kept:
        lines.append(f"Kept {by_kind(kept)} as they were.")
    if lines:
        st.markdown(" ".join(lines))


def _downloads(run: Run, report: Report) -> None:
    name = f"{report.plan.event}-{report.plan.purpose}"
    with st.container(horizontal=True):
        st.download_button(
            "Report as CSV",
            visitor.deferred(lambda: downloads.report_csv(report).encode()),
            f"{name}.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
            key="report-csv",
        )
        st.download_button(
            "Report as JSON",
            visitor.deferred(lambda: downloads.report_json(report).encode()),
            f"{name}.json",
            "application/json",
            icon=":material/download:",
            on_click="ignore",
            key="report-json",
        )
        if run.journal.path.exists():
            st.download_button(
                "Journal",
                visitor.deferred(run.journal.path.read_bytes),
                run.journal.path.name,
                "application/jsonl",
                icon=":material/history:",
                on_click="ignore",
                key="report-journal",
            )
