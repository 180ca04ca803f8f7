"""The links page: nothing minted and nothing sent before it is asked for."""

from __future__ import annotations

import gc

from studio_core.model.links import Link
from studio_core.sandbox.demo import control
from tests.pages.apptest import as_shown

PAGE = "pages/links.py"


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
    assert as_shown(page.button(key="links-show").label) == "Show links for niklas@example.org"
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
