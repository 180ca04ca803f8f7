"""A sandbox in a process of its own, and the core over it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3

from studio_core.config import Settings
from studio_core.engine.registry import Runs
from studio_core.hackathon import Hackathon
from studio_core.model.people import Participant, Roster

if TYPE_CHECKING:
    from collections.abc import Iterator

    from studio_core.engine.pace import Pace


@dataclass
class World:
    """One sandbox, with a domain and a table and nobody in them.

    `environment` holds the variables that a process needs to reach it.
    """

    url: str
    environment: dict[str, str]
    folder: Path
    made: list[Hackathon] = field(default_factory=list)

    def hackathon(self, pace: Pace, **settings: Any) -> Hackathon:
        """Open the core's face over it."""
        there = Settings(
            region=self.environment["STUDIO_REGION"],
            domain_id=self.environment["STUDIO_DOMAIN_ID"],
            table_name=self.environment["STUDIO_TABLE_NAME"],
            event=self.environment["STUDIO_EVENT"],
            concurrency=pace.concurrency,
            **settings,
        )
        hackathon = Hackathon(there, pace=pace, runs=Runs(), state=self.folder / "state")
        self.made.append(hackathon)
        return hackathon

    def faults(self, **faults: Any) -> None:
        """Have these faults from now on, and no others."""
        self._send("PUT", "faults", faults)

    def clock(self, timescale: float) -> None:
        """Have every wait take `timescale` times as long as on AWS."""
        self._send("PUT", "clock", {"progression": "time", "timescale": timescale})

    def calls(self) -> dict[str, int]:
        """Count calls by operation since the last count."""
        calls: dict[str, int] = self._send("GET", "calls")
        self._send("DELETE", "calls")
        return calls

    def _send(self, method: str, path: str, body: object = None) -> Any:
        request = urllib.request.Request(
            f"{self.url}/_sandbox/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)


@contextmanager
def world(timescale: float = 1.0) -> Iterator[World]:
    """Start a sandbox, point this process at it, and end it afterwards."""
    before = dict(os.environ)
    command = [sys.executable, "-m", "studio_core.cli", "sandbox", "--empty"]
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            [*command, "--timescale", str(timescale)], stdout=subprocess.PIPE, text=True
        )
        try:
            made = World("", _exports(server), Path(folder))
            made.url = made.environment["AWS_ENDPOINT_URL"]
            _warm(made)
            made.environment |= {
                "STUDIO_CONFIG": f"{folder}/config.toml",
                "STUDIO_STATE": f"{folder}/state",
            }
            os.environ.update(made.environment)
            yield made
            for hackathon in made.made:
                hackathon.close()
        finally:
            server.terminate()
            server.wait(20)
            assert server.stdout is not None
            server.stdout.close()
            os.environ.clear()
            os.environ.update(before)


def _warm(there: World) -> None:
    """Have moto load what it loads at a service's first call: a second for Parameter Store."""
    reach = {
        "region_name": there.environment["STUDIO_REGION"],
        "endpoint_url": there.url,
        "aws_access_key_id": there.environment["AWS_ACCESS_KEY_ID"],
        "aws_secret_access_key": there.environment["AWS_SECRET_ACCESS_KEY"],
    }
    boto3.client("ssm", **reach).describe_parameters(MaxResults=1)


def _exports(server: subprocess.Popen[str]) -> dict[str, str]:
    variables: dict[str, str] = {}
    assert server.stdout is not None
    for line in server.stdout:
        name, _, value = line.removeprefix("export ").strip().partition("=")
        variables[name] = value.strip("'\"")
        if {"STUDIO_EVENT", "STUDIO_TABLE_NAME", "STUDIO_DOMAIN_ID"} <= variables.keys():
            return variables
    raise RuntimeError("the sandbox did not start")


def people(number: int, teams: int) -> Roster:
    """Make up a roster."""
    return Roster(
        tuple(Participant(f"person{n:05}@example.com", str(n % teams + 1)) for n in range(number))
    )
