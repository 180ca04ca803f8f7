"""Sources of a roster: a file, pasted rows, or the current participants."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from studio_core.dashboard import loaders
from studio_core.dashboard.views import roster_draft
from studio_core.errors import StudioError
from studio_core.roster import Columns, template_csv
from studio_core.wording import plain

if TYPE_CHECKING:
    from studio_core.dashboard.views.roster_draft import Draft
    from studio_core.hackathon import Hackathon

UPLOAD, PASTE, THERE = "Upload a file", "Paste", "Who is there now"
TYPES = ("csv", "tsv", "txt", "xlsx", "xls", "xlsb", "ods")
DRAFT = "_roster_draft"
EDITS = "_roster_edits"
_COLUMNS = "_roster_columns"
_WAY = "_roster_way"


def source(hackathon: Hackathon) -> Draft | None:
    """Ask for the source of the roster; return its draft, or None until there is one."""
    way = st.segmented_control(
        "Where the roster comes from",
        [UPLOAD, PASTE, THERE],
        default=UPLOAD,
        required=True,
        label_visibility="collapsed",
        key="roster-source",
        persist_state="session",
    )
    if way != st.session_state.get(_WAY):
        drop()
        st.session_state[_WAY] = way
    if way == THERE:
        with loaders.or_stop():
            records = hackathon.participants()
        if records:
            return _held(roster_draft.of_participants(records))
        st.info("Nobody is there yet.", icon=":material/group_off:")
        return None
    data, name = _uploaded() if way == UPLOAD else _pasted()
    return _read(data, name) if data else _as_left()


def _as_left() -> Draft | None:
    """Return the draft in progress, which its widgets forget while they are hidden."""
    held: Draft | None = st.session_state.get(DRAFT)
    if held is not None:
        st.button("Start over", icon=":material/restart_alt:", on_click=drop, key="roster-over")
    return held


def drop() -> None:
    """Discard the draft."""
    for name in (DRAFT, EDITS):
        st.session_state.pop(name, None)


def _file_changed() -> None:
    """Discard the draft when its file is removed."""
    if st.session_state.get("roster-file") is None:
        drop()


def _read(data: bytes, name: str) -> Draft | None:
    unnamed = roster_draft.digest_of(data, None)
    columns = st.session_state.get(_COLUMNS, {}).get(unnamed)
    held: Draft | None = st.session_state.get(DRAFT)
    if held is not None and held.digest == roster_draft.digest_of(data, columns):
        return held
    try:
        draft = roster_draft.read_draft(data, name, columns)
    except StudioError as error:
        loaders.show_problem(error)
        return None
    if draft.first.columns is None and draft.first.names:
        _ask_columns(draft, unnamed)
        return None
    return _held(draft)


def _held(draft: Draft) -> Draft:
    """Return the draft in progress if its source is the same, else start with this one."""
    held: Draft | None = st.session_state.get(DRAFT)
    if held is None or held.digest != draft.digest:
        st.session_state[DRAFT] = held = draft
    return held


def _uploaded() -> tuple[bytes, str]:
    file = st.file_uploader(
        "A table with a column for the e-mail address and one for the team",
        type=list(TYPES),
        key="roster-file",
        on_change=_file_changed,
    )
    st.download_button(
        "Template",
        template_csv(),
        "roster-template.csv",
        "text/csv",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        key="roster-template",
    )
    return (file.getvalue(), file.name) if file else (b"", "")


def _pasted() -> tuple[bytes, str]:
    text = st.text_area(
        "Rows copied from a spreadsheet, or CSV",
        placeholder="email,team\nada@example.com,1\ngrace@example.com,1",
        height=160,
        key="roster-pasted",
    )
    return (text or "").encode(), "pasted rows"


def _ask_columns(draft: Draft, digest: str) -> None:
    """Ask which columns to read, when their names are unknown."""
    for finding in roster_draft.whole_file(draft.first.findings):
        said = plain(f"{finding.sentence} {finding.remedy}")
        st.warning(said, icon=":material/help:")
    names = dict(enumerate(draft.first.names))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        email = _column("E-mail address is in", names, "roster-email-column")
        team = _column("Team is in", names, "roster-team-column")

        def take() -> None:
            chosen = st.session_state.setdefault(_COLUMNS, {})
            chosen[digest] = Columns(email, team)

        ready = email is not None and team is not None and email != team
        st.button(
            "Use these columns",
            type="primary",
            disabled=not ready,
            on_click=take,
            key="roster-columns",
        )


def _column(label: str, names: dict[int, str], key: str) -> int | None:
    return st.selectbox(
        label,
        list(names),
        index=None,
        format_func=names.__getitem__,
        placeholder="Choose a column",
        key=key,
        width=280,
    )
