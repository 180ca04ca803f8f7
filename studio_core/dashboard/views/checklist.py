"""Checklist of an event: five items, one of which is next."""

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
from studio_core.wording import PURPOSES, counted

if TYPE_CHECKING:
    from datetime import date

    from studio_core.config import Settings
    from studio_core.engine.progress import Progress
    from studio_core.insight.status import Summary


class ItemState(StrEnum):
    """State of a checklist item."""

    DONE = "done"
    NEXT = "next"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One thing to do, how far it is, and the page to do it on."""

    title: str
    sentence: str
    page: PageSpec
    state: ItemState = ItemState.LATER


def checklist(
    settings: Settings, summary: Summary | None, progress: Progress | None, today: date
) -> tuple[ChecklistItem, ...]:
    """Return the five items in order; exactly one of them is next.

    `summary` is None while the settings are incomplete; `progress` is of the latest run of
    this process. A run in progress is next, then what is due, then what is missing.
    """
    items: tuple[ChecklistItem, ...] = (
        ChecklistItem("Configure", _settings(settings), SETTINGS),
        ChecklistItem("Set up the teams", _roster(summary), ROSTER),
        ChecklistItem("Hand out login links", _links(summary), LINKS),
        ChecklistItem("Watch the event", _status(summary), STATUS),
        ChecklistItem("Purge", _purge(settings, summary, today), PURGE),
    )
    if progress is not None and not progress.ended:
        page = PAGE_OF_RUN[progress.purpose]
        now = f"{PURPOSES[progress.purpose]}: {progress.done:,} of {progress.total:,} done."
        items = tuple(replace(s, sentence=now) if s.page is page else s for s in items)
    else:
        page = _due(settings, summary, today)
    at = next(index for index, item in enumerate(items) if item.page is page)
    return tuple(replace(s, state=_state(index, at)) for index, s in enumerate(items))


def next_item(items: tuple[ChecklistItem, ...]) -> ChecklistItem:
    """Return the next item, or the first where the next is not for this visitor."""
    return next((item for item in items if item.state is ItemState.NEXT), items[0])


def _state(index: int, at: int) -> ItemState:
    if index == at:
        return ItemState.NEXT
    return ItemState.DONE if index < at else ItemState.LATER


def _due(settings: Settings, summary: Summary | None, today: date) -> PageSpec:
    if summary is None or settings.missing:
        return SETTINGS
    over = settings.end_date is not None and settings.end_date < today
    if not summary.participants:
        # A purge that was stopped may leave profiles or spaces without people.
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
    there = f"{counted(summary.participants, 'person')} in {counted(len(summary.teams), 'team')}"
    if waiting:
        return f"{there}; {counted(waiting, 'team')} not ready. Apply the roster again."
    return f"{there}, all ready."


def _links(summary: Summary | None) -> str:
    used = sum(bool(person.last_link_at) for person in summary.people) if summary else 0
    if used:
        return f"{counted(used, 'person')} got a link."
    return "Each link opens one person's team space and lasts five minutes."


def _status(summary: Summary | None) -> str:
    running = sum(summary.instances.values()) if summary else 0
    failed = len(summary.failed) if summary else 0
    said = f"{counted(running, 'app')} running" if running else "No app is running"
    return f"{said}; {counted(failed, 'app')} failed." if failed else f"{said}."


def _purge(settings: Settings, summary: Summary | None, today: date) -> str:
    if summary is not None and not (summary.profiles or summary.spaces or summary.participants):
        return "There is nothing to remove."
    end = settings.end_date
    if end is None:
        return "When the event is over, remove all that it created."
    if end < today:
        return f"The event ended on {end:%-d %B %Y}. Remove what it created."
    return f"The event runs until {end:%-d %B %Y}."
