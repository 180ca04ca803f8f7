"""Fixtures of the web app's tests.

- `demo`: an event with six people in two teams, everything InService, in a sandbox that the
  tests of a module share; `aws` is that sandbox, without faults for each test.
- `portal`: makes one instance of the app over that event.
- `late`: makes somebody whose profile and space are not ready.
- `Visitor`: somebody with a browser and a network address, who follows no redirect.
"""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from studio_core.aws.session import Session
from studio_core.config import Settings
from studio_core.engine.registry import Runs
from studio_core.hackathon import Hackathon
from studio_core.model.studio import EVENT_TAG
from studio_core.portal.app import create_app
from studio_core.sandbox.demo import DemoData, control, seed_demo
from studio_core.sandbox.serving.server import SandboxServer
from studio_core.sandbox.studio import presign

if TYPE_CHECKING:
    from pathlib import Path

    from tests.clock import Clock

ON_ROSTER = "niklas@example.com"
NOT_ON_ROSTER = "nobody@example.com"
WRONG = "AAAA-AAAA"


@dataclass(frozen=True)
class Shared:
    """What the tests of a module share."""

    server: SandboxServer
    demo: DemoData
    session: Session


@pytest.fixture(scope="module")
def shared() -> Iterator[Shared]:
    with SandboxServer(timescale=0.02) as server, pytest.MonkeyPatch.context() as environ:
        for name, value in server.environment().items():
            environ.setenv(name, value)
        demo = seed_demo(server.url, participants=6, teams=2)
        session = Session(demo.region)
        for service in ("sts", "sagemaker", "dynamodb", "ssm", "sesv2"):
            session.client(service)  # made while the environment leads to the sandbox
        yield Shared(server, demo, session)


@pytest.fixture
def aws(
    shared: Shared, monkeypatch: pytest.MonkeyPatch, _clean_environment: None
) -> Iterator[SandboxServer]:
    for name, value in shared.server.environment().items():
        monkeypatch.setenv(name, value)
    yield shared.server
    control(shared.server.url, "PUT", "faults", {})
    control(shared.server.url, "PUT", "clock", {"progression": "time", "timescale": 0.02})


@pytest.fixture
def demo(shared: Shared, aws: SandboxServer) -> DemoData:
    return shared.demo


_people = itertools.count(1)


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

    def ask_all(self, requests: Iterable[tuple[str, str, dict[str, Any]]]) -> list[httpx.Response]:
        """Answers to many requests, each method, path and the rest, ten at a time."""

        async def ask() -> list[httpx.Response]:
            transport = httpx.ASGITransport(self.app, client=(self.address, 50000))
            base = "http://portal.example"
            ten = asyncio.Semaphore(10)
            async with httpx.AsyncClient(transport=transport, base_url=base) as client:

                async def one(method: str, path: str, more: dict[str, Any]) -> httpx.Response:
                    async with ten:
                        return await client.request(method, path, **more)

                return await asyncio.gather(*(one(*request) for request in requests))

        return asyncio.run(ask())

    def guess(self, email: str, codes: Iterable[str], **more: Any) -> list[httpx.Response]:
        """Answers to many codes for one address."""
        return self.ask_all(
            ("POST", "/", {"data": {"email": email, "code": code}, **more}) for code in codes
        )

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


Maker = Callable[..., Instance]


@pytest.fixture
def portal(shared: Shared, demo: DemoData, clock: Clock, tmp_path: Path) -> Iterator[Maker]:
    made: list[Hackathon] = []

    def make(**settings: object) -> Instance:
        base = Settings(
            region=demo.region,
            domain_id=demo.domain_id,
            table_name=demo.table_name,
            event=demo.event,
        )
        hackathon = Hackathon(
            replace(base, **settings),
            session=shared.session,
            clock=clock,
            runs=Runs(),
            state=tmp_path / "state",
        )
        made.append(hackathon)
        return Instance(hackathon, create_app(hackathon))

    yield make
    for hackathon in made:
        hackathon.close()


@dataclass(frozen=True)
class Late:
    """Somebody who was added a moment ago."""

    email: str
    profile: str
    space: str


@pytest.fixture
def late(shared: Shared, demo: DemoData) -> Iterator[Callable[..., Late]]:
    """Make profile and space Pending for long, or with `at_once` InService."""
    studio, table = shared.session.client("sagemaker"), shared.session.client("dynamodb")
    made: list[str] = []

    def make(*, space: bool = True, at_once: bool = False) -> Late:
        pace = {"progression": "immediate"} if at_once else {"timescale": 1000}
        control(shared.server.url, "PUT", "clock", {"progression": "time", **pace})
        name = f"late-{next(_people)}"
        person = Late(f"{name}@example.com", name, f"team-{name}" if space else "team-1")
        tags = [{"Key": EVENT_TAG, "Value": demo.event}]
        studio.create_user_profile(DomainId=demo.domain_id, UserProfileName=name, Tags=tags)
        if space:
            studio.create_space(
                DomainId=demo.domain_id,
                SpaceName=person.space,
                Tags=tags,
                OwnershipSettings={"OwnerUserProfileName": "demo-host"},
                SpaceSharingSettings={"SharingType": "Shared"},
                SpaceSettings={"AppType": "JupyterLab"},
            )
        row = {
            "pk": person.email,
            "team": "late",
            "domain-id": demo.domain_id,
            "event": demo.event,
            "profile": name,
            "space": person.space,
        }
        item = {key: {"S": value} for key, value in row.items()}
        table.put_item(TableName=demo.table_name, Item=item)
        made.append(person.email)
        return person

    yield make
    for email in made:
        table.delete_item(TableName=demo.table_name, Key={"pk": {"S": email}})


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
