"""`studio sandbox`, and an event from beginning to end in processes of their own."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import shlex
import signal
import socket
import urllib.request
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from studio_core.cli.processes.sandbox import SandboxOptions, running_sandbox

from .conftest import EXAMPLE, Control, Process

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

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


def read_exports(child: Any) -> dict[str, str]:
    """Read what a starting sandbox prints, which ends when it is ready to answer."""
    found: dict[str, str] = {}
    while set(found) != VARIABLES:
        words = shlex.split(child.stdout.readline())
        assert words[:1] == ["export"], child.stderr.read()
        name, _, value = words[1].partition("=")
        found[name] = value
    return found


@pytest.fixture
def served(process: Process) -> Iterator[Process]:
    """Commands of somebody who took over what `studio sandbox` printed."""
    child = process.start("sandbox", "--empty", "--timescale", "0.01", "--latency", "0.001")
    variables = read_exports(child)
    # The seed's own flow: nothing but where it is comes from the sandbox.
    where = {k: v for k, v in variables.items() if k.startswith("AWS_")}
    process.environ = {**process.environ, **where, "DOMAIN": variables["STUDIO_DOMAIN_ID"]}
    yield process
    child.send_signal(signal.SIGINT)
    assert child.wait(10) == 0


def test_a_whole_event_on_the_command_line(served: Process) -> None:
    domain_id = served.environ["DOMAIN"]

    def studio(*args: object) -> str:
        done = served(*args)
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


def test_ctrl_c_ends_a_run_in_order_and_the_next_goes_on(served: Process) -> None:
    where = ("--region", "eu-west-1", "--domain-id", served.environ["DOMAIN"])
    assert served("configure", *where, "--concurrency", 2).returncode == 0
    Control(served.environ["AWS_ENDPOINT_URL"]).faults(latency=0.1)
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
    Control(served.environ["AWS_ENDPOINT_URL"]).faults()
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


def test_the_sandbox_goes_on_from_its_state(process: Process, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    args = ("sandbox", "--participants", 6, "--teams", 2, "--timescale", 0, "--state", state)
    seen = []
    for _ in range(2):
        child = process.start(*args)
        variables = read_exports(child)
        done = process.__class__({**process.environ, **variables}, [])("status", "--json")
        assert done.returncode == 0, done.stderr
        seen.append((variables["STUDIO_DOMAIN_ID"], json.loads(done.stdout)))
        child.send_signal(signal.SIGTERM)
        assert child.wait(10) == 0
    assert seen[0] == seen[1]
    assert seen[0][1]["participants"] == 6


@pytest.mark.parametrize(
    "args",
    [("--error-rate", 2), ("--timescale", -1), ("--rate", 0), ("--participants", "many")],
)
def test_options_that_cannot_be_right(process: Process, args: tuple[object, ...]) -> None:
    done = process("sandbox", *args)
    assert (done.returncode, done.stdout) == (2, "")


def test_a_port_in_use_is_said(process: Process) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for command in ("sandbox", "dashboard", "demo"):
            done = process(command, "--port", port)
            assert (done.returncode, done.stdout) == (2, "")
            assert done.stderr.startswith(f"Error: Port {port} is in use already.\n")


def test_a_state_file_that_is_none(process: Process, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    state.write_text("{}", encoding="utf-8")
    done = process("sandbox", "--state", state)
    assert (done.returncode, done.stdout) == (2, "")
    assert str(state) in done.stderr


@pytest.mark.usefixtures("_clean_environment")
def test_faults_reach_the_sandbox() -> None:
    options = SandboxOptions(empty=True, faults={"latency": 0.001, "rate": None, "seed": 7})
    with running_sandbox(options) as made:
        url = f"{made['AWS_ENDPOINT_URL']}/_sandbox/faults"
        with urllib.request.urlopen(url, timeout=10) as answer:
            faults = json.load(answer)
    assert (faults["latency"], faults["rate"], faults["seed"]) == (0.001, None, 7)
