"""`studio demo`: everything up with one command, and everything gone with it."""

from __future__ import annotations

import os
import re
import signal
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from studio_core.cli.commands.demo import _environment
from tests.ports import free_port

if TYPE_CHECKING:
    import subprocess

    from tests.cli.conftest import Process


@pytest.fixture
def demo(process: Process, tmp_path: Path) -> subprocess.Popen[str]:
    home = tmp_path / "home"
    home.mkdir()
    process.environ = {**process.environ, "HOME": str(home), "TMPDIR": str(tmp_path)}
    return process.start("demo", "--port", free_port(), "--participants", 4, "--teams", 2)


def _family(demo: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(demo.pid).children(recursive=True)


def _gone(family: list[psutil.Process]) -> bool:
    _, alive = psutil.wait_procs(family, timeout=20)
    return not alive


def _link(demo: subprocess.Popen[str]) -> str:
    assert demo.stdout is not None
    link = demo.stdout.readline().strip()
    assert link.startswith("http://127.0.0.1:"), demo.stderr and demo.stderr.read()
    return link


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_link_and_a_clean_end(
    demo: subprocess.Popen[str], number: signal.Signals, tmp_path: Path
) -> None:
    link = _link(demo)
    # The link signs in: it is answered with a cookie and a way to the page without the token.
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    with browser.open(link, timeout=20) as page:
        assert page.status == 200
    assert demo.stderr is not None
    told = demo.stderr.readline() + demo.stderr.readline()
    web_app = re.search(r"web app: (http://127.0.0.1:\d+/)", told)
    assert web_app is not None, told
    with urllib.request.urlopen(f"{web_app.group(1)}health", timeout=20) as page:
        assert page.status == 200
    family = _family(demo)
    demo.send_signal(number)
    out, err = demo.communicate(timeout=30)
    assert (demo.returncode, out) == (0, ""), err
    assert "Traceback" not in err
    assert _gone(family)
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith("studio-demo-")] == []
    assert not (tmp_path / "config.toml").exists()  # the user's own settings


@pytest.mark.slow
def test_a_killed_demo_takes_its_children_with_it(demo: subprocess.Popen[str]) -> None:
    _link(demo)
    family = _family(demo)
    demo.kill()
    assert _gone(family)


@pytest.mark.slow
def test_a_child_that_ends_ends_the_demo_with_a_sentence(demo: subprocess.Popen[str]) -> None:
    _link(demo)
    family = _family(demo)
    dashboard = next(p for p in family if p.ppid() == demo.pid and "dashboard" in p.cmdline())
    with suppress(ProcessLookupError):
        os.killpg(dashboard.pid, signal.SIGKILL)
    began = time.monotonic()
    _, err = demo.communicate(timeout=30)
    assert time.monotonic() - began < 15
    assert demo.returncode == 1
    assert "Error: The dashboard has ended" in err
    assert _gone(family)


def test_nothing_of_the_users_aws_reaches_the_demo(tmp_path: Path) -> None:
    mine = {
        "PATH": "/bin",
        "AWS_PROFILE": "production",
        "AWS_SESSION_TOKEN": "mine",
        "STUDIO_DOMAIN_ID": "d-mine",
        "STUDIO_CONFIG": "/home/me/config.toml",
        "no_proxy": "intranet",
    }
    sandbox = {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "STUDIO_EVENT": "demo"}
    given = _environment(mine, sandbox, tmp_path)
    assert given["PATH"] == "/bin"
    assert given["NO_PROXY"] == "intranet,127.0.0.1,localhost"
    assert {name for name in given if name.startswith(("AWS_", "STUDIO_"))} == {
        "AWS_ENDPOINT_URL",
        "AWS_CONFIG_FILE",
        "AWS_SHARED_CREDENTIALS_FILE",
        "STUDIO_CONFIG",
        "STUDIO_STATE",
    }
    assert Path(given["STUDIO_CONFIG"]).parent == tmp_path
