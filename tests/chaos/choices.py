"""What hypothesis chooses from: people, teams, weather, deeds and their moments."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.chaos.calls import LOOK, Moment
from tests.chaos.cast import EVENTS, ORGANISERS, PEOPLE, TEAMS
from tests.chaos.deeds import Act
from tests.chaos.orders import WEATHER

events = st.sampled_from((*EVENTS[:1] * 2, *EVENTS))
organisers = st.sampled_from(ORGANISERS)
numbers = st.integers(0, 2 * len(PEOPLE) - 1)
people = st.sampled_from(PEOPLE)
teams = st.sampled_from(TEAMS)
weathers = st.sampled_from(("calm",) * 4 + tuple(WEATHER))
skews = st.sampled_from((0.0, 0.0, 90.0, -90.0))

_MOMENTS = {
    "sets up": (
        Moment("lease taken"), Moment("row written"), Moment("CreateUserProfile"),
        Moment("CreateUserProfile", 2), Moment("CreateSpace"), Moment("ListUserProfiles", 2),
    ),
    "takes down": (
        Moment("lease taken"), Moment("DeleteApp"), Moment("DeleteSpace"),
        Moment("DeleteUserProfile"), Moment("ListApps"), Moment("ListSpaces", 2),
    ),
    "starts": (Moment("lease taken"), Moment("CreateApp"), Moment("ListApps")),
}  # fmt: skip
DEEDS_ALONE = (
    "opens app", "opens app", "makes space", "opens classic", "closes app", "takes name",
    "console deletes space", "console deletes profile", "console deletion sticks",
)  # fmt: skip
"""What people and others do at any time."""

_DEEDS = (*DEEDS_ALONE, "network fails", "killed", "evicted", "other run")
"""And what only means something while a run goes on."""


def acts(run: str) -> st.SearchStrategy[tuple[Act, ...]]:
    """What others do in a run: before it starts, or at one of the moments of its kind."""
    moment = st.sampled_from((None, LOOK, *_MOMENTS[run]))
    act = st.builds(Act, st.sampled_from(_DEEDS), numbers, moment)
    return st.lists(act, max_size=2).map(tuple)
