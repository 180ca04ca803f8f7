"""Status page: the teams, one team's people, and buttons to start and stop apps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from studio_core.access.roles import Act
from studio_core.dashboard import tables, visitor
from studio_core.dashboard.views.run_progress import start_run
from studio_core.model.plans import Action
from studio_core.planning import before
from studio_core.wording import counted, not_of_this_event, plain

if TYPE_CHECKING:
    from studio_core.engine.run import Proposal
    from studio_core.hackathon import Hackathon
    from studio_core.insight.status import FailedApp, Summary
    from studio_core.model.studio import Snapshot

ALL = ""
"""The choice of all teams."""

MOST_FAILED = 10
"""Failed apps that are shown one by one; each is planned for at every look."""

_TABLE = "team-table"
_SHOWN = "team-table-shown"
_CHOICE = "team-choice"


def team_table(summary: Summary) -> None:
    """Show the teams, searchable by team, space, status and the people in them."""
    text = st.text_input(
        "Search teams and people",
        type="search",
        placeholder="Team, person, space or status",
        live="300ms",
        key="team-search",
    )
    members: dict[str, list[str]] = {}
    for person in summary.people:
        members.setdefault(person.team, []).append(f"{person.email} {person.profile}")
    extra = {i: " ".join(members.get(team.team, ())) for i, team in enumerate(summary.teams)}
    frame = tables.searched(tables.teams(summary.teams), text or "", extra)
    st.session_state[_SHOWN] = list(frame["Team"])
    st.dataframe(
        frame,
        hide_index=True,
        key=_TABLE,
        on_select=_chosen,
        selection_mode="single-row",
        placeholder="No team matches.",
        alt="Teams with their people, space and app; choosing a row shows its people below",
    )


def _chosen() -> None:
    rows = st.session_state[_TABLE].selection.rows
    shown = st.session_state.get(_SHOWN, [])
    st.session_state[_CHOICE] = shown[rows[0]] if rows and rows[0] < len(shown) else ALL


def one_team(hackathon: Hackathon, summary: Summary, snapshot: Snapshot, *, busy: bool) -> None:
    """Show one team's people, and offer to start or stop apps of that team or of all."""
    names = [ALL, *(team.team for team in summary.teams)]
    if st.session_state.get(_CHOICE) not in names:
        st.session_state.pop(_CHOICE, None)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        team = st.selectbox(
            "Look into a team",
            names,
            format_func=lambda name: f"Team {name}" if name else "All teams",
            key=_CHOICE,
            width=260,
        )
        where = f"team {plain(team)}" if team else "all teams"
        stop = hackathon.propose_stop_apps(team or None, snapshot)
        begin = hackathon.propose_start_apps(team or None, snapshot)
        if visitor.may(Act.APPS):
            _button("Start apps", ":material/play_arrow:", hackathon, begin, where, busy=busy)
            _button("Stop apps", ":material/stop:", hackathon, stop, where, busy=busy)
    if team:
        members = [person for person in summary.people if person.team == team]
        st.dataframe(
            tables.people(members),
            hide_index=True,
            key="team-people",
            alt=f"{counted(len(members), 'person')} of team {team} with their profiles",
        )


def failed(hackathon: Hackathon, summary: Summary, snapshot: Snapshot, *, busy: bool) -> None:
    """Show the apps that failed, AWS's reason for each, and a button that starts one again."""
    if not summary.failed:
        return
    with st.container(border=True):
        st.markdown(f":material/error: **{counted(len(summary.failed), 'app')} failed**")
        for each in summary.failed[:MOST_FAILED]:
            _one_failed(hackathon, each, snapshot, busy=busy)
        more = len(summary.failed) - MOST_FAILED
        if more > 0:
            st.caption(f"And {more:,} more; *Start apps* starts all of them again.")


def _one_failed(hackathon: Hackathon, failed: FailedApp, snapshot: Snapshot, *, busy: bool) -> None:
    app = failed.app
    whose = f"Team {plain(failed.team)}: " if failed.team else ""
    why = plain(failed.reason) or "AWS gives no reason."
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"{whose}{plain(app.label)}  \n{why}")
        if app.space and visitor.may(Act.APPS):
            again = hackathon.propose_start_apps(snapshot=snapshot, space=app.space)
            st.button(
                "Retry",
                icon=":material/replay:",
                key=f"retry-{app.label}",
                disabled=busy or not again.plan.changes,
                help="Starts this app again. It costs money while it runs.",
                on_click=start_run,
                args=(hackathon, again),
            )


def seen(summary: Summary, snapshot: Snapshot) -> None:
    """Show the time of the snapshot, and what else the domain contains."""
    at = f"Seen at {snapshot.taken_at:%H:%M:%S} UTC." if snapshot.taken_at else ""
    st.caption(f"{at} {not_of_this_event(summary.others)}".strip())


def from_before(summary: Summary) -> None:
    """Say who is in the table from before, and where they are adopted."""
    if summary.from_before:
        text = f"{before.from_before(summary.from_before)} {before.ADOPT}"
        st.info(plain(text), icon=":material/history:")


def _button(
    label: str, icon: str, hackathon: Hackathon, proposal: Proposal, where: str, *, busy: bool
) -> None:
    """Offer a plan: a popover says what would happen, and its button starts it."""
    number = len(proposal.plan.changes)
    key = label.replace(" ", "-").lower()
    run = hackathon.current_run()
    # A new key after each run closes an open popover.
    ask = f"{key}-ask-{run.id if run else ''}"
    with st.popover(label, icon=icon, disabled=busy or not number, key=ask):
        what = counted(number, "app")
        if proposal.plan.changes and proposal.plan.changes[0].action is Action.DELETE:
            st.markdown(
                f"This stops **{what}** of {where}. Files stay in the spaces; what is only in "
                "memory is lost."
            )
        else:
            st.markdown(f"This starts **{what}** of {where}. Each costs money while it runs.")
        st.button(
            f"{label.split(maxsplit=1)[0]} {what}",
            type="primary",
            key=f"{key}-do",
            on_click=start_run,
            args=(hackathon, proposal),
        )
