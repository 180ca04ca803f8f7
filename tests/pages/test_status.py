"""The status page: numbers, charts, teams and their people, apps started and stopped."""

from __future__ import annotations

import json

import boto3

from studio_core.access.roles import Role
from studio_core.dashboard.views import status
from tests.admission import admitted

PAGE = "pages/status.py"


def test_numbers_charts_and_teams(demo, visit):
    page = visit(PAGE)
    assert {m.label: m.value for m in page.metric} == {
        "Participants": "12",
        "Teams ready": "4 of 4",
        "Apps running": "2",
        "Cost an hour": "$0.11",
    }
    charts = page.get("vega_lite_chart")
    assert len(charts) == 5
    alts = [chart.proto.alt for chart in charts]
    assert "People per team: 12 people in 4 teams, at most 3 in one." in alts
    assert "Running apps by team and instance type: 2 on ml.t3.medium." in alts
    assert "Spaces by status: 4 InService." in alts
    teams = page.dataframe[0].value
    assert list(teams["Team"]) == ["1", "2", "3", "4"]
    assert list(teams["App is"]).count("Stopped") == 2
    assert "1 app, 1 space and 1 profile" in page.caption[-1].value


def test_charts_name_every_status_and_team_beside_its_colour(demo, visit):
    page = visit(PAGE)
    specs = [json.loads(chart.proto.spec) for chart in page.get("vega_lite_chart")]
    domains = [spec["encoding"]["color"]["scale"]["domain"] for spec in specs]
    assert ["InService"] in domains
    assert ["1", "2", "3", "4"] in [
        spec["encoding"]["x"].get("scale", {}).get("domain") for spec in specs
    ]


def test_a_search_for_a_person_finds_the_team(demo, visit):
    page = visit(PAGE)
    page.text_input(key="team-search").set_value("NIKLAS example.org").run()
    assert list(page.dataframe[0].value["Team"]) == ["2"]
    page.text_input(key="team-search").set_value("nobody at all").run()
    assert page.dataframe[0].value.empty


def test_a_team_opens_to_its_people(demo, visit):
    page = visit(PAGE)
    page.selectbox(key="team-choice").select("2").run()
    people = page.dataframe[-1].value
    assert "niklas@example.org" in set(people["E-mail"])
    assert set(people["Team"]) == {"2"}


def test_apps_of_a_team_are_started_with_the_count_and_others_left(demo, visit, ended, core):
    page = visit(PAGE)
    page.selectbox(key="team-choice").select("3").run()
    assert page.button(key="start-apps-do").label == "Start 1 app"
    assert "1 app** of team 3" in " ".join(m.value for m in page.markdown)
    page.button(key="start-apps-do").click().run()
    page = ended(page)
    assert "Starting apps is done" in page.success[0].value
    apps = boto3.client("sagemaker").list_apps(DomainIdEquals=demo.domain_id)["Apps"]
    assert sorted(a["SpaceName"] for a in apps if a["SpaceName"].startswith("team-")) == [
        "team-1",
        "team-2",
        "team-3",
    ]


def test_all_apps_are_stopped_and_those_of_others_run_on(demo, visit, ended):
    page = visit(PAGE)
    assert page.button(key="stop-apps-do").label == "Stop 2 apps"
    page.button(key="stop-apps-do").click().run()
    page = ended(page)
    assert "Stopping apps is done" in page.success[0].value
    assert next(m.value for m in page.metric if m.label == "Apps running") == "0"
    apps = boto3.client("sagemaker").list_apps(DomainIdEquals=demo.domain_id)["Apps"]
    assert [a["SpaceName"] for a in apps if a["Status"] == "InService"] == [
        "instructor-grace-notes"
    ]


def test_an_empty_event_leads_to_the_roster(empty, visit):
    page = visit(PAGE)
    assert "Upload the roster first" in page.info[0].value
    assert not page.get("vega_lite_chart")


def test_a_fault_of_the_program_is_said_and_logged(demo, visit, core, caplog, monkeypatch):
    page = visit(PAGE)
    hackathon = core()

    def broken(*_args):
        raise ZeroDivisionError("0 by 0")

    monkeypatch.setattr(hackathon._backend, "applier", broken)
    hackathon.start(hackathon.propose_stop_apps()).join(20)
    page.run()
    assert "broke off" in page.error[0].value
    assert "0 by 0" not in page.error[0].value
    assert [r for r in caplog.records if "broke off" in r.message and r.exc_info]
    page.button(key="run-close").click().run()
    assert not page.error


def test_a_failed_app_shows_its_reason_and_is_started_again_alone(
    demo, visit, ended, core, control
):
    control.faults(app_failure_rate=1)
    core().run(core().propose_start_apps("3"))
    control.faults()
    page = visit(PAGE)
    (teams,) = [frame.value for frame in page.dataframe if "App is" in frame.value]
    assert list(teams["App is"]).count("Failed") == 1
    assert next(m.value for m in page.metric if m.label == "Teams ready") == "3 of 4"
    said = " ".join(m.value for m in page.markdown)
    assert "1 app failed" in said
    assert "This is a fault set in the sandbox." in said
    page.button(key="retry-team-3/JupyterLab/default").click().run()
    page = ended(page)
    assert "Starting apps is done" in page.success[0].value
    assert "failed" not in " ".join(m.value for m in page.markdown)
    assert next(m.value for m in page.metric if m.label == "Apps running") == "3"


def test_a_helper_sees_failed_apps_and_cannot_start_them(demo, visit, core, control):
    control.faults(app_failure_rate=1)
    core().run(core().propose_start_apps("3"))
    control.faults()
    with admitted(Role.HELPER):
        page = visit(PAGE)
    assert "1 app failed" in " ".join(m.value for m in page.markdown)
    assert not [button for button in page.button if button.label == "Retry"]


def test_of_many_failed_apps_the_first_are_shown(demo, visit, core, control, monkeypatch):
    monkeypatch.setattr(status, "MOST_FAILED", 1)
    core().run(core().propose_stop_apps())
    control.faults(app_failure_rate=1)
    core().run(core().propose_start_apps())
    control.faults()
    page = visit(PAGE)
    assert [button.label for button in page.button].count("Retry") == 1
    assert "And 3 more" in " ".join(c.value for c in page.caption)
