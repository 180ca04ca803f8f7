"""The web app's server, in this process: what it says, what it logs, what it leaves behind."""

from __future__ import annotations

import io
import logging
import os
import re
import signal
import sys
import threading
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import pytest

from studio_core import config
from studio_core.hackathon import Hackathon
from studio_core.portal import serve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.portal.conftest import Shared


@pytest.fixture
def _undisturbed() -> Iterator[None]:
    """Have signals and the log's level as they were, before and afterwards."""
    logger = logging.getLogger("studio_core.portal")
    before = signal.getsignal(signal.SIGTERM), logger.level
    logger.setLevel(logging.NOTSET)
    yield
    signal.signal(signal.SIGTERM, before[0])
    logger.setLevel(before[1])


@pytest.mark.usefixtures("_undisturbed", "aws")
@pytest.mark.parametrize("access", ["email-only", "event-code"])
def test_it_says_where_it_is_once_it_answers_and_logs_with_the_time(
    shared: Shared, monkeypatch: pytest.MonkeyPatch, access: str
) -> None:
    for name in ("region", "domain_id", "table_name", "event"):
        monkeypatch.setenv(config.variable(name), getattr(shared.demo, name))
    monkeypatch.setenv(config.variable("access"), access)
    monkeypatch.setattr(logging.root, "handlers", [])  # as a new process has it, without pytest's
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw))  # a pipe: what is not flushed waits
    monkeypatch.setattr(sys, "stderr", err := io.StringIO())
    closed = []
    close = Hackathon.close
    monkeypatch.setattr(Hackathon, "close", lambda self: (closed.append(self), close(self)))
    answers: list[int] = []
    servers: list[str | None] = []

    def visit() -> None:
        until = time.monotonic() + 10
        while not raw.getvalue() and time.monotonic() < until:
            time.sleep(0.01)
        link = raw.getvalue().decode().strip()
        try:
            for path, data in (("health?a-ticket", None), ("", b"email=x&code=y")):
                request = urllib.request.Request(link + path, data)
                answer = urllib.request.urlopen(request, timeout=5)
                answers.append(answer.status)
                servers.append(answer.headers["server"])
        except urllib.error.HTTPError as error:
            answers.append(error.code)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    visitor = threading.Thread(target=visit)
    visitor.start()
    assert serve.run(0, "127.0.0.1") == 0
    visitor.join()
    assert (answers, servers) == ([200, 401], [None])
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\n", raw.getvalue().decode())
    assert len(closed) == 1
    said = err.getvalue()
    assert "a-ticket" not in said
    assert (serve.WARNING in said) is (access == "email-only")
    assert re.search(
        r"^\d{4}-\d\d-\d\d [\d:,]+ portal\.answer state=not_proven ms=", said, re.MULTILINE
    )
