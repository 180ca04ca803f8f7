"""Parts of the status page: the table of teams, one team's people, apps started and stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from studio_core.access.roles import Act
from studio_core.dashboard import tables, visitor
from studio_core.dashboard.loaders import plain
from studio_core.dashboard.views.run_progress import start
from studio_core.dashboard.words import by_kind, people, several
from studio_core.model.plans import Action
from studio_core.planning.before import ADOPT
from studio_core.planning.before import from_before as said

if TYPE_CHECKING:
    from studio_core.engine.run import Proposal
    from studio_core.hackathon import Hackathon
    from studio_core.insight.status import Summary
    from studio_core.model.studio import Snapshot

ALL = ""
"""The choice of no single team."""

_TABLE = "team-table"
_SHOWN = "team-table-shown"
_CHOICE = "team-choice"


def teams(summary: Summary) -> None:
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
    """Show one team's people, and start or stop the apps of that team or of all."""
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
        where = f"team {team}" if team else "all teams"
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
            alt=f"{people(len(members))} of team {team} with their profiles",
        )


def seen(summary: Summary, snapshot: Snapshot) -> None:
    """Say when this was seen, and what else is in the domain."""
    others = {what.removesuffix("s"): number for what, number in summary.others.items()}
    told = [f"Seen at {snapshot.taken_at:%H:%M:%S} UTC."] if snapshot.taken_at else []
    if any(others.values()):
        told.append(f"Also in the domain, not of this event and left alone: {by_kind(others)}.")
    st.caption(" ".join(told))


def from_before(summary: Summary) -> None:
    """Say who is in the table from before, and where they are adopted."""
    if summary.from_before:
        st.info(f"{plain(said(summary.from_before))} {plain(ADOPT)}", icon=":material/history:")


def _button(
    label: str, icon: str, hackathon: Hackathon, proposal: Proposal, where: str, *, busy: bool
) -> None:
    """Open what would happen, with the count, and a second button that does it."""
    number = len(proposal.plan.changes)
    key = label.replace(" ", "-").lower()
    run = hackathon.current_run()
    # Another key after each run: it closes what stands open.
    ask = f"{key}-ask-{run.id if run else ''}"
    with st.popover(label, icon=icon, disabled=busy or not number, key=ask):
        what = several(number, "app")
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
            on_click=start,
            args=(hackathon, proposal),
        )
