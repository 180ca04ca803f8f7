"""One setup or purge in a process that can be killed: `python -m bench.worker setup 60 12`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from bench.world import people
from studio_core.config import load
from studio_core.engine.pace import Pace
from studio_core.hackathon import Hackathon

QUICK = Pace(
    poll_first=0.02,
    poll_gap=0.1,
    poll_most=0.5,
    patience=60,
    persistence=60,
    settling=0.5,
    retry_first=0.02,
    retry_most=0.5,
)
"""For a sandbox whose waits are fifty times as short as those of AWS."""


def main(purpose: str, number: int, teams: int) -> int:
    """Run to the end, saying when it begins; 0 when nothing is left or failed."""
    hackathon = Hackathon(load(), pace=QUICK, state=Path(os.environ["STUDIO_STATE"]))
    roster = people(number, teams)
    sys.stdout.write("begun\n")
    sys.stdout.flush()
    proposal = hackathon.propose_setup(roster) if purpose == "setup" else hackathon.propose_purge()
    report = hackathon.run(proposal)
    for outcome in report.failed:
        sys.stdout.write(f"{outcome.step.key}: {outcome.reason}\n")
    for item in report.left:
        sys.stdout.write(f"left {item.kind} {item.name}: {item.reason}\n")
    return 0 if report.ok else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
