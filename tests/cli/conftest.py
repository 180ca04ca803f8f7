"""The command line in this process, over the sandbox, and what its tests share.

- `studio`: commands with saved settings for the world, waits as short as the sandbox's.
- `aws`: boto3's own client of the world, to change it behind the tool's back.
- `process`: commands in processes of their own, with the sandbox's variables.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from click.testing import CliRunner, Result

from studio_core import config
from studio_core.aws.session import Session
from studio_core.cli.app import cli
from studio_core.cli.tools import Tools
from studio_core.config import Settings
from studio_core.engine.pace import Pace
from studio_core.engine.registry import Runs
from studio_core.hackathon import Hackathon

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from studio_core.sandbox.demo import DemoData
    from tests.control import Control

VARIABLES = {
    "AWS_ENDPOINT_URL",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_DEFAULT_REGION",
    "AWS_REGION",
    "AWS_EC2_METADATA_DISABLED",
    "STUDIO_REGION",
    "STUDIO_DOMAIN_ID",
    "STUDIO_TABLE_NAME",
    "STUDIO_EVENT",
    "STUDIO_ACCOUNT",
}
EXAMPLE = Path(__file__).parents[2] / "examples" / "roster.csv"
FAST = Pace(
    poll_first=0.02,
    poll_gap=0.05,
    poll_most=0.2,
    patience=20,
    persistence=20,
    retry_first=0.02,
    retry_most=0.3,
)
QUICK = 0.001
"""Timescale of the sandbox: what these commands wait for, other tests wait for too."""


@lru_cache(maxsize=1)
def _session(endpoint: str, region: str) -> Session:
    """Clients take longer to make than most commands take; those of one test share them."""
    assert endpoint
    return Session(region)


def connect(settings: Settings, **chosen: Any) -> Hackathon:
    session = _session(os.environ["AWS_ENDPOINT_URL"], settings.region)
    standing = {"session": session, "pace": FAST, "owner": "ana@laptop", "runs": Runs()}
    return Hackathon(settings, **standing, **chosen)


@dataclass
class Studio:
    """Runs commands in this process."""

    settings: Settings
    folder: Path

    def __call__(
        self,
        *args: object,
        typed: str | None = None,
        connect: Callable[[Settings], Hackathon] = connect,
        interactive: Callable[[], bool] | None = None,
    ) -> Result:
        tools = Tools(connect, interactive or (lambda: typed is not None))
        return CliRunner().invoke(cli, [str(a) for a in args], input=typed, obj=tools)

    def ok(self, *args: object, **kwargs: Any) -> Result:
        done = self(*args, **kwargs)
        assert done.exit_code == 0, done.output
        return done

    def json(self, *args: object, status: int = 0, **kwargs: Any) -> Any:
        done = self(*args, "--json", **kwargs)
        assert done.exit_code == status, done.output
        return json.loads(done.stdout)

    def roster(self, *people: tuple[str, object], name: str = "roster.csv") -> Path:
        path = self.folder / name
        lines = ["email,team", *(f"{email},{team}" for email, team in people)]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    def save(self, **changes: Any) -> None:
        config.save(replace(self.settings, **changes))


@pytest.fixture
def studio(world: DemoData, control: Control, tmp_path: Path) -> Studio:
    control.clock(timescale=QUICK)
    settings = Settings(
        region=world.region,
        domain_id=world.domain_id,
        table_name=world.table_name,
        event="spring",
    )
    config.save(settings)
    return Studio(settings, tmp_path)


@pytest.fixture
def small(studio: Studio) -> Path:
    """Three people in two teams, set up."""
    path = studio.roster(("ada@example.com", 1), ("bo@example.com", 1), ("cy@example.com", 2))
    studio.ok("setup-users", path)
    return path


@pytest.fixture
def aws(world: DemoData) -> Any:
    return boto3.client("sagemaker", region_name=world.region)


@dataclass
class Process:
    """Runs commands in processes of their own; those still running end with the test."""

    environ: dict[str, str]
    started: list[subprocess.Popen[str]]

    def __call__(self, *args: object, **kwargs: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*args),
            env=self.environ,
            text=True,
            capture_output=True,
            timeout=60,
            check=False,
            **kwargs,
        )

    def start(self, *args: object, **kwargs: Any) -> subprocess.Popen[str]:
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        child = subprocess.Popen(
            self.command(*args), env=self.environ, text=True, **{**pipes, **kwargs}
        )
        self.started.append(child)
        return child

    @staticmethod
    def command(*args: object) -> list[str]:
        return [sys.executable, "-m", "studio_core.cli", *map(str, args)]


@pytest.fixture
def process(_clean_environment: None, tmp_path: Path) -> Iterator[Process]:
    made = Process({**os.environ, "STUDIO_CONFIG": str(tmp_path / "config.toml")}, [])
    yield made
    for child in made.started:
        if child.poll() is None:
            child.kill()
        child.communicate()


def read_exports(child: Any) -> dict[str, str]:
    """Read what a starting sandbox prints, which ends when it is ready to answer."""
    found: dict[str, str] = {}
    while set(found) != VARIABLES:
        words = shlex.split(child.stdout.readline())
        assert words[:1] == ["export"], child.stderr.read()
        name, _, value = words[1].partition("=")
        found[name] = value
    return found
