"""Tables of the pages: their order, and searching them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from studio_core.dashboard import tables
from studio_core.insight.status import TeamStatus
from studio_core.model.links import Link
from studio_core.model.people import Record
from studio_core.model.plans import Action, Plan, Purpose, Step
from studio_core.model.runs import Leftover, Outcome, Report, Result
from studio_core.model.studio import Identity, Kind, Space

SOON = datetime(2030, 1, 1, 12, 5, tzinfo=UTC)
LINK = Link("ada@example.com", "1", "ada", "team-1", SOON, "https://studio.example/auth?token=abc")
HERE = Identity("123456789012", "eu-west-1", "d-1")
SPACE = Step("space:team-1", Action.CREATE, Kind.SPACE, "=team-1", Space("team-1", "Pending"))
HOST = Step("profile:h", Action.KEEP, Kind.PROFILE, "h", Space("h", "InService"))
PLAN = Plan(Purpose.SETUP, HERE, "demo", (HOST, SPACE))
REPORT = Report(
    PLAN,
    (Outcome(SPACE, Result.FAILED, "the quota is reached", "Ask for more."),),
    (Leftover(Kind.SPACE, "team-1", "not there yet"),),
)


def test_results_show_failures_first():
    done = Outcome(HOST, Result.DONE)
    report = Report(PLAN, (done, *REPORT.outcomes))
    assert list(tables.outcomes(report)["Result"]) == ["Failed", "Done"]


@pytest.mark.parametrize(
    ("text", "found"), [("", 2), ("TEAM-1", 1), ("ready ada", 1), ("ada bo", 0), ("stopped", 2)]
)
def test_a_search_wants_every_word_somewhere(text, found):
    frame = tables.teams(
        [
            TeamStatus("1", 2, 2, "team-1", "ready", "Stopped", ""),
            TeamStatus("2", 1, 1, "team-2", "ready", "Stopped", ""),
        ]
    )
    assert len(tables.searched(frame, text, {0: "ada@example.com", 1: "bo@example.com"})) == found


def test_an_expired_link_is_not_sent_any_more():
    record = Record("ada@example.com", "1", "d-1", "demo", "ada", "team-1")
    before, after = SOON - timedelta(seconds=40), SOON + timedelta(seconds=1)
    fresh = tables.links([record], {record.email: LINK}, before).iloc[0]
    assert (fresh["Link"], fresh["Valid for"], fresh["Note"]) == (LINK.url, 40, "")
    gone = tables.links([record], {record.email: LINK}, after).iloc[0]
    assert gone["Link"] is None
    assert gone["Note"] == "Expired"
