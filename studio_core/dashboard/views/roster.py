"""Roster page: the editor with its findings, and the preview of the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from studio_core.dashboard import tables
from studio_core.dashboard.views import roster_draft
from studio_core.dashboard.views.plan_steps import plan_steps
from studio_core.dashboard.views.roster_source import DRAFT, EDITS
from studio_core.dashboard.views.run_progress import start_run
from studio_core.errors import GuardError
from studio_core.model.plans import Action
from studio_core.model.studio import Kind
from studio_core.planning.confirm import confirm_spaces, spaces_removed
from studio_core.planning.setup import UNUSED
from studio_core.roster import findings_csv
from studio_core.wording import by_kind, counted, plain

if TYPE_CHECKING:
    from studio_core.dashboard.views.roster_draft import Draft
    from studio_core.engine.run import Proposal
    from studio_core.hackathon import Hackathon
    from studio_core.model.people import Roster
    from studio_core.model.plans import Plan
    from studio_core.model.studio import Snapshot
    from studio_core.roster import Checked

_ROWS_SHOWN = 12


def corrected(draft: Draft) -> Checked | None:
    """Show the rows in an editor with their findings; return the check, or None without people."""
    draft, edits = _edited(draft)
    checked = draft.checked(edits)
    errors, warnings = len(checked.errors), len(checked.warnings)
    summary = (
        f"{counted(len(checked.roster), 'person')} in "
        f"{counted(len(checked.roster.teams), 'team')}, "
        f"{counted(errors, 'error')}, {counted(warnings, 'warning')}"
    )
    st.subheader(f"From {plain(draft.name)}", anchor=False)
    if errors:
        st.error(
            f"**{summary}.** Correct the rows below or leave them out; then this can be applied.",
            icon=":material/error:",
        )
    else:
        st.markdown(f":green[:material/check_circle:] {summary}.")
    for finding in roster_draft.whole_file(checked.findings):
        show = st.error if finding in checked.errors else st.warning
        show(f"{plain(finding.sentence)} {plain(finding.remedy)}")
    if len(draft.base):
        _editor(draft, checked)
    _beside(draft, checked, edits)
    return checked if len(checked.roster) else None


def _edited(draft: Draft) -> tuple[Draft, dict[str, Any]]:
    """Return the draft and its edits, restoring edits that a hidden editor has lost."""
    key, typed = st.session_state.get(EDITS, ("", {}))
    if draft.key not in st.session_state and key == draft.key:
        draft = draft.folded(typed)
        st.session_state[DRAFT] = draft
    edits: dict[str, Any] = dict(st.session_state.get(draft.key) or {})
    st.session_state[EDITS] = (draft.key, edits)
    return draft, edits


def _editor(draft: Draft, checked: Checked) -> None:
    frame = roster_draft.editor_frame(draft, checked)
    st.data_editor(
        frame,
        hide_index=True,
        key=draft.key,
        height=min(len(frame), _ROWS_SHOWN) * 35 + 38,
        disabled=["Row", "Finding"],
        alt="The roster's rows to correct, with what was found about each",
        column_config={
            "Keep": st.column_config.CheckboxColumn("Keep", width=90),
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
            roster_draft.corrected_csv(checked),
            "roster.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
            key="roster-corrected",
        )
    if checked.findings:
        label = f"What was found, and what to do ({len(checked.findings)})"
        with st.expander(label, expanded=not checked.ok):
            _findings(checked)


def _findings(checked: Checked) -> None:
    """Show the findings in rows that are high enough for two lines of text."""
    st.dataframe(
        tables.findings(checked.findings),
        hide_index=True,
        row_height=74,
        alt="Everything that was found in the roster, and what to do about it",
        column_config={
            "Row": st.column_config.NumberColumn("Row", width=50),
            "Is": st.column_config.TextColumn("Is", width=75),
            "Value": st.column_config.TextColumn("Value", width=150),
            "Finding": st.column_config.TextColumn("Finding", width=280),
            "What to do": st.column_config.TextColumn("What to do", width=220),
        },
    )


def _add(draft: Draft, edits: dict[str, Any]) -> None:
    email, team = st.session_state["add-email"], st.session_state["add-team"]
    if email.strip():
        st.session_state[DRAFT] = draft.with_person(edits, email, team)
        st.session_state["add-email"] = st.session_state["add-team"] = ""


def count_leaving(roster: Roster, snapshot: Snapshot) -> int:
    """Return how many of the event's people the roster no longer names."""
    emails = {person.email for person in roster.participants}
    return sum(record.email not in emails for record in snapshot.records)


