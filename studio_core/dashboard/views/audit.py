"""Settings page: who may sign in, and the audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from studio_core.audit import audit_csv
from studio_core.audit.chain import Verdict
from studio_core.audit.entry import MALFORMED
from studio_core.dashboard import loaders, visitor
from studio_core.errors import AwsError
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
        checked = loaders.audit_chains(hackathon)
    told, whole = chain_state(checked, entries)
    mark = ":green[:material/link:]" if whole else ":red[:material/link_off:]"
    st.markdown(f"{mark} {plain(told)}")
    if not entries:
        st.caption("Nothing is on record yet.")
        return
    st.dataframe(frame(entries), hide_index=True, key="audit", alt="Who did what, newest first")
    st.download_button(
        "Record as CSV",
        visitor.deferred(lambda: _download(hackathon)),
        f"{hackathon.settings.event}-audit.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
        key="audit-csv",
    )


def chain_state(
    checked: Sequence[Verdict | AwsError], entries: Sequence[AuditEntry]
) -> tuple[str, bool]:
    """Return one line about the chains and malformed entries, and whether all is well."""
    errors = [one.sentence for one in checked if isinstance(one, AwsError)]
    verdicts = [one for one in checked if isinstance(one, Verdict)]
    problems = [*errors, *(problem for one in verdicts for problem in one.problems)]
    malformed = sum(entry.deed == MALFORMED for entry in entries)
    if not problems and not malformed:
        numbers = ", ".join(f"{one.entries:,}" for one in verdicts)
        return f"The chain is whole: {numbers} entries, none missing or changed.", True
    shown = f" Malformed entries below: {malformed:,}." if malformed else ""
    more = f" And {len(problems) - 1} more." if len(problems) > 1 else ""
    first = problems[0] if problems else ""
    return f"{first}{more}{shown} See `studio audit verify`.".strip(), False


def _download(hackathon: Hackathon) -> bytes:
    hackathon.note("audit log downloaded")
    return audit_csv(hackathon.recorded(DOWNLOADED)).encode()


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
