"""The launcher: what it starts, and with which options."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import threading
import tomllib
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from studio_core import config
from studio_core.dashboard.registry import PAGES
from studio_core.dashboard.serving import launch, oidc
from studio_core.dashboard.serving.tokens import GateSettings, Mode, is_loopback
from studio_core.errors import GuardError, StudioError

LONG = "x" * 32


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


def test_an_address_that_others_reach_is_refused_before_anything_is_started():
    with socket.create_server(("0.0.0.0", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(GuardError, match="this machine alone"):
            launch.run(port, "0.0.0.0", open_access=True)
        with pytest.raises(GuardError, match="too short"):
            launch.run(port, "0.0.0.0", token="short")


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


def test_the_server_gets_this_access_and_no_other():
    base = {"STUDIO_TOKEN": "of the shell", "STUDIO_HELPER_TOKEN": "old", "STUDIO_REGION": "here"}
    given = launch.environment(base, access=GateSettings(Mode.OPEN))
    assert not {"STUDIO_TOKEN", "STUDIO_HELPER_TOKEN"} & set(given)
    assert given["STUDIO_REGION"] == "here"
    assert launch.environment(base, access=GateSettings(Mode.TOKEN, LONG))["STUDIO_TOKEN"] == LONG


def test_streamlit_knows_the_names_of_this_machine_and_the_gate_all_others():
    name = "STREAMLIT_SERVER_ALLOWED_HOSTS"
    here = launch.environment({}, access=GateSettings(Mode.TOKEN, LONG), address="::1")
    assert here[name].split() == ["127.0.0.1", "localhost", "::1"]
    elsewhere = launch.environment({}, access=GateSettings(Mode.TOKEN, LONG), address="10.0.0.1")
    assert name not in elsewhere
    listed = GateSettings(Mode.TOKEN, LONG, hosts=("dash.example.org",))
    assert name not in launch.environment({}, access=listed)


def test_a_sign_in_with_a_provider_needs_the_provider_and_a_list(monkeypatch):
    monkeypatch.setattr(oidc, "configured", lambda: True)
    assert launch.access_settings().mode is Mode.TOKEN
    config.save(config.Settings(organisers="ana@example.com"))
    assert launch.access_settings().mode is Mode.OIDC
    assert launch.access_settings(token=LONG) == GateSettings(Mode.TOKEN, LONG)
    assert launch.access_settings(open_access=True).mode is Mode.OPEN
    monkeypatch.setattr(oidc, "configured", lambda: False)
    assert launch.access_settings().mode is Mode.TOKEN


def test_settings_that_cannot_be_read_do_not_open_the_door():
    config.config_path().write_text("nonsense")
    access = launch.access_settings()
    assert (access.mode, len(access.token) >= 43) == (Mode.TOKEN, True)
    listed = GateSettings(Mode.TOKEN, LONG, hosts=("dash.example.org",))
    assert launch.proxies(listed) == ("127.0.0.1", "::1")


class Child:
    """A server's process: it ends when it is told to, or only when it is killed."""

    def __init__(self, *, deaf=False, interrupted=False):
        self.told, self.ended = [], False
        self._deaf, self._interrupted = deaf, interrupted

    def poll(self):
        return 7 if self.ended else None

    def terminate(self):
        self.told.append("terminate")
        self.ended = not self._deaf

    def kill(self):
        self.told.append("kill")
        self.ended = True

    def wait(self, timeout=None):
        if self._interrupted:
            self._interrupted = False
            raise KeyboardInterrupt
        if timeout is None:
            self.ended = True
        elif not self.ended:
            raise subprocess.TimeoutExpired("server", timeout)
        return 7


def test_a_server_that_does_not_end_is_killed():
    quick, deaf, gone = Child(), Child(deaf=True), Child()
    gone.ended = True
    for child in (quick, deaf, gone):
        launch._end(child)
        assert child.ended
    assert (quick.told, deaf.told, gone.told) == (["terminate"], ["terminate", "kill"], [])


def test_the_exit_status_is_the_servers_and_0_after_ctrl_c():
    assert launch._wait(Child()) == 7
    stopped = Child(interrupted=True)
    assert launch._wait(stopped) == 0
    assert stopped.told == ["terminate"]


def test_the_server_ends_with_us_and_signals_are_as_before():
    before, child = signal.getsignal(signal.SIGTERM), Child()
    with pytest.raises(KeyboardInterrupt), launch._ended_with_us(child):
        signal.raise_signal(signal.SIGTERM)
    assert child.ended
    assert signal.getsignal(signal.SIGTERM) is before


def test_the_link_is_told_once_the_server_answers(capsys):
    asked = []

    class Server(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(503 if len(asked) == 1 else 200)
            self.end_headers()

        def log_message(self, *_):
            pass

    access = GateSettings(Mode.TOKEN, LONG, "for-helpers")
    with HTTPServer(("127.0.0.1", 0), Server) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        where = ("127.0.0.1", server.server_port)
        launch._announce_when_ready(Child(), access, where, launch._print)
        server.shutdown()
        thread.join()
    root = f"http://127.0.0.1:{where[1]}"
    assert asked == ["/_stcore/health"] * 2
    told = capsys.readouterr().out
    assert told == (f"Dashboard: {root}/?token={LONG}\nFor helpers: {root}/?token=for-helpers\n")


def test_no_link_is_told_of_a_server_that_has_ended(capsys):
    gone = Child()
    gone.ended = True
    launch._announce_when_ready(gone, GateSettings(Mode.OPEN), ("127.0.0.1", 9), launch._print)
    assert capsys.readouterr().out == ""


def test_the_server_listens_where_it_was_told(monkeypatch):
    started, child = [], Child()
    monkeypatch.setattr(
        subprocess, "Popen", lambda command, env: started.append((command, env)) or child
    )
    assert launch.run(8600, "127.0.0.1", token=LONG, announce=print) == 7
    ((command, env),) = started
    assert command[1:3] == ["-m", "studio_core.dashboard.serving.server"]
    assert command[3:] == ["--server.port", "8600", "--server.address", "127.0.0.1"]
    assert env["STUDIO_TOKEN"] == LONG
