"""Charts of the status, each with a text alternative.

The colours are of the Okabe-Ito palette, which people with any colour vision can distinguish
on light and dark backgrounds. Every chart also names the status.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

from studio_core.insight.status import MISSING, STOPPED
from studio_core.model.people import team_order
from studio_core.model.studio import Ownership, Status
from studio_core.wording import counted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from studio_core.insight.status import Summary
    from studio_core.model.studio import Snapshot

COLOURS = {
    Status.IN_SERVICE.value: "#009E73",
    Status.PENDING.value: "#E69F00",
    Status.UPDATING.value: "#E69F00",
    Status.DELETING.value: "#CC79A7",
    Status.FAILED.value: "#D55E00",
    Status.UPDATE_FAILED.value: "#D55E00",
    Status.DELETE_FAILED.value: "#D55E00",
    MISSING: "#D55E00",
    STOPPED: "#8C8C8C",
}
INSTANCES = ("#0072B2", "#56B4E9", "#E69F00", "#CC79A7", "#009E73", "#8C8C8C")
_TEAMS = alt.Axis(labelAngle=0, labelOverlap=True, titlePadding=4)
_ROW = 34
_SMALL = 260


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart with its text alternative."""

    chart: Any
    alt: str


def people_by_team(summary: Summary) -> Picture:
    """Draw the people per team, by the status of their profiles."""
    numbers: dict[tuple[str, str], int] = {}
    for person in summary.people:
        key = (person.team, person.profile_status)
        numbers[key] = numbers.get(key, 0) + 1
    frame = pd.DataFrame(
        [(team, status, number) for (team, status), number in numbers.items()],
        columns=["Team", "Profile", "People"],
    )
    order = [team.team for team in summary.teams]
    chart = (
        alt.Chart(frame)
        .mark_bar()
        .encode(
            x=alt.X("Team:N", scale=alt.Scale(domain=order), axis=_TEAMS),
            y=alt.Y("People:Q", axis=alt.Axis(tickMinStep=1), title=None),
            color=_status_colour("Profile", list(frame["Profile"])),
            tooltip=["Team:N", "Profile:N", "People:Q"],
        )
        .properties(height=_SMALL)
    )
    largest = max((team.people for team in summary.teams), default=0)
    return Picture(
        chart,
        f"People per team: {counted(summary.participants, 'person')} in "
        f"{counted(len(order), 'team')}, at most {largest} in one.",
    )


def by_status(counts: Mapping[str, int], what: str) -> Picture:
    """Draw how many resources have each status."""
    frame = pd.DataFrame(list(counts.items()), columns=["Status", "Number"])
    bars = (
        alt.Chart(frame)
        .mark_bar()
        .encode(
            x=alt.X("Number:Q", axis=alt.Axis(tickMinStep=1), title=None),
            y=alt.Y("Status:N", sort="-x", title=None, axis=alt.Axis(labelLimit=160)),
            color=_status_colour("Status", list(counts), legend=False),
            tooltip=["Status:N", "Number:Q"],
        )
    )
    said = ", ".join(f"{number} {status}" for status, number in counts.items()) or "none"
    height = max(_ROW * len(counts) + 40, 90)
    return Picture(bars.properties(height=height), f"{what.capitalize()} by status: {said}.")


def apps_by_team(summary: Summary, snapshot: Snapshot) -> Picture:
    """Draw the running apps of each team by instance type, including teams without any."""
    team_of = {
        record.space.casefold(): record.team
        for record in snapshot.records
        if record.space and record.event == snapshot.event
    }
    numbers: dict[tuple[str, str], int] = {}
    for app in snapshot.apps:
        if app.running and app.ownership is Ownership.OURS:
            team = team_of.get((app.space or "").casefold(), "none")
            key = (team, app.instance_type or "default")
            numbers[key] = numbers.get(key, 0) + 1
    frame = pd.DataFrame(
        [(team, instance, number) for (team, instance), number in numbers.items()],
        columns=["Team", "Instance", "Apps"],
    )
    order = sorted({team.team for team in summary.teams} | set(frame["Team"]), key=team_order)
    kinds = sorted(set(frame["Instance"]))
    chart = (
        alt.Chart(frame)
        .mark_bar()
        .encode(
            x=alt.X("Team:N", scale=alt.Scale(domain=order), axis=_TEAMS),
            y=alt.Y("Apps:Q", axis=alt.Axis(tickMinStep=1), title=None),
            color=alt.Color(
                "Instance:N",
                scale=alt.Scale(domain=kinds, range=[INSTANCES[i % 6] for i in range(len(kinds))]),
                legend=alt.Legend(title=None, orient="top", offset=4),
            ),
            tooltip=["Team:N", "Instance:N", "Apps:Q"],
        )
        .properties(height=_SMALL)
    )
    said = ", ".join(f"{n} on {i}" for i, n in sorted(summary.instances.items())) or "none"
    return Picture(chart, f"Running apps by team and instance type: {said}.")


def _status_colour(field: str, statuses: list[str], *, legend: bool = True) -> Any:
    domain = [status for status in COLOURS if status in set(statuses)]
    domain += sorted(set(statuses) - set(domain))
    return alt.Color(
        f"{field}:N",
        scale=alt.Scale(domain=domain, range=[COLOURS.get(status, "#8C8C8C") for status in domain]),
        legend=alt.Legend(title=None, orient="top", offset=4) if legend else None,
    )
