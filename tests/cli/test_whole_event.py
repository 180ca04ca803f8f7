"""An event from beginning to end, by commands in processes of their own."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import signal
import urllib.request
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import EXAMPLE, Process, read_exports

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from studio_core.sandbox.demo import DemoData
    from studio_core.sandbox.serving.server import SandboxServer
    from tests.control import Control

pytestmark = pytest.mark.slow


@pytest.fixture
def exported(process: Process) -> Iterator[Process]:
    """Commands of somebody who took over what `studio sandbox` printed."""
    child = process.start("sandbox", "--empty", "--timescale", "0.01", "--latency", "0.001")
    variables = read_exports(child)
    # The seed's own flow: nothing but where it is comes from the sandbox.
    where = {k: v for k, v in variables.items() if k.startswith("AWS_")}
    process.environ = {**process.environ, **where, "DOMAIN": variables["STUDIO_DOMAIN_ID"]}
    yield process
    child.send_signal(signal.SIGINT)
    assert child.wait(10) == 0


@pytest.fixture
def served(process: Process, sandbox: SandboxServer, world: DemoData, control: Control) -> Process:
    """Commands of somebody for whom a sandbox runs."""
    control.clock(timescale=0.01)
    where = {**sandbox.environment(), "DOMAIN": world.domain_id}
    process.environ = {**process.environ, **where}
    return process


def test_a_whole_event_on_the_command_line(exported: Process) -> None:
    domain_id = exported.environ["DOMAIN"]

    def studio(*args: object) -> str:
        done = exported(*args)
        assert done.returncode == 0, done.stderr
        return done.stdout

    studio("configure", "--region", "eu-west-1", "--domain-id", domain_id, "--event", "spring")
    assert domain_id in studio("get-conf")
    assert "error" not in studio("check", "--roster", EXAMPLE)
    assert studio("setup-users", EXAMPLE).startswith("Created 45 profiles, 8 spaces and 44 rows")
    assert studio("setup-users", EXAMPLE).startswith("Nothing to do")
    assert json.loads(studio("status", "--json"))["profiles"] == {"InService": 45}
    rows = list(csv.DictReader(io.StringIO(studio("get-urls", "--format", "csv"))))
    assert len({row["profile"] for row in rows}) == 44
    niklases = [row for row in rows if row["email"] in {"niklas@amazon.com", "niklas@ai.se"}]
    assert len(niklases) == 2
    for row in niklases:
        with urllib.request.urlopen(row["url"], timeout=10) as page:
            assert row["profile"] in page.read().decode()
    studio("start-apps")
    gone = json.loads(studio("purge", "--confirm", domain_id, "--json"))
    assert gone["deleted"] == {"app": 8, "space": 8, "profile": 45, "row": 44}
    assert (gone["failed"], gone["left"]) == ([], [])


def test_ctrl_c_ends_a_run_in_order_and_the_next_goes_on(served: Process, control: Control) -> None:
    where = ("--region", "eu-west-1", "--domain-id", served.environ["DOMAIN"])
    assert served("configure", *where, "--concurrency", 2).returncode == 0
    control.faults(latency=0.1)
    child = served.start("-v", "setup-users", EXAMPLE, "--json")
    while "create profile" not in child.stderr.readline():
        assert child.poll() is None
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=30)
    assert child.returncode == 1
    report = json.loads(out)
    assert report["created"]["profile"] >= 1
    assert {i["reason"] for i in report["left"]} <= {
        "stopped: not begun",
        "stopped: asked for, not waited for",
    }
    assert "Stopping: waiting for the calls in flight to end." in err
    assert "run the same command again to go on" in err
    assert "Traceback" not in err
    control.faults()
    again = served("setup-users", EXAMPLE, "--json")
    assert again.returncode == 0, again.stderr
    asked = [i for i in report["left"] if i["kind"] == "profile" and "asked for" in i["reason"]]
    there = report["created"]["profile"] + len(asked)
    assert json.loads(again.stdout)["created"]["profile"] == 45 - there


def test_a_person_in_a_terminal(served: Process, tmp_path: Path) -> None:
    """The questions reach a real terminal, and what is typed there counts."""
    ours, theirs = pty.openpty()
    child = served.start("configure", stdin=theirs)
    os.write(ours, b"spring\neu-west-1\n1\n\n")
    out, err = child.communicate(timeout=30)
    assert child.returncode == 0, err
    assert f"spring on {served.environ['DOMAIN']} in eu-west-1" in out
    assert served.environ["DOMAIN"] in err
    roster = tmp_path / "roster.csv"
    roster.write_text("ada@example.com,1\n", encoding="utf-8")
    assert served("setup-users", roster).returncode == 0
    child = served.start("purge", stdin=theirs)
    os.write(ours, f"spring\n{served.environ['DOMAIN']}\n".encode())
    out, err = child.communicate(timeout=30)
    assert child.returncode == 0, err
    assert out.endswith("Nothing is left.\n")
    assert "That is not it" in err
    os.close(ours)
    os.close(theirs)


def test_a_terminal_shows_bars(served: Process) -> None:
    where = ("--region", "eu-west-1", "--domain-id", served.environ["DOMAIN"])
    assert served("configure", *where).returncode == 0
    ours, theirs = pty.openpty()
    child = served.start("setup-users", EXAMPLE, stderr=theirs)
    os.close(theirs)
    shown = b""
    with suppress(OSError):  # the terminal is gone when the command has ended
        while piece := os.read(ours, 4096):
            shown += piece
    os.close(ours)
    assert child.wait(10) == 0
    assert b"profiles" in shown
    assert b"45/45" in shown
    assert b"44/44" in shown


def test_watching_looks_again_until_ctrl_c(served: Process) -> None:
    where = ("--region", "eu-west-1", "--domain-id", served.environ["DOMAIN"])
    assert served("configure", *where).returncode == 0
    child = served.start("status", "--watch", "--interval", 0.5, "--json")
    assert child.stdout is not None
    looks = [json.loads(child.stdout.readline()) for _ in range(2)]
    assert looks[0] == looks[1]
    child.send_signal(signal.SIGINT)
    _, err = child.communicate(timeout=20)
    assert (child.returncode, err) == (0, "")
