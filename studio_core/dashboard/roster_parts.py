"""Parts of the roster page: where it comes from, corrections, what it would change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from studio_core.dashboard import downloads, drafts, loaders, tables
from studio_core.dashboard.loaders import plain
from studio_core.dashboard.words import by_kind, people, several
from studio_core.errors import StudioError
from studio_core.model import Action, Kind
from studio_core.roster import Columns, findings_csv, template_csv

if TYPE_CHECKING:
    from studio_core.dashboard.drafts import Draft
    from studio_core.hackathon import Hackathon
    from studio_core.model import Plan, Roster, Snapshot
    from studio_core.roster import Checked

UPLOAD, PASTE, THERE = "Upload a file", "Paste", "Who is there now"
TYPES = ("csv", "tsv", "txt", "xlsx", "xls", "xlsb", "ods")
_DRAFT = "_roster_draft"
_COLUMNS = "_roster_columns"
_ROWS_SHOWN = 12


def source(hackathon: Hackathon) -> Draft | None:
    """Ask where the roster comes from, and give it as a draft, or None until there is one."""
    way = st.segmented_control(
        "Where the roster comes from",
        [UPLOAD, PASTE, THERE],
        default=UPLOAD,
        required=True,
        label_visibility="collapsed",
        key="roster-source",
    )
    if way == THERE:
        with loaders.or_stop():
            records = hackathon.participants()
        if records:
            return _held(drafts.of_participants(records))
        st.info("Nobody is there yet.", icon=":material/group_off:")
        return None
    data, name = _uploaded() if way == UPLOAD else _pasted()
    return _read(data, name) if data else None


def _read(data: bytes, name: str) -> Draft | None:
    unnamed = drafts.digest_of(data, None)
    columns = st.session_state.get(_COLUMNS, {}).get(unnamed)
    held: Draft | None = st.session_state.get(_DRAFT)
    if held is not None and held.digest == drafts.digest_of(data, columns):
        return held
    try:
        draft = drafts.read(data, name, columns)
    except StudioError as error:
        loaders.show_problem(error)
        return None
    if draft.first.columns is None and draft.first.names:
        _ask_columns(draft, unnamed)
        return None
    return _held(draft)


def _held(draft: Draft) -> Draft:
    """Keep a draft while its source is the same, with the people that were added to it."""
    held: Draft | None = st.session_state.get(_DRAFT)
    if held is None or held.digest != draft.digest:
        st.session_state[_DRAFT] = held = draft
    return held


def _uploaded() -> tuple[bytes, str]:
    file = st.file_uploader(
        "A table with a column for the e-mail address and one for the team",
        type=list(TYPES),
        key="roster-file",
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
    """Let the organiser say which columns to read, when their names do not tell."""
    for finding in drafts.whole_file(draft.first.findings):
        st.warning(f"{plain(finding.sentence)} {plain(finding.remedy)}", icon=":material/help:")
    names = dict(enumerate(draft.first.names))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        email = _column("E-mail address is in", names, "roster-email-column")
        team = _column("Team is in", names, "roster-team-column")

        def take() -> None:
            chosen = st.session_state.setdefault(_COLUMNS, {})
            chosen[digest] = Columns(email, team)

        ready = email is not None and team is not None and email != team
        st.button("Use these columns", type="primary", disabled=not ready, on_click=take)


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


def corrected(draft: Draft) -> Checked | None:
    """Show the rows with the findings beside them, to be corrected in place; check them anew."""
    edits: dict[str, Any] = dict(st.session_state.get(draft.key) or {})
    checked = draft.checked(edits)
    errors, warnings = len(checked.errors), len(checked.warnings)
    summary = (
        f"{people(len(checked.roster))} in {several(len(checked.roster.teams), 'team')}, "
        f"{several(errors, 'error')}, {several(warnings, 'warning')}"
    )
    st.subheader(f"From {plain(draft.name)}", anchor=False)
    if errors:
        st.error(
            f"**{summary}.** Correct the rows below or leave them out; then this can be applied.",
            icon=":material/error:",
        )
    else:
        st.markdown(f":green[:material/check_circle:] {summary}.")
    for finding in drafts.whole_file(checked.findings):
        show = st.error if finding in checked.errors else st.warning
        show(f"{plain(finding.sentence)} {plain(finding.remedy)}")
    if len(draft.base):
        _editor(draft, checked)
    _beside(draft, checked, edits)
    return checked if len(checked.roster) else None


def _editor(draft: Draft, checked: Checked) -> None:
    frame = drafts.editor_frame(draft, checked)
    st.data_editor(
        frame,
        hide_index=True,
        key=draft.key,
        height=min(len(frame), _ROWS_SHOWN) * 35 + 38,
        disabled=["Row", "Finding"],
        alt="The roster's rows to correct, with what was found about each",
        column_config={
            "Keep": st.column_config.CheckboxColumn("Keep", width=60),
            "Row": st.column_config.NumberColumn("Row", width=60),
            "E-mail": st.column_config.TextColumn("E-mail", width=260),
            "Team": st.column_config.TextColumn("Team", width=90),
            "Finding": st.column_config.TextColumn("What was found", width="large"),
        },
    )


def _beside(draft: Draft, checked: Checked, edits: dict[str, Any]) -> None:
    with st.container(horizontal=True):
        with st.popover("Add a person", icon=":material/person_add:"), st.form("add", border=False):
            st.text_input("E-mail", key="add-email")
            st.text_input("Team", key="add-team")
            st.form_submit_button("Add", on_click=_add, args=(draft, edits))
        if checked.findings:
            st.download_button(
                "Findings as CSV",
                findings_csv(checked.findings),
                "roster-findings.csv",
                "text/csv",
                icon=":material/download:",
                on_click="ignore",
                key="roster-findings",
            )
        st.download_button(
            "Corrected roster as CSV",
            drafts.corrected_csv(checked),
            "roster.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
            key="roster-corrected",
        )
    if checked.findings:
        with st.expander(f"All {several(len(checked.findings), 'finding')}"):
            st.dataframe(
                tables.findings(checked.findings), hide_index=True, alt="Everything that was found"
            )


def _add(draft: Draft, edits: dict[str, Any]) -> None:
    email, team = st.session_state["add-email"], st.session_state["add-team"]
    if email.strip():
        st.session_state[_DRAFT] = draft.with_person(edits, email, team)
        st.session_state["add-email"] = st.session_state["add-team"] = ""


def leaving(roster: Roster, snapshot: Snapshot) -> int:
    """Count the event's people whom the roster no longer names."""
    emails = {person.email for person in roster.participants}
    return sum(record.email not in emails for record in snapshot.records)


