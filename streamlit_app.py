"""Entry point of the dashboard: navigation and the home page."""

from __future__ import annotations

from datetime import date

import streamlit as st

from studio_core.dashboard import loaders, visitor
from studio_core.dashboard.page import closed, enter, go_on, open_page
from studio_core.dashboard.registry import HOME, PAGES
from studio_core.dashboard.views.checklist import ItemState, checklist, next_item
from studio_core.dashboard.views.run_progress import headline
from studio_core.errors import StudioError
from studio_core.wording import plain

ICONS = {
    ItemState.DONE: ":material/check_circle:",
    ItemState.NEXT: ":material/arrow_circle_right:",
    ItemState.LATER: ":material/radio_button_unchecked:",
}


def home() -> None:
    """Show the home page: the next thing to do, the main numbers and the checklist."""
    page = open_page(HOME.name, unfinished=True)
    summary = progress = snapshot = None
    if not page.settings.missing:
        with loaders.or_stop():
            progress = loaders.progress(page.hackathon)
            snapshot = loaders.snapshot(page.hackathon)
            summary = page.hackathon.status(snapshot)

    today = date.today()  # noqa: DTZ011 - the organiser's day
    every = checklist(page.settings, summary, progress, today)
    items = tuple(item for item in every if visitor.may(item.page.act))
    following = next_item(items)
    with st.container(border=True):
        st.caption("The next thing to do")
        st.subheader(following.title, anchor=False)
        st.markdown(plain(following.sentence))
        if st.button(f"Go to {following.page.title}", type="primary", icon=following.page.icon):
            st.switch_page(following.page.path)

    if summary is not None:
        with loaders.or_stop():
            headline(page.hackathon, summary)

    st.subheader("The whole way", anchor=False)
    for item in items:
        left, right = st.columns([2, 3], vertical_alignment="center")
        left.page_link(
            item.page.path,
            label=f"**{item.title}**" if item.state is ItemState.NEXT else item.title,
            icon=ICONS[item.state],
        )
        right.markdown(f"{item.state.capitalize()}. {plain(item.sentence)}")


enter()
if visitor.may(HOME.act):
    open_to = [page for page in PAGES if visitor.may(page.act)]
    navigation = st.navigation(
        [
            st.Page(home, title=HOME.title, icon=HOME.icon, help=HOME.help, default=True),
            *(st.Page(p.path, title=p.title, icon=p.icon, help=p.help) for p in open_to),
        ]
    )
    go_on(open_to)
else:
    navigation = st.navigation([st.Page(closed, title="Studio CLI")], position="hidden")
try:
    navigation.run()
except StudioError as problem:  # errors that a page does not handle itself
    loaders.show_problem(problem)
