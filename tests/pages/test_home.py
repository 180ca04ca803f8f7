"""Home, and what every page shows without settings or credentials."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from streamlit.testing.v1 import AppTest

from studio_core.access.roles import Role
from studio_core.dashboard import visitor
from studio_core.dashboard.serving.passes import Pass
from studio_core.dashboard.serving.visits import kept
from tests.pages.apptest import ROOT


def test_a_new_installation_leads_to_the_settings(visit):
    home = visit()
    assert home.subheader[0].value == "Configure"
    assert home.button[0].label == "Go to Settings"


def test_home_says_where_you_are(demo, visit):
    home = visit()
    where = home.sidebar.table[0].value.iloc[:, 0].to_dict()
    assert where["Event"] == "**demo**"
    assert where["Region"] == demo.region
    assert where["Domain"] == demo.domain_id
    assert len(where["Account"]) == 12
    assert "Sandbox" in home.sidebar.markdown[0].value
    assert [m.value for m in home.metric][:3] == ["12", "4 of 4", "2"]
    assert home.subheader[0].value == "Watch the event"


@pytest.mark.parametrize(
    "path", ["pages/roster.py", "pages/status.py", "pages/links.py", "pages/purge.py"]
)
def test_pages_without_settings_show_the_way_out(visit, path):
    page = visit(path)
    assert "Not configured yet" in page.error[0].value
    assert page.button[0].label == "Open the settings"
    assert not page.dataframe


@pytest.mark.parametrize(
    "path", ["", "pages/roster.py", "pages/status.py", "pages/links.py", "pages/purge.py"]
)
def test_pages_without_credentials_show_a_sentence_and_a_remedy(demo, visit, monkeypatch, path):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    page = visit(path)
    assert "credentials" in page.error[0].value
    assert "  \n" in page.error[0].value


def test_a_token_visitor_is_asked_for_a_name_once(demo):
    _, visit = kept().begin("k", Role.ORGANISER, "", "")
    found = Pass(Role.ORGANISER, visit.until, visit.who, "", visit.id)
    with patch.object(visitor, "_pass", lambda: found):
        page = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=30).run()
        page.sidebar.text_input(key="your-name").set_value(" Ana\n[Li](x)").run()
        assert not page.exception
        assert not page.sidebar.text_input
        where = page.sidebar.table[0].value.iloc[:, 0].to_dict()
        assert where["You"] == "Ana \\[Li\\](x) (organiser token)"
        # What a page does from now on is in this name, in the audit log and the lease.
        assert visitor.current_actor().name == "Ana [Li](x) (organiser token)"