def ask_removal(number: int) -> bool:
    """Ask whether those who left shall go; another number has to be agreed to anew."""
    if not number:
        return False
    return st.checkbox(
        f"Also remove the {people(number)} who left, with their profiles",
        help="Otherwise they stay as they are. A team's space goes with the last of its people.",
        key=f"roster-remove-{number}",
    )


def preview(plan: Plan, left: int) -> None:
    """Show the plan in numbers, and step by step for who wants to see it."""
    rows = [step for step in plan.steps if step.kind is Kind.ROW]
    created = plan.counts(Action.CREATE)
    numbers = {
        "New people": sum(step.action is Action.CREATE for step in rows),
        "Moved or renewed": sum(step.action is Action.UPDATE for step in rows),
        "Kept": sum(step.action is Action.KEEP for step in rows),
        "Leaving": left,
        "Profiles to create": created.get(Kind.PROFILE, 0),
        "Spaces to create": created.get(Kind.SPACE, 0),
    }
    with st.grid(6, min_column_width=130):
        for label, number in numbers.items():
            st.metric(label, number, border=True)
    refused = [
        s for s in plan.steps if s.action is Action.SKIP and not s.key.startswith("leaving:")
    ]
    if refused:
        said = "  \n".join(f"{plain(s.name)}: {plain(s.reason)}." for s in refused[:_ROWS_SHOWN])
        st.warning(f"**{several(len(refused), 'thing')} left alone.**  \n{said}")
    with st.expander(f"The plan, step by step ({several(len(plan.steps), 'step')})"):
        st.dataframe(
            tables.plan(plan), hide_index=True, key="roster-plan", alt="Every step of the plan"
        )
        st.download_button(
            "Plan as CSV",
            lambda: downloads.plan_csv(plan).encode(),
            f"{plan.event}-setup-plan.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
            key="roster-plan-csv",
        )


def apply_label(plan: Plan) -> str:
    """Say on the button what it does."""
    created, deleted = plan.counts(Action.CREATE), plan.counts(Action.DELETE)
    parts = [f"create {by_kind(created)}"] if created else []
    if moved := sum(plan.counts(Action.UPDATE).values()):
        parts.append(f"update {several(moved, 'table row')}")
    if deleted:
        parts.append(f"delete {by_kind(deleted)}")
    return f"Apply: {', '.join(parts)}" if parts else "Apply"
