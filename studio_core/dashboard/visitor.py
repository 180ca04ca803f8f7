"""Who is looking at a page: the second wall, behind the gate, in every page and every run."""

from __future__ import annotations

import time

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from studio_core.access.roles import Act, Actor, allowed
from studio_core.dashboard.serving import oidc
from studio_core.dashboard.serving.gate import LEAVE, PASS_HEADER, PROCESS_KEY
from studio_core.dashboard.serving.passes import Pass, verify
from studio_core.errors import GuardError

FACE = "dashboard"


def require_gate(act: Act = Act.LOOK) -> Actor:
    """Let the page go on for somebody who may do the act, or show why not and end the run.

    Call it at the head of a page, and again wherever something is done: it looks at this
    very run and keeps nothing from earlier ones.
    """
    actor = _actor()
    if actor is None:
        st.stop()
    if not allowed(actor.role, act):
        st.warning(
            f"**Helpers may not {act.value}.**  \nAsk an organiser to do it.",
            icon=":material/block:",
        )
        st.stop()
    return actor


def current_actor() -> Actor:
    """Give who acts now, for callbacks and fragments, which run without the head of the page.

    Raises:
        GuardError: Nobody whom the gate let in.
    """
    actor = _actor(show=False)
    if actor is None:
        raise GuardError("Your visit is over.", "Open the dashboard again.")
    return actor


def still_in() -> None:
    """Check that whoever looks has not been shown out since the page was drawn.

    Outside the run of a page, where a download is made, there is nobody to ask: the gate has
    let the request through then, and the role is that of the page that offered it.

    Raises:
        GuardError: They have.
    """
    if get_script_run_ctx(suppress_warning=True) is not None:
        current_actor()


def may(act: Act) -> bool:
    """True when whoever looks may do the act: for what a page offers. The core decides."""
    actor = _actor(show=False)
    return actor is not None and allowed(actor.role, act)


def sign_out() -> None:
    """Offer the way out, where there is something to leave; for the sidebar."""
    found = _pass()
    if found is not None and found.role is None:
        if st.button("Sign out", icon=":material/logout:", key="sign-out"):
            st.logout()
    elif found is not None and found.id:
        st.link_button("Leave", LEAVE, icon=":material/logout:")


def _pass() -> Pass | None:
    value = st.context.headers.get(PASS_HEADER)
    return verify(PROCESS_KEY, value, time.time()) if value else None


def _actor(*, show: bool = True) -> Actor | None:
    found = _pass()
    if found is None:
        if show:
            _not_through_the_gate()
        return None
    if found.role is not None:
        return Actor(found.name, found.role, FACE, found.address)
    return _signed_in(found, show=show)


def _signed_in(found: Pass, *, show: bool) -> Actor | None:
    role = oidc.role_by_claims(st.user.to_dict())
    email = str(st.user.get("email") or "")
    if role is not None:
        return Actor(email, role, FACE, found.address)
    if not show:
        return None
    if not st.user.get("is_logged_in"):
        st.title("Studio CLI", anchor=False)
        st.markdown("Organisers of the hackathon sign in here.")
        st.button("Sign in", type="primary", icon=":material/login:", on_click=st.login)
        return None
    st.title("This is for organisers", anchor=False)
    st.error(
        f"**{email or 'This account'} is not on the list of organisers.**  \n"
        "Ask an organiser to add you, or sign in with another account.",
        icon=":material/block:",
    )
    st.button("Sign out", icon=":material/logout:", on_click=st.logout)
    return None


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
