"""The launcher: what it starts, and with which options."""

from __future__ import annotations

import json
import socket
import tomllib

import pytest

from studio_core.dashboard.registry import PAGES
from studio_core.dashboard.serving import launch
from studio_core.dashboard.serving.tokens import GateSettings, Mode, is_loopback
from studio_core.errors import StudioError


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


def test_a_proxy_is_believed_only_where_there_is_one(monkeypatch):
    direct, proxied = (
        GateSettings(),
        GateSettings(Mode.TOKEN, "x" * 32, hosts=("dash.example.org",)),
    )
    assert launch.proxies(direct) == ()
    assert launch.proxies(proxied) == ("127.0.0.1", "::1")
    assert launch.environment({}, access=direct)["FORWARDED_ALLOW_IPS"] == ""
    monkeypatch.setenv("STUDIO_TRUSTED_PROXY", "10.0.0.5")
    assert launch.proxies(direct) == ()
    given = launch.environment({}, access=proxied)
    assert given["FORWARDED_ALLOW_IPS"] == "127.0.0.1,::1,10.0.0.5"
    own = launch.environment({"FORWARDED_ALLOW_IPS": "10.0.0.6"}, access=direct)
    assert own["FORWARDED_ALLOW_IPS"] == "10.0.0.6"
