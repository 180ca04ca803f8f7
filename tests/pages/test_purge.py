"""The purge page: the plan, the arming, the proof."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import boto3
import pytest

from studio_core import config
from studio_core.clock import utcnow
from studio_core.dashboard.views import purge
from studio_core.model.runs import Lease
from tests.pages.apptest import as_shown

PAGE = "pages/purge.py"


def type_id(page, text):
    return page.text_input(key="purge-typed").set_value(text).run()


def test_the_plan_says_what_goes_and_what_stays_and_why(demo, visit):
    page = visit(PAGE)
    assert {m.label: m.value for m in page.metric} == {
        "Apps to delete": "2",
        "Spaces to delete": "4",
        "Profiles to delete": "13",
        "Table rows to delete": "12",
    }
    assert any(
        "1 app, 1 space and 1 profile stay: not of this event" in m.value for m in page.markdown
    )
    steps = page.dataframe[0].value
    assert list(steps["What"]).count("Delete") == 31


@pytest.mark.parametrize("change", [str.upper, lambda i: i[:-1], lambda i: f"{i} x", lambda i: ""])
def test_only_the_exact_id_arms(demo, visit, change):
    page = type_id(visit(PAGE), change(demo.domain_id))
    assert page.button(key="purge-do").disabled


def test_a_purge_ends_with_nothing_left(demo, visit, ended):
    page = type_id(visit(PAGE), f"  {demo.domain_id} ")
    page.button(key="purge-do").click().run()
    page = ended(page)
    assert "Nothing is left" in page.success[0].value
    assert "Deleted 2 apps, 4 spaces, 13 profiles and 12 table rows." in " ".join(
        m.value for m in page.markdown
    )
    assert "nothing to remove" in page.success[1].value
    names = [
        p["UserProfileName"]
        for p in boto3.client("sagemaker").list_user_profiles(DomainIdEquals=demo.domain_id)[
            "UserProfiles"
        ]
    ]
    assert names == ["instructor-grace"]


def test_before_the_end_it_asks_once_more(demo, visit):
    config.save(replace(demo, ends_on="2999-12-31"))
    page = type_id(visit(PAGE), demo.domain_id)
    assert page.button(key="purge-do").disabled
    page.checkbox(key="purge-early").check().run()
    assert not page.button(key="purge-do").disabled


def test_the_whole_domain_asks_on_its_own_and_takes_all(demo, visit, ended):
    page = visit(PAGE)
    page.segmented_control(key="purge-scope").set_value("domain").run()
    page = type_id(page, demo.domain_id)
    assert page.button(key="purge-do").disabled
    assert "1 app, 1 space and 1 profile" in page.checkbox(key="purge-whole").label
    page.checkbox(key="purge-whole").check().run()
    page.button(key="purge-do").click().run()
    page = ended(page)
    assert "Nothing is left" in page.success[0].value
    listed = boto3.client("sagemaker").list_user_profiles(DomainIdEquals=demo.domain_id)
    assert listed["UserProfiles"] == []


def test_apps_can_be_stopped_first(demo, visit, ended, core):
    page = visit(PAGE)
    assert "$0.11 an hour" in " ".join(m.value for m in page.markdown)
    page.button(key="purge-stop").click().run()
    page = ended(page)
    assert "Stopping apps is done" in page.success[0].value
    assert core().status().participants == 12
    assert not [b for b in page.button if b.key == "purge-stop"]


def test_a_click_that_the_browser_forged_purges_nothing(demo, visit, core):
    page = visit(PAGE)
    assert page.button(key="purge-do").disabled
    proposal = core().propose_purge()
    purge.start_purge(config.load(), core(), proposal, utcnow().date())
    assert core().current_run() is None


def test_a_run_elsewhere_is_said_and_holds_everything_back(demo, visit, core):
    now = utcnow()
    lease = Lease("bo@desk", "setup", "desk:1:abc", now, now + timedelta(minutes=1))
    core().table.take_lease(demo.event, lease)
    page = visit(PAGE)
    assert "bo@desk runs setup" in as_shown(page.info[0].value)
    assert not page.metric
