"""Links page: made on request, shown until they expire, stored nowhere."""

from __future__ import annotations

import streamlit as st

from studio_core.dashboard import downloads, loaders, visitor
from studio_core.dashboard.page import open_page, way_to
from studio_core.dashboard.registry import ROSTER
from studio_core.dashboard.views import links, web_app
from studio_core.planning.before import ADOPT, from_before
from studio_core.wording import counted, plain

page = open_page("links")
with loaders.or_stop():
    records = page.hackathon.participants()
if not records:
    if before := page.hackathon.from_before():
        st.info(plain(f"{from_before(before)} {ADOPT}"), icon=":material/history:")
    st.info("Nobody is there yet. Upload the roster first.", icon=":material/group_add:")
    way_to(ROSTER, "Go to the roster")
    st.stop()
st.caption(
    "Whoever has a link is signed in as that person. It can be used for five minutes; "
    "the session it opens lasts up to twelve hours."
)
if problem := st.session_state.pop(links.PROBLEM, None):
    loaders.show_problem(problem)

with st.container(horizontal=True, vertical_alignment="bottom"):
    names = ["", *dict.fromkeys(record.team for record in records)]
    team = st.selectbox(
        "Team",
        names,
        format_func=lambda name: f"Team {name}" if name else "All teams",
        key="links-team",
        width=220,
    )
    text = st.text_input(
        "Search people",
        type="search",
        placeholder="E-mail, profile or space",
        key="links-search",
        width=320,
    )
shown = links.matching_records(records, team, text or "")
selection = links.selection_of(shown, team, text or "")
with st.container(horizontal=True, vertical_alignment="center"):
    st.button(
        f"Show links for {plain(selection.label)}",
        type="primary",
        icon=":material/key:",
        disabled=not selection.possible,
        key="links-show",
        on_click=links.mint,
        args=(page.hackathon, selection),
    )
    st.download_button(
        f"Download CSV for {plain(selection.label)}",
        visitor.deferred(
            lambda: downloads.links_csv(
                page.hackathon.links(team=selection.team, email=selection.email),
                web_app.personal_codes(page.hackathon),
            ).encode()
        ),
        f"{page.settings.event}-links.csv",
        "text/csv",
        icon=":material/download:",
        disabled=not selection.possible,
        on_click="ignore",
        key="links-csv",
        help="Minted at the click: what you download is fresh.",
    )
    if links.minted():
        st.button(
            "Hide links",
            icon=":material/visibility_off:",
            type="tertiary",
            on_click=links.forget,
        )
if not selection.possible:
    st.caption("Narrow the search to one person, or use the button in a row.")
links.link_table(page.hackathon, shown)
st.caption(f"{counted(len(shown), 'person')} of {len(records):,}.")
web_app.web_app_section(page.hackathon)
