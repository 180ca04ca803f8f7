"""Scenario files: what they can say, and when it happens."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from studio_core.sandbox.demo import control
from studio_core.sandbox.serving.scenario import (
    Player,
    Scenario,
    ScenarioError,
    Step,
    read_scenario,
)

if TYPE_CHECKING:
    from studio_core.sandbox.serving.server import SandboxServer

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "lunch-outage.toml"


def written(folder: Path, text: str) -> Path:
    path = folder / "scenario.toml"
    path.write_text(text)
    return path


def test_the_example_can_be_read() -> None:
    scenario = read_scenario(EXAMPLE)
    assert scenario.title == "Lunch outage"
    assert [step.after for step in scenario.steps] == [0, 60, 120, 240]
    assert scenario.steps[2].faults is not None
    assert scenario.steps[2].faults.stuck == ("team-3", "team-5")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("not toml", "Expected"),
        ("[[steps]]\nafter = 1", "unknown: steps"),
        ("[start]\nafter = 1", "start: unknown: after"),
        ("[[step]]\nafter = -1", "step 1: after must be a number of at least 0"),
        ("[[step]]\nfaults = { rate = 'x' }", "step 1: rate must be a number"),
        ("[[step]]\nfaults = { bogus = 1 }", "step 1: unknown faults: bogus"),
        ("[[step]]\nquotas = { bogus = 1 }", "no quota has the code or name 'bogus'"),
        ("[start]\nprogression = 'sideways'", "progression must be one of"),
        ("start = 5", "scenario.toml"),
    ],
)
def test_files_that_cannot_be(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        read_scenario(written(tmp_path, text))


def test_steps_come_in_the_order_of_time(tmp_path: Path) -> None:
    path = written(tmp_path, "[[step]]\nafter = 5\n[[step]]\nafter = 2\n")
    assert [step.after for step in read_scenario(path).steps] == [0, 2, 5]


def test_a_server_plays_it(served: SandboxServer, tmp_path: Path) -> None:
    text = """
        [start]
        timescale = 0.25
        quotas = { "Total domains" = 4 }
        [[step]]
        after = 0.05
        faults = { latency = 0.001 }
    """
    served.play(read_scenario(written(tmp_path, text)))
    assert control(served.url, "GET", "clock")["timescale"] == 0.25
    assert control(served.url, "GET", "quotas")["L-B683BCB0"] == 4
    deadline = time.monotonic() + 10
    while control(served.url, "GET", "faults")["latency"] == 0:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_player_can_be_stopped() -> None:
    applied: list[Step] = []
    player = Player(Scenario("long", (Step(), Step(after=600))), applied.append)
    player.start()
    player.stop()
    assert len(applied) == player.done <= 1
