"""The sandbox as a child process."""

from __future__ import annotations

import json
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest

from studio_core.cli.processes.sandbox import SandboxOptions, running_sandbox
from studio_core.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.usefixtures("_clean_environment")
def test_faults_reach_the_sandbox() -> None:
    with running_sandbox(
        SandboxOptions(empty=True, faults={"latency": 0.001, "rate": None, "seed": 7})
    ) as made:
        url = f"{made['AWS_ENDPOINT_URL']}/_sandbox/faults"
        with urllib.request.urlopen(url, timeout=10) as answer:
            faults = json.load(answer)
    assert (faults["latency"], faults["rate"], faults["seed"]) == (0.001, None, 7)


def ask(variables: dict[str, str], name: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{variables['AWS_ENDPOINT_URL']}/_sandbox/{name}") as answer:
        read: dict[str, Any] = json.load(answer)
        return read


def written(folder: Path, text: str) -> Path:
    path = folder / "scenario.toml"
    path.write_text(text)
    return path


def test_it_begins_once_the_demo_data_is_in_place(tmp_path: Path) -> None:
    path = written(tmp_path, "[start]\ntimescale = 0.5\nfaults = { throttle_rate = 1 }\n")
    with running_sandbox(SandboxOptions(timescale=0.01, empty=True, scenario=path)) as variables:
        assert ask(variables, "clock")["timescale"] == 0.5
        assert ask(variables, "faults")["throttle_rate"] == 1


def test_a_file_that_cannot_be_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, "[[step]]\nfaults = { bogus = 1 }\n")
    with (
        pytest.raises(SettingsError, match=r"scenario\.toml: step 1: unknown faults: bogus"),
        running_sandbox(SandboxOptions(scenario=path)),
    ):
        pytest.fail("started")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with (
        pytest.raises(SettingsError, match=r"gone\.toml"),
        running_sandbox(SandboxOptions(scenario=tmp_path / "gone.toml")),
    ):
        pytest.fail("started")
