"""The way through an event, and the one next thing to do on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from studio_core.dashboard.registry import (
    LINKS,
    PAGE_OF_RUN,
    PURGE,
    ROSTER,
    SETTINGS,
    STATUS,
    PageSpec,
)
from studio_core.dashboard.words import PURPOSES, people, several

if TYPE_CHECKING:
    from datetime import date

    from studio_core.config import Settings
    from studio_core.engine.progress import Progress
    from studio_core.insight.status import Summary


class StationState(StrEnum):
    """Where a station is on the way."""

    DONE = "done"
    NEXT = "next"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Station:
    """One thing to do: what, how it stands, and on which page."""

    title: str
    sentence: str
    page: PageSpec
    mark: StationState = StationState.LATER


def way(
    settings: Settings, summary: Summary | None, progress: Progress | None, today: date
) -> tuple[Station, ...]:
    """Give the five stations in order; exactly one of them is next.

    `summary` is None while the settings are incomplete; `progress` is of the newest run of
    this process. What goes on comes first, then what is due, then what is missing.
    """
    stations: tuple[Station, ...] = (
        Station("Configure", _settings(settings), SETTINGS),
        Station("Set up the teams", _roster(summary), ROSTER),
        Station("Hand out login links", _links(summary), LINKS),
        Station("Watch the event", _status(summary), STATUS),
        Station("Purge", _purge(settings, summary, today), PURGE),
    )
    if progress is not None and not progress.ended:
        page = PAGE_OF_RUN[progress.purpose]
        now = f"{PURPOSES[progress.purpose]}: {progress.done:,} of {progress.total:,} done."
        stations = tuple(replace(s, sentence=now) if s.page is page else s for s in stations)
    else:
        page = _due(settings, summary, today)
    at = next(index for index, station in enumerate(stations) if station.page is page)
    return tuple(replace(s, mark=_mark(index, at)) for index, s in enumerate(stations))


def next_station(stations: tuple[Station, ...]) -> Station:
    """Give the station that is next; the first where the next is not for whoever looks."""
    return next((station for station in stations if station.mark is StationState.NEXT), stations[0])


def _mark(index: int, at: int) -> StationState:
    if index == at:
        return StationState.NEXT
    return StationState.DONE if index < at else StationState.LATER


def _due(settings: Settings, summary: Summary | None, today: date) -> PageSpec:
    if summary is None or settings.missing:
        return SETTINGS
    over = settings.end_date is not None and settings.end_date < today
    if not summary.participants:
        # Without people there may still be something of ours, after a purge that was stopped.
        return PURGE if over and (summary.profiles or summary.spaces) else ROSTER
    if over:
        return PURGE
    if not all(team.set_up for team in summary.teams):
        return ROSTER
    handed_out = any(person.last_link_at for person in summary.people) or summary.apps
    return STATUS if handed_out else LINKS


def _settings(settings: Settings) -> str:
    if settings.missing:
        names = (name.replace("_", " ").removesuffix(" id") for name in settings.missing)
        return f"Choose {', '.join(names)}."
    return f"Domain {settings.domain_id} in {settings.region}."


def _roster(summary: Summary | None) -> str:
    if summary is None or not summary.participants:
        return "Upload the roster: one row a person, with e-mail and team."
    waiting = sum(not team.set_up for team in summary.teams)
    there = f"{people(summary.participants)} in {several(len(summary.teams), 'team')}"
    if waiting:
        return f"{there}; {several(waiting, 'team')} not ready. Apply the roster again."
    return f"{there}, all ready."


def _links(summary: Summary | None) -> str:
    used = sum(bool(person.last_link_at) for person in summary.people) if summary else 0
    if used:
        return f"{people(used)} got a link."
    return "Each link opens one person's team space and lasts five minutes."


def _status(summary: Summary | None) -> str:
    running = sum(summary.instances.values()) if summary else 0
    failed = len(summary.failed) if summary else 0
    said = f"{several(running, 'app')} running" if running else "No app is running"
    return f"{said}; {several(failed, 'app')} failed." if failed else f"{said}."


def _purge(settings: Settings, summary: Summary | None, today: date) -> str:
    if summary is not None and not (summary.profiles or summary.spaces or summary.participants):
        return "There is nothing to remove."
    end = settings.end_date
    if end is None:
        return "When the event is over, remove all that it created."
    if end < today:
        return f"The event ended on {end:%-d %B %Y}. Remove what it created."
    return f"The event runs until {end:%-d %B %Y}."
