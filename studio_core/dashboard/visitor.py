"""The visitor of a page: the second check of access, behind the gate, in every page run."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from studio_core.access.roles import Act, Actor, allowed
from studio_core.dashboard.serving.gate import PASS_HEADER
from studio_core.dashboard.serving.passes import PROCESS_SIGNER, Pass, still_good, verify
from studio_core.dashboard.serving.responses import LEAVE
from studio_core.dashboard.serving.visits import LONGEST_NAME, kept, tidy_name
from studio_core.errors import GuardError, StudioError

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio_core.dashboard.serving.visits import Visit

FACE = "dashboard"
_NAME = "your-name"


def require_gate(act: Act = Act.LOOK) -> Actor:
    """Return the visitor if the role has the permission; else show why not and end the page.

    Call it at the top of a page. It checks the current run and remembers nothing of earlier
    ones.
    """
    actor = _actor()
    if actor is None:
        _not_through_the_gate()
        st.stop()
    if not allowed(actor.role, act):
        st.warning(
            f"**Helpers may not {act.value}.**  \nAsk an organiser to do it.",
            icon=":material/block:",
        )
        st.stop()
    return actor


def current_actor() -> Actor:
    """Return the visitor; for callbacks and fragments, which run without the top of the page.

    Raises:
        GuardError: The visitor has no valid pass.
    """
    actor = _actor()
    if actor is None:
        raise GuardError("Your visit is over.", "Open the dashboard again.")
    return actor


def watch() -> Callable[[], None]:
    """Return a function that raises once the visit of this page is over, or its role changed.

    It remembers the visitor of the current run, because a download is made outside of one, and
    because a browser may come back to a page after somebody else has signed in.
    """
    found = _pass()

    def still() -> None:
        if found is None or not still_good(found, time.time()):
            raise GuardError(
                "Your visit is over, or your role has changed.", "Open the dashboard again."
            )
        if get_script_run_ctx(suppress_warning=True) is not None:
            current_actor()

    return still


def deferred(make: Callable[[], bytes]) -> Callable[[], bytes]:
    """Return the data of a download button, made at the click if the visitor may still see it."""
    still = watch()

    def checked() -> bytes:
        still()
        return make()

    return checked


def may(act: Act) -> bool:
    """Return whether the visitor has a permission, to decide what a page offers.

    The core checks again.
    """
    actor = _actor()
    return actor is not None and allowed(actor.role, act)


def signed_in_as() -> str:
    """Return who visits, as the audit log names them; empty with open access."""
    visit = _visit()
    return visit.who if visit is not None else ""


def way_out() -> None:
    """Offer to sign out, and ask a token's visitor for a name once; for the sidebar.

    With open access there is nobody to sign out.
    """
    visit = _visit()
    if visit is None:
        return
    if not visit.name:
        st.text_input(
            "Your name",
            key=_NAME,
            max_chars=LONGEST_NAME,
            placeholder="Optional",
            help="Other organisers see it while you run something, and the audit log keeps it.",
            on_change=_named,
            args=(visit.id,),
        )
    st.link_button("Sign out", LEAVE, icon=":material/logout:")


def _visit() -> Visit | None:
    found = _pass()
    return kept().get(found.visit) if found is not None else None


def _named(visit: str) -> None:
    name = tidy_name(str(st.session_state.get(_NAME) or ""))
    if name:
        with suppress(StudioError):  # the visit is over, and the page that follows says so
            kept().rename(visit, name)


def _pass() -> Pass | None:
    value = st.context.headers.get(PASS_HEADER)
    return verify(PROCESS_SIGNER, value, time.time()) if value else None


def _actor() -> Actor | None:
    """Return the visitor of this moment: the visit goes on, and the role is the same."""
    found = _pass()
    if found is None or not still_good(found, time.time()):
        return None
    return Actor(signed_in_as() or found.name, found.role, FACE, found.address)


def _not_through_the_gate() -> None:
    st.title("Start the dashboard with its own command", anchor=False)
    st.error(
        "**This page was served without the gate that keeps strangers out, so it shows "
        "nothing.**  \nStop this server and start the dashboard like this:",
        icon=":material/lock:",
    )
    st.code("studio dashboard", language="bash")
    st.markdown(
        "It prints an address with a token; open that. If you did start it so, your visit is "
        "over: open the printed address again."
    )
