"""`studio sandbox`, in processes of its own."""

from __future__ import annotations

import json
import signal
import socket
from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import Process, read_exports

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.slow
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
