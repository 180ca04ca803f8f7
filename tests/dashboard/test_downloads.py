"""Files for download."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime

from studio_core.dashboard import downloads, tables
from studio_core.dashboard.registry import PAGE_OF_RUN
from studio_core.model.links import Link, LinkFailure
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


def rows(text):
    return list(csv.reader(io.StringIO(text)))


def test_every_purpose_has_its_page():
    assert set(PAGE_OF_RUN) == set(Purpose)


def test_a_report_as_csv_and_json_names_what_failed_and_what_is_left():
    table = rows(downloads.report_csv(REPORT))
    assert table[1] == [
        "Failed",
        "Create",
        "space",
        "'=team-1",
        "the quota is reached",
        "Ask for more.",
    ]
    assert table[2] == ["Left", "", "space", "team-1", "not there yet", ""]
    facts = json.loads(downloads.report_json(REPORT))
    assert facts["ok"] is False
    assert facts["kept"] == {"profile": 1}
    assert facts["failed"] == [
        {"kind": "space", "name": "=team-1", "reason": "the quota is reached"}
    ]
    assert facts["left"] == [{"kind": "space", "name": "team-1", "reason": "not there yet"}]


def test_a_plan_shows_what_changes_before_what_stays():
    assert list(tables.plan(PLAN)["What"]) == ["Create", "Keep"]
    assert rows(downloads.plan_csv(PLAN))[2] == ["Create", "space", "'=team-1", ""]


def test_a_csv_for_a_spreadsheet_runs_nothing_and_holds_the_reason_of_a_failure():
    bad = LinkFailure('=HYPERLINK("x")@example.com', "1", "has no profile yet")
    rows = list(csv.reader(io.StringIO(downloads.links_csv([LINK, bad]))))
    assert rows[0] == ["email", "team", "profile", "space", "url", "expires_at", "reason"]
    assert rows[1][4:6] == [LINK.url, "2030-01-01T12:05:00+00:00"]
    assert rows[2][0].startswith("'=")
    assert rows[2][-1] == "has no profile yet"
    only = downloads.links_csv([LINK]).splitlines()[0]
    assert only == "email,team,profile,space,url,expires_at"
