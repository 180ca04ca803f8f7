"""What stands behind the pages, without a page: tables, files, the launcher."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import socket
import tomllib

import pytest

from studio_core.dashboard import downloads, tables
from studio_core.dashboard.registry import PAGE_OF_RUN, PAGES
from studio_core.dashboard.serving import headers, launch
from studio_core.dashboard.serving.tokens import GateSettings, Mode, is_loopback
from studio_core.errors import StudioError
from studio_core.insight.status import TeamStatus
from studio_core.model.plans import Action, Plan, Purpose, Step
from studio_core.model.runs import Leftover, Outcome, Report, Result
from studio_core.model.studio import Identity, Kind, Space

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


def test_the_entry_point_and_every_page_are_where_the_launcher_looks():
    folder = launch.script().parent
    assert all((folder / page.path).is_file() for page in PAGES)
    assert len({page.name for page in PAGES} | {page.title for page in PAGES}) == 10


def test_our_options_reach_the_server_and_the_users_win():
    base = {"STREAMLIT_THEME_LIGHT_PRIMARY_COLOR": "#123456", "HOME": "/home/ana"}
    given = launch.environment(base, access=GateSettings(Mode.OPEN))
    assert given["STREAMLIT_THEME_LIGHT_PRIMARY_COLOR"] == "#123456"
    assert given["STREAMLIT_BROWSER_GATHER_USAGE_STATS"] == "false"
    assert given["STREAMLIT_SERVER_FILE_WATCHER_TYPE"] == "none"
    assert json.loads(given["STREAMLIT_THEME_HEADING_FONT_WEIGHTS"])[0] == 650
    assert "localhost" in given["STREAMLIT_SERVER_ALLOWED_HOSTS"].split()
    assert given["HOME"] == "/home/ana"


def test_every_option_in_our_file_is_one_that_streamlit_knows():
    from streamlit import config as options

    text = (launch.script().parent / ".streamlit" / "config.toml").read_text()
    for name in launch._flat(tomllib.loads(text)):
        assert name in options._config_options_template, name


def test_a_port_that_is_taken_is_a_sentence():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StudioError, match=f"Port {port} cannot be listened at"):
            launch.run(port, "127.0.0.1", open_access=True)


@pytest.mark.parametrize(
    ("address", "ours"), [("127.0.0.1", True), ("::1", True), ("0.0.0.0", False)]
)
def test_loopback_is_told_from_the_rest(address, ours):
    assert is_loopback(address) is ours


def test_answers_have_our_headers_once_and_nothing_else_is_touched():
    seen = []

    async def inner(scope, receive, send):
        head = [(b"Referrer-Policy", b"unsafe-url"), (b"x-own", b"1")]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": b"ok"})

    async def send(message):
        seen.append(message)

    app = headers.SecurityHeaders(inner)
    asyncio.run(app({"type": "http"}, None, send))
    names = [name for name, _ in seen[0]["headers"]]
    assert names.count(b"referrer-policy") == 1
    assert b"Referrer-Policy" not in names
    assert (b"x-own", b"1") in seen[0]["headers"]
    assert seen[1]["body"] == b"ok"
