"""Open access, a server started without our command, and addresses that are refused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from studio_core.access.roles import Role
from studio_core.dashboard.serving.gate import PASS_HEADER
from studio_core.dashboard.serving.passes import PROCESS_SIGNER, issue
from tests.access.serving import Served, serve
from tests.access.session import handshake, read_page
from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.tally import Tally

pytestmark = pytest.mark.xdist_group("modes")

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("", "settings", "roster", "status", "links", "purge")
CLOSED = "served without the gate"


@pytest.fixture(scope="module")
def open_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    served = serve(tmp_path_factory.mktemp("open"), arguments=["--open"])
    yield served
    served.stop()


def test_open_access_asks_for_no_token_here_and_lets_nobody_in_from_elsewhere(
    open_house: Served, tally: Tally
):
    assert open_house.entrance == f"{open_house.url}/"
    assert open_house.ask("/links").status == 200
    assert handshake(open_house, origin=open_house.url) == 101
    tries = [
        {"X-Forwarded-For": "10.1.2.3"},
        {"X-Forwarded-For": "127.0.0.1, 10.1.2.3"},
        {"Host": f"evil.example:{open_house.port}"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"},
    ]
    for headers in tries:
        status = open_house.ask("/_stcore/host-config", headers=headers).status
        tally.add(
            "open: other machine, site or name",
            f"open access with {headers}: {status}",
            got_in=status < 400,
        )
    for origin in ("http://evil.example", "null", f"http://127.0.0.1:{open_house.port + 1}"):
        status = handshake(open_house, origin=origin)
        tally.add(
            "open: WebSocket", f"open WebSocket from {origin}: {status}", got_in=status == 101
        )
    host = f"evil.example:{open_house.port}"
    status = handshake(open_house, origin=f"http://{host}", host=host)
    tally.add("open: WebSocket", f"open WebSocket by {host}: {status}", got_in=status == 101)
    assert not tally.got_in


def test_open_access_opens_every_page(open_house: Served):
    assert "Where the event is" in read_page(open_house, "settings")
    assert "Not configured yet" in read_page(open_house, "purge")


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """What `streamlit run streamlit_app.py` serves: no gate in front of the pages."""
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "streamlit_app.py")]
    served = serve(tmp_path_factory.mktemp("bare"), command=[*command, "--server.headless", "true"])
    yield served
    served.stop()


@pytest.mark.parametrize("page", PAGES)
def test_pages_served_without_the_gate_show_how_to_start_it(bare: Served, tally: Tally, page: str):
    claim = issue(PROCESS_SIGNER, Role.ORGANISER, 2**40)
    for headers in ({}, {PASS_HEADER: claim}, {PASS_HEADER: "x.y"}):
        seen = read_page(bare, page, headers=headers)
        told = "studio dashboard" in seen
        tally.add(
            "pages without the gate",
            f"{page or 'home'} without the gate, headers {list(headers)}",
            got_in=not told,
        )
        assert "Not configured" not in seen
        assert "Where the event is" not in seen
    assert not tally.got_in


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--open", "--address", "0.0.0.0"], "loopback"),
        (["--open", "--address", "192.0.2.1"], "loopback"),
    ],
)
def test_the_command_refuses_to_be_open_to_others(tmp_path, arguments, told):
    ended = _dashboard(tmp_path, arguments, {})
    assert ended.returncode == 2
    assert told in ended.stderr


def test_the_command_refuses_a_token_that_others_can_guess(tmp_path):
    ended = _dashboard(tmp_path, ["--address", "0.0.0.0"], {"STUDIO_TOKEN": "hackathon"})
    assert ended.returncode == 2
    assert "too short" in ended.stderr
    assert "hackathon" not in ended.stderr


def test_listening_everywhere_with_a_token_still_asks_for_it(tmp_path):
    served = serve(
        tmp_path, arguments=["--address", "0.0.0.0"], environ={"STUDIO_HOSTS": "dash.example.org"}
    )
    try:
        assert len(served.token) >= 43
        assert served.ask("/links").status == 401
        cookie = {"Cookie": served.cookie()}
        assert served.ask("/links", headers=cookie).status == 200
        behind = {"X-Forwarded-Proto": "https", "Host": "dash.example.org"}  # a proxy with TLS
        entered = served.ask(f"/?token={served.token}", headers=behind)
        assert "; Secure" in str(entered.headers["Set-Cookie"])
        assert "; Secure" not in str(served.ask(f"/?token={served.token}").headers["Set-Cookie"])
        named = {**cookie, "Host": "dash.example.org"}
        assert served.ask("/links", headers=named).status == 401  # another name, another cookie
        assert served.ask("/links", headers={**cookie, "Host": "evil.example"}).status == 421
    finally:
        served.stop()


def _dashboard(folder, arguments, environ) -> subprocess.CompletedProcess[str]:
    import os

    clean = {n: v for n, v in os.environ.items() if not n.startswith(("STUDIO_", "AWS_"))}
    command = [sys.executable, "-m", "studio_core.cli", "dashboard", "--port", str(free_port())]
    return subprocess.run(
        [*command, *arguments],
        env={**clean, "STUDIO_CONFIG": str(folder / "config.toml"), "HOME": str(folder), **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
