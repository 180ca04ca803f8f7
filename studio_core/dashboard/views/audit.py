"""Settings page: who may sign in, and the audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from studio_core.audit import audit_csv
from studio_core.dashboard import loaders
from studio_core.wording import plain

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from studio_core.audit import AuditEntry
    from studio_core.config import Settings
    from studio_core.hackathon import Hackathon

SHOWN = 200
DOWNLOADED = 100_000


def people_fields(settings: Settings, overridden: Collection[str]) -> dict[str, str]:
    """Ask who may sign in, and for the audit table; return the settings by name."""
    st.subheader("Who gets in", anchor=False)
    left, middle, right = st.columns(3)
    organisers = left.text_input(
        "Organisers",
        settings.organisers,
        placeholder="ana@example.com, @example.org",
        help="Who may sign in and do everything, where sign-in (OIDC) is set up. Addresses, or "
        "domains with their @.",
        disabled="organisers" in overridden,
        key="organisers",
    )
    helpers = middle.text_input(
        "Helpers",
        settings.helpers,
        placeholder="bo@example.com",
        help="Who may sign in to see the status and make links for one person at a time.",
        disabled="helpers" in overridden,
        key="helpers",
    )
    table = right.text_input(
        "Audit table",
        settings.audit_table,
        placeholder="None",
        help="A DynamoDB table that keeps the record beyond this machine; it is created when it "
        "is missing.",
        disabled="audit_table" in overridden,
        key="audit-table",
    )
    return {"organisers": organisers, "helpers": helpers, "audit_table": table}


def audit_log(hackathon: Hackathon) -> None:
    """Show the newest entries of the audit log, and offer all of them as a download."""
    st.subheader("Who did what", anchor=False)
    with loaders.or_stop():
        entries = hackathon.recorded(SHOWN)
    if hackathon.audit.unsent:
        st.warning(
            f"The audit table does not take entries: {plain(hackathon.audit.unsent)} "
            "They are kept on this machine.",
            icon=":material/warning:",
        )
    if not entries:
        st.caption("Nothing is on record yet.")
        return
    st.dataframe(frame(entries), hide_index=True, key="audit", alt="Who did what, newest first")
    st.download_button(
        "Record as CSV",
        lambda: audit_csv(hackathon.recorded(DOWNLOADED)).encode(),
        f"{hackathon.settings.event}-audit.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
        key="audit-csv",
    )


def frame(entries: Sequence[AuditEntry]) -> pd.DataFrame:
    """Return entries as a table, with the column names that people see."""
    columns = ["When (UTC)", "Who", "Role", "By", "From", "What", "Whom or what", "Outcome"]
    rows = [
        (
            f"{entry.at:%Y-%m-%d %H:%M:%S}",
            entry.actor.name,
            entry.actor.role.value,
            entry.actor.via,
            entry.actor.address,
            entry.deed,
            entry.subject,
            entry.outcome,
        )
        for entry in entries
    ]
    return pd.DataFrame(rows, columns=columns)
