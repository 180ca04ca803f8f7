"""Pages by role: what a helper finds there, and what an organiser does."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from studio_core import config
from studio_core.access.roles import Act, Actor, Role
from studio_core.dashboard.registry import BY_NAME, HOME
from studio_core.dashboard.views import settings
from studio_core.errors import GuardError
from studio_core.model.people import Participant, Roster
from tests.admission import admitted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from studio_core.hackathon import Hackathon

ENTRY = str(Path(__file__).resolve().parents[2] / "streamlit_app.py")
ROSTER = Roster((Participant("ada@example.com", "1"), Participant("bo@example.com", "2")))


@pytest.fixture(autouse=True)
def _no_caches() -> Iterator[None]:
    """What a page has seen must not be seen by the pages of the next test."""
    yield
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def event(hackathon: Hackathon) -> Hackathon:
    assert hackathon.run(hackathon.propose_setup(ROSTER)).ok
    config.save(hackathon.pinned())
    return hackathon


def test_every_page_begins_with_the_guard():
    """So that a page opened by its own address shows nothing before somebody has been let in."""
    files = sorted((Path(ENTRY).parent / "pages").glob("*.py"))
    assert [file.stem for file in files] == sorted(set(BY_NAME) - {HOME.name})
    for file in files:
        body = ast.parse(file.read_text()).body
        imports = (ast.Import, ast.ImportFrom)
        statements = [n for n in body if not isinstance(n, imports)][1:]  # after the docstring
        constants = [n for n in statements if isinstance(n, ast.Assign) and _constant(n)]
        first = next(n for n in statements if n not in constants)
        assert isinstance(first, ast.Assign), file
        assert ast.unparse(first.value).startswith(f"open_page('{file.stem}'"), file


def _constant(node: ast.Assign) -> bool:
    return isinstance(node.value, ast.Constant)


def opened(page: str, role: Role | None) -> AppTest:
    """A page as somebody of this role finds it; None is nobody the gate let in."""
    if role is None:
        return _page(page)
    with admitted(role):
        return _page(page)


def _page(page: str) -> AppTest:
    app = AppTest.from_file(ENTRY, default_timeout=30).run()
    if page:
        app.switch_page(f"pages/{page}.py").run()
    assert not app.exception
    return app


def said(app: AppTest) -> str:
    kinds = (app.title, app.error, app.warning, app.markdown, app.caption, app.subheader)
    return "\n".join(str(element.value) for elements in kinds for element in elements)


@pytest.mark.parametrize("page", ["", *sorted(set(BY_NAME) - {HOME.name})])
def test_nobody_is_told_how_to_start_it(event: Hackathon, page: str):
    if page:
        with admitted(Role.ORGANISER):
            app = AppTest.from_file(ENTRY, default_timeout=30).run()
        app.switch_page(f"pages/{page}.py").run()
    else:
        app = opened("", None)
    text = said(app)
    assert "Start the dashboard with its own command" in text
    assert [element.value for element in app.code] == ["studio dashboard"]
    assert [element.type for element in app.main][1:] == ["title", "error", "code", "markdown"]
    assert len(list(app.sidebar)) == 1  # the empty sidebar itself
    assert "ada@example.com" not in text
    assert not app.dataframe


@pytest.mark.parametrize(
    ("page", "act"), [("settings", Act.SETTINGS), ("roster", Act.SET_UP), ("purge", Act.PURGE)]
)
def test_helpers_are_told_that_a_page_is_not_for_them(event: Hackathon, page: str, act: Act):
    with admitted(Role.ORGANISER):
        app = AppTest.from_file(ENTRY, default_timeout=30).run()
        app.switch_page(f"pages/{page}.py").run()
        assert f"Helpers may not {act.value}" not in said(app)
    with admitted(Role.HELPER):
        app.run()
        assert f"Helpers may not {act.value}" in said(app)
        assert not app.button


def test_helpers_make_links_for_one_person_at_a_time(event: Hackathon):
    with admitted(Role.HELPER):
        app = opened("links", Role.HELPER)
        assert app.button(key="links-show").disabled
        app.text_input(key="links-search").set_value("ada@example.com").run()
        assert not app.button(key="links-show").disabled
        app.button(key="links-show").click().run()
        assert not app.error
    entry = next(e for e in event.recorded() if e.deed == "links asked for")
    assert entry.subject == "ada@example.com"
    assert entry.actor.role is Role.HELPER
    organiser = opened("links", Role.ORGANISER)
    assert not organiser.button(key="links-show").disabled


def test_a_button_does_nothing_for_somebody_who_was_shown_out(event: Hackathon):
    app = opened("links", Role.ORGANISER)  # and out again
    app.button(key="links-show").click().run()
    assert not app.exception
    assert not [e for e in event.recorded() if e.deed == "links asked for"]
    with admitted(Role.ORGANISER):
        app = _page("links")
        app.button(key="links-show").click().run()
    assert [e for e in event.recorded() if e.deed == "links asked for"]


def test_helpers_start_and_stop_nothing(event: Hackathon):
    keys = {"start-apps-do", "stop-apps-do"}
    helper = opened("status", Role.HELPER)
    assert not keys & {button.key for button in helper.button}
    organiser = opened("status", Role.ORGANISER)
    assert keys <= {button.key for button in organiser.button}


def test_the_record_is_shown_to_organisers_and_saving_is_on_it(event: Hackathon):
    with admitted(Role.ORGANISER):
        app = opened("settings", Role.ORGANISER)
        frame = next(f.value for f in app.dataframe if "Whom or what" in f.value.columns)
        assert "setup run" in set(frame["What"])
        app.text_input(key="organisers").set_value("ana@example.com")
        save = next(button for button in app.button if button.label == "Save")
        save.click().run()
        assert not app.exception
    assert config.load().organisers == "ana@example.com"
    entry = next(e for e in event.recorded() if e.deed == "settings saved")
    assert entry.details["changed"] == "organisers: not set to ana@example.com"
    assert entry.actor.via == "dashboard"


def test_saving_is_refused_to_helpers_even_without_the_page(event: Hackathon):
    helper = Actor("bo", Role.HELPER, "dashboard")
    with pytest.raises(GuardError, match="change the settings"):
        settings.save_settings(config.load_file(), {"event": "other"}, helper)
    assert config.load().event == event.settings.event
