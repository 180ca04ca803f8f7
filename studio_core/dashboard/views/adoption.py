"""Card of the roster page: take over what the tool's first generation left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from studio_core.dashboard import loaders
from studio_core.dashboard.views.plan_steps import plan_steps
from studio_core.dashboard.views.run_progress import start_run
from studio_core.errors import StudioError
from studio_core.model.plans import Action
from studio_core.planning.adopt import shared_profiles
from studio_core.planning.before import from_before
from studio_core.planning.confirm import people_adopted
from studio_core.wording import by_kind, counted, plain

if TYPE_CHECKING:
    from studio_core.hackathon import Hackathon
    from studio_core.model.plans import Plan
    from studio_core.model.studio import Snapshot

_SHOWN = 12


def card(hackathon: Hackathon) -> None:
    """Offer adoption when the table names people from before."""
    try:
        snapshot = loaders.snapshot(hackathon)
        found = sorted({row.email for row in snapshot.records if row.from_before})
        if not found:
            return
        with st.container(border=True):
            st.markdown(f"**{counted(len(found), 'person')} from an earlier version of this tool**")
            st.markdown(plain(from_before(found)))
            st.markdown(
                f"Adopting makes them and what was made for them part of "
                f"{plain(hackathon.settings.event)}, as if it had been set up here: links work, "
                "setup keeps it, and purge deletes it. Only what a row names is taken over, and "
                "nothing that is another event's. There is no undo."
            )
            proposal = hackathon.propose_adopt(snapshot, keep=_choices(snapshot))
            _preview(proposal.plan)
            number = people_adopted(proposal.plan)
            st.button(
                f"Adopt {counted(number, 'person')}",
                type="primary",
                icon=":material/move_to_inbox:",
                disabled=proposal.plan.empty,
                on_click=start_run,
                args=(hackathon, proposal),
                key="adopt-do",
            )
    except StudioError as error:
        loaders.show_problem(error)


def _choices(snapshot: Snapshot) -> list[str]:
    """Ask who keeps each shared profile; return the addresses chosen so far."""
    chosen = [
        st.selectbox(
            f"Who keeps the profile {plain(one.profile.name)}?",
            one.emails,
            index=None,
            placeholder="Choose a person",
            help="These people share it. The others get a profile of their own at the next setup.",
            key=f"adopt-keep-{one.profile.name}",
        )
        for one in shared_profiles(snapshot)
    ]
    return [email for email in chosen if email]


def _preview(plan: Plan) -> None:
    if adopted := plan.counts(Action.ADOPT):
        st.markdown(f"This adopts {by_kind(adopted)}.")
    refused = [step for step in plan.steps if step.action is Action.SKIP]
    if refused:
        said = "  \n".join(f"{plain(s.name)}: {plain(s.reason)}." for s in refused[:_SHOWN])
        st.warning(f"**{counted(len(refused), 'thing')} left alone.**  \n{said}")
    plan_steps(plan, "adopt", "Every step of the adoption")
