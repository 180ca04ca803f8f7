"""Web app on the links page: its address, its codes, and who has signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from studio_core.access.roles import Act
from studio_core.dashboard import loaders, visitor
from studio_core.errors import StudioError
from studio_core.hackathon.sign_in import CODES_KEPT
from studio_core.planning import confirm
from studio_core.portal.cards import Card, cards_html, poster_svg, qr_svg
from studio_core.wording import counted, plain, web_app_remains

if TYPE_CHECKING:
    from collections.abc import Collection

    from studio_core.access.codes import Codes
    from studio_core.config import Settings
    from studio_core.hackathon import Hackathon
    from studio_core.model.people import Record

KEPT = int(CODES_KEPT.total_seconds())

LOOK_EVERY = 10
"""Seconds between two reads of who has signed in."""

_SHOWN = "_web_app_code_shown"
_MODES = {
    "event-code": "E-mail and the event's one code",
    "personal-code": "E-mail and a code of one's own",
    "mailed-code": "E-mail and a code that is mailed to it, good once and for ten minutes",
    "email-only": "E-mail alone",
}


def web_app_section(hackathon: Hackathon) -> None:
    """Show the address and QR code, access and codes, cards, and who has signed in.

    A code is read from AWS on request, and kept in no cache and no session.
    """
    settings = hackathon.settings
    st.subheader("Web app", divider="gray")
    if not settings.web_app_url:
        st.info(
            "Participants sign in by themselves when the web app runs: `studio web-app` on this "
            "machine, or in the cloud as `web_app/README.md` says. Then put its address "
            "into the settings.",
            icon=":material/login:",
        )
    with st.container(horizontal=True, gap="large"):
        if settings.web_app_url:
            st.image(qr_svg(settings.web_app_url), width=150)
        with st.container():
            if settings.web_app_url:
                st.markdown(f"#### <{settings.web_app_url}>")
            st.markdown(f"**People sign in with:** {_MODES[settings.access]}.")
            if settings.access == "email-only":
                st.warning(
                    "Whoever knows a participant's e-mail gets into their space. Choose another "
                    "access in the settings, unless that is what you want.",
                    icon=":material/lock_open:",
                )
            if visitor.may(Act.CODES):
                _codes(hackathon)
    _attendance(hackathon)


def web_app_fields(settings: Settings, overridden: Collection[str]) -> dict[str, str]:
    """Ask how participants sign in, and at which address; return the settings by name."""
    st.subheader("Web app", anchor=False)
    left, middle, right = st.columns(3)
    modes = list(_MODES)
    access = left.selectbox(
        "People sign in with",
        modes,
        index=modes.index(settings.access),
        format_func=lambda mode: mode.replace("-", " ").capitalize(),
        help="What proves a participant beside the e-mail. E-mail only lets in whoever knows "
        "an address.",
        disabled="access" in overridden,
        key="access",
    )
    address = middle.text_input(
        "Address",
        settings.web_app_url,
        placeholder="https://hack.example.org",
        help="Where the web app answers; it is shown with a QR code on the links page.",
        disabled="web_app_url" in overridden,
        key="web-app-url",
    )
    sender = right.text_input(
        "Mail sender",
        settings.sender,
        placeholder="hackathon@example.org",
        help="An address that Amazon SES may send from; for mailed codes only.",
        disabled="sender" in overridden,
        key="sender",
    )
    role = left.text_input(
        "Link role",
        settings.link_role,
        placeholder="None",
        help="ARN of a role that makes the links, each in a session that is limited to its "
        "person's profile. `docs/iam` has its policies. It has not been tried on AWS.",
        disabled="link_role" in overridden,
        key="link-role",
    )
    return {"access": access, "web_app_url": address, "sender": sender, "link_role": role}


def personal_codes(hackathon: Hackathon) -> Codes | None:
    """Return the codes if each person has their own and the visitor may see them."""
    wanted = hackathon.settings.access == "personal-code" and visitor.may(Act.CODES)
    return hackathon.codes() if wanted else None


def reminder(settings: Settings) -> None:
    """Remind that a purge leaves the web app running."""
    if settings.web_app_url:
        st.info(web_app_remains(plain(settings.web_app_url)), icon=":material/login:")


def _codes(hackathon: Hackathon) -> None:
    mode, address = hackathon.settings.access, hackathon.settings.web_app_url
    with st.container(horizontal=True, vertical_alignment="center"):
        if address and st.button("Project", icon=":material/cast:", key="web-app-project"):
            _project(hackathon)
        if mode == "event-code":
            shown = st.session_state.get(_SHOWN, False)
            st.button(
                "Hide the code" if shown else "Show the code",
                icon=":material/visibility_off:" if shown else ":material/visibility:",
                on_click=lambda: st.session_state.update({_SHOWN: not shown}),
                key="web-app-code",
            )
        if address:
            st.download_button(
                "Cards to print",
                visitor.deferred(lambda: _cards(hackathon).encode()),
                f"{hackathon.settings.event}-cards.html",
                "text/html",
                icon=":material/print:",
                on_click="ignore",
                key="web-app-cards",
                help="Ten to an A4 page: address, QR code, e-mail, and the code where there is "
                "one. Open the file and print it at 100 %.",
            )
        if mode in {"event-code", "personal-code"}:
            with st.popover("New codes", icon=":material/autorenew:", key="web-app-new"):
                _renewal(hackathon)
    if mode == "event-code" and st.session_state.get(_SHOWN):
        codes = _read(hackathon)
        if codes is not None:
            st.code(codes.event_code, language=None, width=180)


@st.dialog("Sign in", width="large")
def _project(hackathon: Hackathon) -> None:
    """Show what people need to sign in, in full size."""
    settings = hackathon.settings
    codes = _read(hackathon) if settings.access == "event-code" else None
    code = codes.event_code if codes is not None else ""
    st.image(poster_svg(settings.web_app_url, event=settings.event, code=code), width="stretch")


def _renewal(hackathon: Hackathon) -> None:
    personal = hackathon.settings.access == "personal-code"
    number = len(hackathon.participants()) if personal else 1
    what = "The code becomes a new one" if number == 1 else f"All {number:,} codes become new ones"
    st.write(
        f"{what}; what was shown or printed before stops working within {KEPT} seconds. "
        "Whoever is in their space stays in."
    )
    typed = st.text_input(f"Type {number} to confirm", key="web-app-new-number")
    if st.button("Make new", type="primary", key="web-app-new-do"):
        try:
            confirm.confirm_renewal(number, typed)
            hackathon.rotate_codes()
        except StudioError as error:
            loaders.show_problem(error)
        else:
            st.success("All codes are new.", icon=":material/check:")


@st.fragment(run_every=LOOK_EVERY)
def _attendance(hackathon: Hackathon) -> None:
    """Show who has signed in and who has not; refreshes itself."""
    with loaders.or_stop():
        records = hackathon.participants()
    if not records:
        return
    came = [r for r in records if r.last_link_at is not None]
    waiting = [r for r in records if r.last_link_at is None]
    total = counted(len(records), "person")
    st.progress(len(came) / len(records), f"{len(came):,} of {total} have come in")
    choices = {"Not yet in": waiting, "In": came}
    chosen = st.segmented_control(
        "Who",
        list(choices),
        format_func=lambda name: f"{plain(name)} ({len(choices[name]):,})",
        default="Not yet in",
        key="web-app-who",
        label_visibility="collapsed",
    )
    _table(choices[chosen or "Not yet in"])


def _table(records: list[Record]) -> None:
    frame = pd.DataFrame(
        [(r.email, r.team, r.last_link_at) for r in records],
        columns=["E-mail", "Team", "Last came in"],
    )
    when = st.column_config.DatetimeColumn(format="HH:mm:ss, D MMM")
    height = min(38 + 35 * max(len(frame), 1), 320)
    st.dataframe(frame, hide_index=True, height=height, column_config={"Last came in": when})


def _cards(hackathon: Hackathon) -> str:
    """Return the cards to print as HTML.

    Raises:
        StudioError: AWS refuses, or the visitor may not see codes.
    """
    settings = hackathon.settings
    codes = hackathon.codes() if settings.access in {"event-code", "personal-code"} else None
    made = []
    for record in hackathon.participants():
        code = ""
        if codes is not None:
            personal = settings.access == "personal-code"
            code = codes.personal_code(record.email) if personal else codes.event_code
        made.append(Card(record.email, record.team, code))
    hackathon.note("cards printed", number=len(made))
    return cards_html(made, event=settings.event, address=settings.web_app_url)


def _read(hackathon: Hackathon) -> Codes | None:
    try:
        return hackathon.codes()
    except StudioError as error:
        loaders.show_problem(error)
        return None
