"""The real dashboard in a process of its own, and requests made byte by byte."""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

READY_SECONDS = 60.0


@dataclass
class Served:
    """A running dashboard: its port, the address it announced, and all it has printed."""

    port: int
    process: subprocess.Popen[str]
    folder: Path
    lines: list[str] = field(default_factory=list)
    entrance: str = ""

    @property
    def token(self) -> str:
        return parse_qs(urlsplit(self.entrance).query).get("token", [""])[0]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(
        self,
        path: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: str | bytes | None = None,
    ) -> http.client.HTTPResponse:
        """One request, exactly as given; the body has been read into `.content`."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
        try:
            connection.request(method, path, body=body, headers=dict(headers or {}))
            answer = connection.getresponse()
            answer.content = answer.read()  # type: ignore[attr-defined]  # handed on with it
            return answer
        finally:
            connection.close()

    def cookie(self, token: str | None = None) -> str:
        """Exchange a token for a cookie, as `name=value`."""
        answer = self.ask(f"/?token={token or self.token}")
        assert answer.status == 303, answer.status
        return str(answer.headers["Set-Cookie"]).partition(";")[0]

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


def serve(
    folder: Path,
    *,
    environ: Mapping[str, str] | None = None,
    arguments: Sequence[str] = (),
    command: Sequence[str] | None = None,
    port: int | None = None,
) -> Served:
    """Start a dashboard and wait until it answers.

    Args:
        folder: Its working folder; settings and state are kept there.
        environ: Variables beside the plain ones of this process.
        arguments: More for `studio dashboard`.
        command: What to start in place of `studio dashboard`; it announces nothing.
        port: Where; a free one when not given.
    """
    port = port or free_port()
    clean = {n: v for n, v in os.environ.items() if not n.startswith(("STUDIO_", "AWS_"))}
    standard = [sys.executable, "-m", "studio_core.cli", "dashboard", "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--server.port", str(port)] if command else [*standard, *arguments],
        cwd=folder,
        env={
            **clean,
            "STUDIO_CONFIG": str(folder / "config.toml"),
            "STUDIO_STATE": str(folder / "state"),
            "HOME": str(folder),
            "PYTHONUNBUFFERED": "1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            **(environ or {}),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    served = Served(port, process, folder)

    def read() -> None:
        for line in process.stdout or ():
            served.lines.append(line.rstrip())
            if (found := re.match(r"Dashboard: (\S+)", line)) is not None:
                served.entrance = found.group(1)

    threading.Thread(target=read, daemon=True).start()
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            served.stop()
            raise AssertionError("\n".join(["It ended:", *served.lines]))
        if served.entrance or (command and _answers(served)):
            return served
        time.sleep(0.05)
    served.stop()
    raise AssertionError("\n".join(["It did not answer in time:", *served.lines]))


def _answers(served: Served) -> bool:
    try:
        return served.ask("/_stcore/health").status == 200
    except OSError:
        return False
