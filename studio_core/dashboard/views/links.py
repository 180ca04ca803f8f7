"""Links page. Links exist only in the memory of the session that requested them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from studio_core.access.roles import Act
from studio_core.clock import utcnow
from studio_core.dashboard import tables, visitor
from studio_core.errors import StudioError
from studio_core.model.links import LINK_SECONDS, Link
from studio_core.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio_core.hackathon import Hackathon
    from studio_core.model.links import LinkFailure
    from studio_core.model.people import Record

PROBLEM = "_links_problem"
_MINTED = "_links_minted"
_ACTION = "links-action"
_ONE_MORE = "_links_one_more"
TICK_SECONDS = 5


def matching_records(records: Sequence[Record], team: str, text: str) -> list[Record]:
    """Return the records of a team, or of all, that contain every word of a text."""
    words = text.casefold().split()
    return [
        record
        for record in records
        if (not team or record.team == team)
        and all(w in f"{record.email} {record.profile} {record.space}".casefold() for w in words)
    ]


@dataclass(frozen=True, slots=True)
class LinkSelection:
    """Whom the buttons make links for: one person, a team, or all; `label` names them.

    It is not `possible` while a search matches several people: links are for one person or
    whole teams, not for the results of a search.
    """

    label: str
    team: str | None = None
    email: str | None = None
    possible: bool = True


def selection_of(shown: Sequence[Record], team: str, text: str) -> LinkSelection:
    """Return whom the buttons make links for, from what is shown."""
    if text.strip():
        if len(shown) == 1:
            return LinkSelection(shown[0].email, email=shown[0].email)
        return LinkSelection("one person", possible=False)
    if not visitor.may(Act.LINK_MANY):
        return LinkSelection("one person", possible=False)
    if team:
        return LinkSelection(f"team {team} ({counted(len(shown), 'person')})", team=team)
    return LinkSelection(f"all {counted(len(shown), 'person')}")


def minted() -> dict[str, Link | LinkFailure]:
    """Return the links of this session by e-mail."""
    held: dict[str, Link | LinkFailure] = st.session_state.get(_MINTED, {})
    return held


def forget() -> None:
    """Discard all links."""
    st.session_state.pop(_MINTED, None)


def mint(hackathon: Hackathon, selection: LinkSelection) -> None:
    """Make new links for the selection; for `on_click`."""
    try:
        links = hackathon.links(team=selection.team, email=selection.email)
        fresh = {link.email: link for link in links}
    except StudioError as error:
        st.session_state[PROBLEM] = error
        return
    st.session_state[_MINTED] = {**minted(), **fresh}


def link_table(hackathon: Hackathon, shown: Sequence[Record]) -> None:
    """Show the people; count down while a link is valid."""
    now = utcnow()
    valid = any(isinstance(one, Link) and one.expires_at > now for one in minted().values())
    st.fragment(run_every=TICK_SECONDS if valid else None)(_table)(hackathon, shown)


def _table(hackathon: Hackathon, shown: Sequence[Record]) -> None:
    if st.session_state.pop(_ONE_MORE, False):
        st.rerun()  # the page has to count down, and to offer hiding links
    now = utcnow()
    held = minted()
    for email, one in list(held.items()):
        if isinstance(one, Link) and one.expires_at <= now:
            held[email] = Link(one.email, one.team, one.profile, one.space, one.expires_at, "")
    frame = tables.links(shown, held, now)
    frame["Ask"] = ["New link" if record.email in held else "Show link" for record in shown]

    def one_more() -> None:
        click = st.session_state[_ACTION]
        email = shown[click.row].email
        mint(hackathon, LinkSelection(email, email=email))
        st.session_state[_ONE_MORE] = True

    if not held:
        frame = frame.drop(columns=["Link", "Valid for"])
    if not any(frame["Note"]):
        frame = frame.drop(columns=["Note"])
    st.dataframe(
        frame,
        hide_index=True,
        key="links-table",
        alt="Participants; links appear when they are asked for",
        column_config={
            "Link": st.column_config.LinkColumn("Link", display_text="Open as this person"),
            "Valid for": st.column_config.ProgressColumn(
                "Valid for", format="%d s", min_value=0, max_value=LINK_SECONDS
            ),
            "Ask": st.column_config.ButtonColumn("", on_click=one_more, key=_ACTION),
        },
    )
