"""The checklist of an event, and its next item."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from types import MappingProxyType

import pytest

from studio_core.config import Settings
from studio_core.dashboard.views.checklist import ItemState, checklist, next_item
from studio_core.engine.progress import Progress
from studio_core.insight.status import FailedApp, PersonStatus, Summary, TeamStatus
from studio_core.model.plans import Purpose
from studio_core.model.studio import App

TODAY = date(2026, 11, 22)
COMPLETE = Settings(region="eu-west-1", domain_id="d-1", table_name="people")
NOBODY = Summary(0, {}, {}, {}, {}, (), (), {})
READY = TeamStatus("1", 1, 1, "team-1", "InService", "Stopped", "")
ADA = PersonStatus("ada@example.com", "1", "ada", "InService", "team-1", "")
SET_UP = replace(NOBODY, participants=1, profiles={"InService": 2}, teams=(READY,), people=(ADA,))
HALF = replace(SET_UP, teams=(replace(READY, space_status="Pending"),))
RUNNING = replace(SET_UP, apps={"InService": 1}, instances={"ml.t3.medium": 1})
FAILED = App("JupyterLab", "default", "Failed", space="team-1")
FAILING = replace(
    SET_UP,
    apps={"Failed": 1},
    teams=(replace(READY, app_status="Failed"),),
    failed=(FailedApp(FAILED, "1"),),
)
OVER = replace(COMPLETE, ends_on="2026-11-20")


def going_on(purpose: Purpose, *, ended: bool = False) -> Progress:
    at = datetime(2026, 11, 22, tzinfo=UTC)
    return Progress(
        "r", purpose, "ana", "running", 3, 9, MappingProxyType({}), 0, (), at, ended, False
    )


@pytest.mark.parametrize(
    ("settings", "summary", "progress", "title"),
    [
        (Settings(), None, None, "Configure"),
        (COMPLETE, NOBODY, None, "Set up the teams"),
        (COMPLETE, HALF, None, "Set up the teams"),
        (COMPLETE, SET_UP, None, "Hand out login links"),
        (COMPLETE, RUNNING, None, "Watch the event"),
        (COMPLETE, FAILING, None, "Watch the event"),
        (replace(COMPLETE, ends_on="2026-11-22"), RUNNING, None, "Watch the event"),
        (OVER, RUNNING, None, "Purge"),
        (OVER, replace(NOBODY, profiles={"InService": 1}), None, "Purge"),
        (OVER, NOBODY, None, "Set up the teams"),
        (COMPLETE, NOBODY, going_on(Purpose.SETUP), "Set up the teams"),
        (COMPLETE, SET_UP, going_on(Purpose.PURGE), "Purge"),
        (COMPLETE, SET_UP, going_on(Purpose.PURGE, ended=True), "Hand out login links"),
    ],
)
def test_one_thing_is_next(settings, summary, progress, title):
    items = checklist(settings, summary, progress, TODAY)
    assert next_item(items).title == title
    assert [s.state for s in items].count(ItemState.NEXT) == 1


def test_what_goes_on_says_how_far_it_is():
    items = checklist(COMPLETE, SET_UP, going_on(Purpose.PURGE), TODAY)
    assert next_item(items).sentence == "Purging: 3 of 9 done."


def test_failed_apps_are_told_where_the_event_is_watched():
    said = {item.title: item.sentence for item in checklist(COMPLETE, FAILING, None, TODAY)}
    assert said["Watch the event"] == "No app is running; 1 app failed."
    assert said["Set up the teams"] == "1 person in 1 team, all ready."
