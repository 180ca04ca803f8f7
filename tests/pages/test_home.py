"""Home, and what every page shows without settings or credentials."""

from __future__ import annotations

import pytest


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
