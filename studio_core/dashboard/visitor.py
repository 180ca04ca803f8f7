"""The visitor of a page: the second check of access, behind the gate, in every page run."""

from __future__ import annotations

import time

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from studio_core.access.roles import Act, Actor, allowed
from studio_core.dashboard.serving import oidc
from studio_core.dashboard.serving.gate import LEAVE, PASS_HEADER
from studio_core.dashboard.serving.passes import PROCESS_SIGNER, Pass, verify
from studio_core.errors import GuardError
from studio_core.wording import plain

FACE = "dashboard"


def require_gate(act: Act = Act.LOOK) -> Actor:
    """Return the visitor if the role has the permission; else show why not and end the page.

    Call it at the top of a page. It checks the current run and remembers nothing of earlier
    ones.
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
    """Return the visitor; for callbacks and fragments, which run without the top of the page.

    Raises:
        GuardError: The visitor has no valid pass.
    """
    actor = _actor(show=False)
    if actor is None:
        raise GuardError("Your visit is over.", "Open the dashboard again.")
    return actor


def still_in() -> None:
    """Raise if the visitor's pass has ended since the page was drawn.

    A download is generated outside a page run, where nothing can be checked: the gate has
    checked that request, and the role is that of the page that offered the download.

    Raises:
        GuardError: The visitor has no valid pass any more.
    """
    if get_script_run_ctx(suppress_warning=True) is not None:
        current_actor()


def may(act: Act) -> bool:
    """Return whether the visitor has a permission, to decide what a page offers.

    The core checks again.
    """
    actor = _actor(show=False)
    return actor is not None and allowed(actor.role, act)


def sign_out() -> None:
    """Offer to sign out, unless access is open; for the sidebar."""
    found = _pass()
    if found is not None and found.role is None:
        if st.button("Sign out", icon=":material/logout:", key="sign-out"):
            st.logout()
    elif found is not None and found.id:
        st.link_button("Leave", LEAVE, icon=":material/logout:")


def _pass() -> Pass | None:
    value = st.context.headers.get(PASS_HEADER)
    return verify(PROCESS_SIGNER, value, time.time()) if value else None


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
        f"**{plain(email) or 'This account'} is not on the list of organisers.**  \n"
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
