"""Open a page: access, settings, title and sidebar; the first call of every page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from studio_core import config
from studio_core.dashboard import loaders, visitor
from studio_core.dashboard.registry import BY_NAME, ENTRY, HOME, SETTINGS, PageSpec
from studio_core.dashboard.views.run_progress import sidebar_progress
from studio_core.errors import StudioError
from studio_core.wording import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from studio_core.access.roles import Actor
    from studio_core.config import Settings
    from studio_core.hackathon import Hackathon

FAVICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
    '<rect width="32" height="32" rx="7" fill="#0b6b73"/>'
    '<circle cx="11" cy="12" r="4" fill="#fff"/><circle cx="21" cy="12" r="4" fill="#fff"/>'
    '<path d="M4 26c0-5 3-8 7-8s5 2 5 2 1-2 5-2 7 3 7 8z" fill="#fff"/></svg>'
)
"""Inline, because a Material icon would be loaded from another server."""

ENTERED = "_entered"
ASKED_FOR = "_asked_for"


@dataclass(frozen=True, slots=True)
class OpenPage:
    """Settings, hackathon and visitor of a page."""

    settings: Settings
    hackathon: Hackathon
    actor: Actor


def enter() -> None:
    """Record that the entry point has run in this session, with navigation and sign-in."""
    st.session_state[ENTERED] = True


def go_on(open_to: Iterable[PageSpec]) -> None:
    """Continue to the page of a deep link.

    Args:
        open_to: The pages that the visitor may see; any other leads to the home page.
    """
    asked = st.session_state.pop(ASKED_FOR, None)
    if asked in {page.path for page in open_to}:
        st.switch_page(asked)


def closed() -> None:
    """Show the page for visitors without access: how to get it."""
    st.set_page_config(page_title="Studio CLI", page_icon=HOME.icon)
    visitor.require_gate()


def open_page(name: str, *, unfinished: bool = False) -> OpenPage:
    """Open a page; call this before anything else on it.

    Visitors without the page's permission see why and nothing of the page. A deep link can
    reach a page before the entry point has run; the visitor is then sent through it first.
    When the settings are unreadable or incomplete, or AWS does not answer, a sentence and a
    remedy replace the page.

    Args:
        name: Name of the page in the registry.
        unfinished: True for pages that are useful while settings are missing.
    """
    spec = BY_NAME.get(name, HOME)
    if spec is not HOME and not st.session_state.get(ENTERED):
        st.session_state[ASKED_FOR] = spec.path
        st.switch_page(ENTRY)
    st.set_page_config(page_title=f"{spec.title} · Studio CLI", page_icon=FAVICON, layout="wide")
    actor = visitor.require_gate(spec.act)
    st.title(spec.title, anchor=False)
    try:
        settings = config.load()
        hackathon = loaders.hackathon_for(settings).acting_as(actor, still=visitor.watch())
        if not unfinished:
            settings.require()
            _ = hackathon.identity
    except StudioError as error:
        _closed(error, spec)
    opened = OpenPage(settings, hackathon, actor)
    _sidebar(opened)
    return opened


def way_to(page: PageSpec, label: str) -> None:
    """Link to a page, if the visitor may see it."""
    if visitor.may(page.act):
        st.page_link(page.path, label=label)


def _closed(error: StudioError, spec: PageSpec) -> None:
    loaders.show_problem(error)
    with st.container(horizontal=True):
        may = spec is not SETTINGS and visitor.may(SETTINGS.act)
        if may and st.button("Open the settings", type="primary"):
            st.switch_page(SETTINGS.path)
        st.button("Try again", icon=":material/refresh:", on_click=loaders.look_again)
    st.stop()


def _sidebar(opened: OpenPage) -> None:
    settings = opened.settings
    where = {"Event": f"**{plain(settings.event)}**"}
    known = sandbox = False
    try:
        identity = opened.hackathon.identity
        where["Account"] = plain(identity.account)
        known, sandbox = True, identity.sandbox
    except StudioError:
        where["Account"] = "no credentials"
    where["Region"] = plain(settings.region) or "not set"
    where["Domain"] = plain(settings.domain_id) or "not set"
    if who := visitor.signed_in_as():
        where["You"] = plain(who)
    with st.sidebar:
        if sandbox:
            st.badge("Sandbox: nothing here is real", icon=":material/science:", color="violet")
        st.table(where, border=False, alt="Where the dashboard works")
        if known:
            sidebar_progress(opened.hackathon)
        visitor.way_out()
