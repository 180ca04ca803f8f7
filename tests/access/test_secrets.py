"""A whole event in processes of their own; then everything they left is searched for secrets.

What was asked for is where it was asked for and nowhere else: links in the answer or the file
that asked for them, codes on the output of `studio codes`, tokens in the line that prints them.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import stat
import subprocess
import sys
import time
import urllib.request
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from tests.access.conftest import HELPER_TOKEN, TOKEN
from tests.access.serving import serve
from tests.access.session import read_page
from tests.ports import free_port

if TYPE_CHECKING:
    from pathlib import Path

    from studio_core.sandbox.demo import DemoData
    from studio_core.sandbox.serving.server import SandboxServer

SECRET_KEY = "wJalrXUtnFEMI-secret-key-of-this-test"
ROSTER = "email,team\nada@example.com,1\nbo@example.com,1\ncy@example.com,2\n"


class Event:
    """Runs commands in a home of their own and keeps what they print."""

    def __init__(self, folder: Path, sandbox: SandboxServer) -> None:
        self.folder = folder
        for name in ("home", "temp"):
            (folder / name).mkdir()
        self.environ = {
            **sandbox.environment(),
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "STUDIO_CONFIG": str(folder / "config.toml"),
            "STUDIO_STATE": str(folder / "state"),
            "HOME": str(folder / "home"),
            "TMPDIR": str(folder / "temp"),
            "PYTHONUNBUFFERED": "1",
        }
        self.printed: list[str] = []

    @property
    def all_environ(self) -> dict[str, str]:
        clean = {n: v for n, v in os.environ.items() if not n.startswith(("STUDIO_", "AWS_"))}
        return {**clean, **self.environ}

    def studio(self, *arguments: str, status: int = 0, asked_for: bool = False) -> str:
        """Run a command; its output is searched later, unless it is what was asked for."""
        ended = subprocess.run(
            [sys.executable, "-m", "studio_core.cli", *arguments],
            cwd=self.folder,
            env=self.all_environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert ended.returncode == status, (arguments, ended.stdout, ended.stderr)
        self.printed.append(ended.stderr)
        if not asked_for:
            self.printed.append(ended.stdout)
        return ended.stdout


@pytest.fixture
def event(tmp_path: Path, sandbox: SandboxServer, world: DemoData) -> Event:
    event = Event(tmp_path, sandbox)
    (tmp_path / "roster.csv").write_text(ROSTER)
    event.studio(
        "configure", "--region", world.region, "--domain-id", world.domain_id,
        "--table-name", world.table_name, "--event", "secrets",
    )  # fmt: skip
    return event


@pytest.mark.slow
def test_a_whole_event_leaves_no_secret_anywhere(event: Event, sandbox: SandboxServer):
    event.studio("check")
    event.studio("setup-users", "roster.csv", "--yes")
    event.studio("--verbose", "start-apps", "--yes")
    event.studio("get-urls", "--output", "links.csv", "--format", "csv")
    shown = event.studio(
        "get-urls", "--email", "ada@example.com", "--format", "json", asked_for=True
    )
    code = event.studio("codes", asked_for=True)
    event.studio("status", "--json")
    files = (event.folder / "links.csv").read_text() + shown
    urls = set(re.findall(r"https?://[^\s,\"]+token=[^\s,\"]+", files))
    assert len(urls) == 4

    urls.add(_portal(event, code))
    cookies = _dashboard(event)
    _fail(event, sandbox)
    event.studio("stop-apps", "--yes")
    event.studio("purge", "--confirm", event_domain(event))

    codes = set(re.findall(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", code))
    assert codes
    tokens = {url.partition("token=")[2] for url in urls}
    secrets = {*tokens, *codes, *(c.replace("-", "") for c in codes), TOKEN, HELPER_TOKEN}
    secrets |= {SECRET_KEY, *cookies}
    assert all(len(secret) >= 8 for secret in secrets)
    # Signatures alone too, in case a token was cut.
    secrets |= {token.rpartition(".")[2] for token in tokens}
    _search("\n".join(event.printed), "what was printed", secrets)
    searched = 0
    for file in event.folder.rglob("*"):
        if file.is_file() and file.name not in {"links.csv", "roster.csv"}:
            _search(file.read_bytes().decode("utf-8", "replace"), str(file), secrets)
            searched += 1
    assert searched >= 6  # settings, the record, a journal for each run
    _modes(event.folder)
    assert (event.folder / "state" / "audit.jsonl").read_text().count('"purge run"') == 2


def event_domain(event: Event) -> str:
    return str(json.loads(event.studio("get-conf", "--json"))["domain_id"])


def _search(text: str, where: str, secrets: set[str]) -> None:
    for secret in secrets:
        assert secret not in text, f"a secret of {len(secret)} characters is in {where}"


def _modes(folder: Path) -> None:
    checked = 0
    for file in [folder / "config.toml", folder / "links.csv", *(folder / "state").rglob("*")]:
        mode = stat.S_IMODE(file.stat().st_mode)
        assert mode == (0o700 if file.is_dir() else 0o600), (file, oct(mode))
        checked += 1
    assert checked >= 6


def _portal(event: Event, code: str) -> str:
    """Sign in to the web app, wrongly and rightly; give the link it led to."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "studio_core.cli", "web-app", "--port", str(port)],
        cwd=event.folder,
        env=event.all_environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        until = time.monotonic() + 60
        while True:
            try:
                assert _post(port, "ada@example.com", "WRNG-CODE")[0] == 401
                break
            except OSError:
                assert time.monotonic() < until, "the web app did not start"
                time.sleep(0.1)
        (given,) = re.findall(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", code)[:1]
        assert _post(port, "nobody@example.com", given)[0] == 401
        status, location = _post(port, "ada@example.com", given)
        assert status == 303
        return location
    finally:
        process.send_signal(signal.SIGTERM)
        event.printed.append(process.communicate(timeout=30)[0])


def _post(port: int, email: str, code: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        body = urlencode({"email": email, "code": code})
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", "/", body, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.headers.get("Location", "")
    finally:
        connection.close()


def _dashboard(event: Event) -> list[str]:
    """Look at every page; what it sends was not asked to hold a credential."""
    tokens = {"STUDIO_TOKEN": TOKEN, "STUDIO_HELPER_TOKEN": HELPER_TOKEN}
    served = serve(event.folder, environ={**event.environ, **tokens})
    try:
        served.ask("/?token=wrong")
        cookies = [served.cookie(TOKEN), served.cookie(HELPER_TOKEN)]
        for page in ("", "settings", "roster", "status", "links", "purge"):
            seen = read_page(served, page, cookie=cookies[0])
            assert "secrets" in seen  # the event's name: it is the page, not an error
            event.printed.append(seen)
    finally:
        served.stop()
    event.printed += [line for line in served.lines if TOKEN not in line or "Dashboard" not in line]
    event.printed = [p for p in event.printed if not p.startswith(("Dashboard: ", "For helpers: "))]
    return [cookie.partition("=")[2] for cookie in cookies]


def _fail(event: Event, sandbox: SandboxServer) -> None:
    """Have links fail in the middle, with a traceback asked for."""
    faults = {"errors": {"sagemaker.CreatePresignedDomainUrl": "AccessDeniedException"}}
    _set(sandbox, faults)
    event.studio("--debug", "get-urls", "--email", "bo@example.com", status=1)
    _set(sandbox, {})


def _set(sandbox: SandboxServer, faults: dict[str, object]) -> None:
    asked = urllib.request.Request(
        f"{sandbox.url}/_sandbox/faults", json.dumps(faults).encode(), method="PUT"
    )
    urllib.request.urlopen(asked).close()
