"""The links page: nothing minted and nothing sent before it is asked for."""

from __future__ import annotations

import csv
import gc
import io
import pickle
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from studio_core.dashboard import downloads, tables
from studio_core.dashboard.views import links
from studio_core.model.links import Link, LinkFailure
from studio_core.model.people import Record
from studio_core.sandbox.demo import control

PAGE = "pages/links.py"
SOON = datetime(2030, 1, 1, 12, 5, tzinfo=UTC)
LINK = Link("ada@example.com", "1", "ada", "team-1", SOON, "https://studio.example/auth?token=abc")


def sent(page):
    """Everything that the browser got, as text."""
    return repr(page._tree) + "".join(
        str(node.value.to_dict() if hasattr(node.value, "to_dict") else node.value)
        for node in page.dataframe
    )


def minted(sandbox):
    calls = control(sandbox.url, "GET", "calls")
    return calls.get("sagemaker.CreatePresignedDomainUrl", 0)


def test_no_link_is_made_or_sent_before_it_is_asked_for(demo, sandbox, visit):
    page = visit(PAGE)
    page.selectbox(key="links-team").select("2").run()
    page.text_input(key="links-search").set_value("niklas").run()
    assert minted(sandbox) == 0
    assert "Link" not in page.dataframe[0].value
    assert sandbox.url not in sent(page)


def test_links_of_a_team_come_with_the_seconds_they_last(demo, sandbox, visit):
    page = visit(PAGE)
    page.selectbox(key="links-team").select("2").run()
    assert page.button(key="links-show").label == "Show links for team 2 (3 people)"
    page.button(key="links-show").click().run()
    table = page.dataframe[0].value
    assert minted(sandbox) == 3
    assert table["Link"].str.startswith(sandbox.url).all()
    assert table["Valid for"].between(280, 300).all()
    # Others are still without a link, and what was shown is in no cache.
    page.selectbox(key="links-team").select("").run()
    assert page.dataframe[0].value["Link"].notna().sum() == 3
    assert minted(sandbox) == 3


def test_one_person_by_search(demo, sandbox, visit):
    page = visit(PAGE)
    page.text_input(key="links-search").set_value("niklas").run()
    assert page.button(key="links-show").disabled
    page.text_input(key="links-search").set_value("niklas@example.org").run()
    assert page.button(key="links-show").label == "Show links for niklas@example.org"
    page.button(key="links-show").click().run()
    assert minted(sandbox) == 1


def test_hidden_links_are_forgotten(demo, sandbox, visit):
    page = visit(PAGE)
    page.button(key="links-show").click().run()
    next(b for b in page.button if b.label == "Hide links").click().run()
    assert "Link" not in page.dataframe[0].value
    assert sandbox.url not in sent(page)


def alive():
    gc.collect()
    return sum(isinstance(thing, Link) for thing in gc.get_objects())


def test_hidden_links_are_held_by_no_cache_and_nothing_else(demo, sandbox, visit):
    page = visit(PAGE)
    before = alive()
    page.button(key="links-show").click().run()
    assert alive() == before + 12
    next(b for b in page.button if b.label == "Hide links").click().run()
    assert alive() == before


def test_a_csv_for_a_spreadsheet_runs_nothing_and_holds_the_reason_of_a_failure():
    bad = LinkFailure('=HYPERLINK("x")@example.com', "1", "has no profile yet")
    rows = list(csv.reader(io.StringIO(downloads.links_csv([LINK, bad]))))
    assert rows[0] == ["email", "team", "profile", "space", "url", "expires_at", "reason"]
    assert rows[1][4:6] == [LINK.url, "2030-01-01T12:05:00+00:00"]
    assert rows[2][0].startswith("'=")
    assert rows[2][-1] == "has no profile yet"
    only = downloads.links_csv([LINK]).splitlines()[0]
    assert only == "email,team,profile,space,url,expires_at"


def test_an_expired_link_is_not_sent_any_more():
    record = Record("ada@example.com", "1", "d-1", "demo", "ada", "team-1")
    before, after = SOON - timedelta(seconds=40), SOON + timedelta(seconds=1)
    fresh = tables.links([record], {record.email: LINK}, before).iloc[0]
    assert (fresh["Link"], fresh["Valid for"], fresh["Note"]) == (LINK.url, 40, "")
    gone = tables.links([record], {record.email: LINK}, after).iloc[0]
    assert gone["Link"] is None
    assert gone["Note"] == "Expired"


@pytest.mark.parametrize(
    ("team", "text", "words", "possible"),
    [
        ("", "", "all 3 people", True),
        ("1", "", "team 1 (2 people)", True),
        ("", "ada", "ada@example.com", True),
        ("", "example", "one person", False),
        ("", "nobody", "one person", False),
    ],
)
def test_buttons_say_for_whom_they_are(team, text, words, possible):
    ada = Record("ada@example.com", "1", "d-1", "demo", "ada", "team-1")
    alan = replace(ada, email="alan@example.com", profile="alan")
    kurt = replace(ada, email="kurt@example.com", profile="kurt", team="2")
    selection = links.selection_of(
        links.matching_records([ada, alan, kurt], team, text), team, text
    )
    assert (selection.label, selection.possible) == (words, possible)


def test_a_link_is_not_in_the_text_of_anything():
    assert "token" not in repr(LINK)
    assert b"token" in pickle.dumps(LINK)  # which is why it must not go into a cache
