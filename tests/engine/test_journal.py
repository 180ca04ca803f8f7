"""The journal of a run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bench.world import people

if TYPE_CHECKING:
    from pathlib import Path

    from studio_core.hackathon import Hackathon


def test_the_journal_tells_the_run_and_outlives_the_purge(
    hackathon: Hackathon, tmp_path: Path
) -> None:
    hackathon.run(hackathon.propose_setup(people(3, 1)))
    list(hackathon.links())
    hackathon.run(hackathon.propose_purge())
    runs = tmp_path / "state" / "runs"
    [purge], [setup] = runs.glob("*-purge-*"), runs.glob("*-setup-*")
    lines = [json.loads(line) for line in setup.read_text().splitlines()]
    assert lines[0]["who"] == "ana@laptop"
    assert {line["name"] for line in lines if line["fact"] == "step"} >= {"person00000", "team-1"}
    assert lines[-1]["fact"] == "end"
    assert lines[-1]["ok"] is True
    assert "http" not in setup.read_text() + purge.read_text()
    assert setup.stat().st_mode & 0o077 == 0
