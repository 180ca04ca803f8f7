"""How soon the command line answers: `python -m bench.startup`."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from bench.engine import Row, table
from bench.worker import QUICK
from bench.world import people, world
from studio_core.model.plans import Action

TIMES = 15


def _median(command: list[str], times: int = TIMES) -> float:
    """Seconds that a command takes, in the middle of so many tries."""
    took = []
    for _ in range(times):
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        took.append(time.perf_counter() - start)
    return statistics.median(took)


def measure() -> list[Row]:
    """Time `studio --help` beside a bare Python, and `studio status` beyond its calls."""
    studio = str(Path(sys.executable).with_name("studio"))
    bare = _median([sys.executable, "-c", "pass"])
    shown = _median([studio, "--help"])
    rows = [Row("`studio --help`", shown, bare, "s", "at most 6 times", shown <= 6 * bare)]
    with world(0.02) as there:
        hackathon = there.hackathon(QUICK)
        report = hackathon.run(hackathon.propose_setup(people(60, 12)))
        assert report.counts(Action.CREATE)["profile"] == 61
        os.environ["STUDIO_CONFIG"] = str(there.folder / "config.toml")
        start = time.perf_counter()
        hackathon.status()
        calls = time.perf_counter() - start
        took = _median([studio, "status", "--json"], 7)
        beyond = took - calls
    limit = "under 1 s beyond its calls"
    rows.append(Row("`studio status --json` of 60 people", took, calls, "s", limit, beyond < 1))
    return rows


if __name__ == "__main__":
    rows = measure()
    print(table(rows))
    sys.exit(0 if all(row.ok for row in rows) else 1)
