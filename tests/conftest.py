"""Fixtures for all tests.

- `sandbox`: the simulated AWS on a port of its own, fifty times faster than
  the real one in its waits; empty again for each test that asks for it.
- `control`: its control addresses.
- `world`: a domain and a table in it, made through boto3.
- `clock`: a day of its own for each test, so that tries of one do not count in another.
- `tally`: counts attempts to get past a rule, and prints them by kind at the end.
- `hackathon`: the core's face over that world, its settings and journals in a temporary folder.
"""

from __future__ import annotations

import functools
import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import botocore.loaders
import botocore.session
import pytest
from hypothesis import settings

from bench.worker import QUICK
from studio_core.config import Settings
from studio_core.engine.registry import Runs
from studio_core.hackathon import Hackathon
from studio_core.sandbox.demo import DemoData, seed_demo
from studio_core.sandbox.serving.server import SandboxServer
from tests.clock import Clock
from tests.control import Control
from tests.tally import PROPERTY, Tally, summary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from studio_core.engine.pace import Pace

TIMESCALE = 0.02

# Property tests judge answers, not speed: a busy machine must not fail them.
settings.register_profile("studio", deadline=None)
settings.load_profile("studio")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start slow tests first, so that none is left to run alone at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the attempts to get past a rule, over all tests and processes."""
    rows = [
        value
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", "") == "teardown"
        for name, value in report.user_properties
        if name == PROPERTY
    ]
    for line in summary(rows):
        terminalreporter.write_line(line)


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Iterator[Tally]:
    """Count the attempts of one test to get past a rule; it fails if one did."""
    counted = Tally()
    yield counted
    for row in counted.counts():
        request.node.user_properties.append((PROPERTY, row))
    assert not counted.got_in


@pytest.fixture(autouse=True, scope="session")
def _one_loader() -> Iterator[None]:
    """Read botocore's service models once for all tests: they are large and never change."""
    with pytest.MonkeyPatch.context() as patch:
        create = functools.cache(botocore.loaders.create_loader)
        patch.setattr(botocore.session, "create_loader", create)
        yield


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the tester's own settings and credentials out of every test."""
    import os

    for name in list(os.environ):
        if name.startswith(("STUDIO_", "AWS_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("STUDIO_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("STUDIO_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "no-aws-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "no-aws-credentials"))


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch, _clean_environment: None) -> Iterator[SandboxServer]:
    with SandboxServer(timescale=TIMESCALE) as server:
        for name, value in server.environment().items():
            monkeypatch.setenv(name, value)
        yield server


_days = itertools.count(1)


@pytest.fixture
def clock() -> Clock:
    clock = Clock()
    clock.forward(days=3 * next(_days))
    return clock


@pytest.fixture
def control(sandbox: SandboxServer) -> Control:
    return Control(sandbox.url)


@pytest.fixture
def world(sandbox: SandboxServer) -> DemoData:
    return seed_demo(sandbox.url, empty=True)


@pytest.fixture
def make_hackathon(world: DemoData, tmp_path: Path) -> Iterator[Callable[..., Hackathon]]:
    made: list[Hackathon] = []

    def make(*, pace: Pace = QUICK, owner: str = "ana@laptop", **settings: object) -> Hackathon:
        base = Settings(
            region=world.region,
            domain_id=world.domain_id,
            table_name=world.table_name,
            event=world.event,
        )
        hackathon = Hackathon(
            replace(base, **settings), pace=pace, owner=owner, runs=Runs(), state=tmp_path / "state"
        )
        made.append(hackathon)
        return hackathon

    yield make
    for hackathon in made:
        hackathon.close()


@pytest.fixture
def hackathon(make_hackathon: Callable[..., Hackathon]) -> Hackathon:
    return make_hackathon()