def count_unused(plan: Plan) -> int:
    """Return how many spaces a setup keeps although no team of the roster uses them."""
    return sum(step.reason == UNUSED for step in plan.steps)


def ask_removal(people: int, spaces: int) -> bool:
    """Ask whether to remove who left and what nobody uses; other numbers are asked for anew."""
    parts = []
    if people:
        parts.append(f"remove the {counted(people, 'person')} who left, with their profiles")
    if spaces:
        parts.append(f"delete the {counted(spaces, 'space')} that no team uses")
    if not parts:
        return False
    return st.checkbox(
        f"Also {' and '.join(parts)}",
        help="Otherwise they stay as they are. A team's space goes with the last of its people.",
        key=f"roster-remove-{people}" + (f"-{spaces}" if spaces else ""),
    )


def preview(plan: Plan, left: int) -> None:
    """Show the plan in numbers, and step by step when unfolded."""
    rows = [step for step in plan.steps if step.kind is Kind.ROW]
    created = plan.counts(Action.CREATE)
    moved = sum(step.reason.startswith("moves ") for step in rows)
    updated = sum(step.action is Action.UPDATE for step in rows) - moved
    numbers = {
        "New people": sum(step.action is Action.CREATE for step in rows),
        "Moved": moved,
        "Kept": sum(step.action is Action.KEEP for step in rows),
        "Leaving": left,
        "New profiles": created.get(Kind.PROFILE, 0),
        "New spaces": created.get(Kind.SPACE, 0),
    }
    if updated:
        numbers["Updated"] = updated
    with st.grid(len(numbers), min_column_width=108, gap="small"):
        for label, number in numbers.items():
            st.metric(label, number, border=True)
    refused = [
        s for s in plan.steps if s.action is Action.SKIP and not s.key.startswith("leaving:")
    ]
    if refused:
        said = "  \n".join(f"{plain(s.name)}: {plain(s.reason)}." for s in refused[:_ROWS_SHOWN])
        st.warning(f"**{counted(len(refused), 'thing')} left alone.**  \n{said}")
    plan_steps(plan, "roster", "Every step of the plan")


def apply(hackathon: Hackathon, proposal: Proposal) -> None:
    """Offer to apply the plan; spaces that go with their files are confirmed by their number."""
    plan = proposal.plan
    number = spaces_removed(plan)
    key = f"roster-spaces-{number}"
    if number:
        st.text_input(
            f"This deletes {counted(number, 'space')} and all files there, for good. "
            f"To confirm, type the number of spaces: {number}",
            key=key,
            live=True,
            width=360,
        )
    st.button(
        apply_label(plan),
        type="primary",
        icon=":material/play_arrow:",
        disabled=plan.empty or _refused(plan, key),
        on_click=_start,
        args=(hackathon, proposal, key),
        key="roster-apply",
    )


def _start(hackathon: Hackathon, proposal: Proposal, key: str) -> None:
    """Start the run if it is confirmed: a browser can also click a disabled button."""
    if not _refused(proposal.plan, key):
        start_run(hackathon, proposal)


def _refused(plan: Plan, key: str) -> bool:
    try:
        confirm_spaces(plan, st.session_state.get(key))
    except GuardError:
        return True
    return False


def apply_label(plan: Plan) -> str:
    """Return the label of the button, which says what it does."""
    created, deleted = plan.counts(Action.CREATE), plan.counts(Action.DELETE)
    parts = [f"create {by_kind(created)}"] if created else []
    if moved := sum(plan.counts(Action.UPDATE).values()):
        parts.append(f"update {counted(moved, 'table row')}")
    if deleted:
        parts.append(f"delete {by_kind(deleted)}")
    return f"Apply: {', '.join(parts)}" if parts else "Apply"
