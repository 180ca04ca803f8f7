"""A plan, step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from studio_core.dashboard import downloads, tables, visitor
from studio_core.wording import counted

if TYPE_CHECKING:
    from studio_core.model.plans import Plan


def plan_steps(plan: Plan, page: str, alt: str) -> None:
    """Show every step of a plan, folded, with a download; `page` begins the widgets' keys."""
    with st.expander(f"The plan, step by step ({counted(len(plan.steps), 'step')})"):
        st.dataframe(tables.plan(plan), hide_index=True, key=f"{page}-plan", alt=alt)
        st.download_button(
            "Plan as CSV",
            visitor.deferred(lambda: downloads.plan_csv(plan).encode()),
            f"{plan.event}-{plan.purpose}-plan.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
            key=f"{page}-plan-csv",
        )
