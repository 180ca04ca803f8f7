"""Fixtures of the web app's tests.

- `world`: here a demo event with six people in two teams, everything InService.
- `portal`: makes one instance of the app, each with clients of its own, over that world.
- `Visitor`: somebody with a browser and a network address, who follows no redirect.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from studio_core.hackathon import Hackathon
from studio_core.portal.app import create_app
from studio_core.sandbox import presign
from studio_core.sandbox.demo import DemoData, control, seed_demo
from studio_core.sandbox.server import SandboxServer

ON_ROSTER = "niklas@example.com"
NOT_ON_ROSTER = "nobody@example.com"
WRONG = "AAAA-AAAA"


@pytest.fixture
def world(sandbox: SandboxServer) -> DemoData:
    return seed_demo(sandbox.url, participants=6, teams=2)


@dataclass
class Clock:
    """The time, which tests move."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **much: float) -> None:
        self.now += timedelta(**much)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@dataclass
class Visitor:
    """Sends requests to an app, from an address."""

    app: Any
    address: str = "198.51.100.7"

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, client=(self.address, 50000))
            base = "http://portal.example"
            async with httpx.AsyncClient(transport=transport, base_url=base) as client:
                return await client.request(method, path, **more)

        return asyncio.run(ask())

    def get(self, path: str = "/", **more: Any) -> httpx.Response:
        return self.ask("GET", path, **more)

    def sign_in(self, email: str, code: str = "", **more: Any) -> httpx.Response:
        return self.ask("POST", "/", data={"email": email, "code": code}, **more)


@dataclass
class Instance:
    """One instance of the web app."""

    hackathon: Hackathon
    app: Any

    def visitor(self, address: str = "198.51.100.7") -> Visitor:
        return Visitor(self.app, address)


@pytest.fixture
def portal(
    make_hackathon: Callable[..., Hackathon], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Instance]:
    def make(**settings: object) -> Instance:
        hackathon = make_hackathon(**settings)
        monkeypatch.setattr(hackathon, "_clock", clock)
        return Instance(hackathon, create_app(hackathon))

    return make


def visit_of(answer: httpx.Response) -> presign.Visit:
    """What a redirect to Studio is good for."""
    assert answer.status_code == 303, answer.text
    token = parse_qs(urlsplit(answer.headers["location"]).query)["token"][0]
    visit = presign.read(token)
    assert visit is not None
    return visit


def calls(sandbox: SandboxServer) -> dict[str, int]:
    """Calls since the last time this was asked."""
    counted = control(sandbox.url, "GET", "calls")
    control(sandbox.url, "DELETE", "calls")
    return counted


def ticket_in(page: str) -> str:
    found = re.search(r'http-equiv="refresh" content="5; url=(wait\?ticket=[^"]+)"', page)
    assert found, page
    return f"/{found[1]}"
