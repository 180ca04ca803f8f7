"""Killed at random, and in bad weather: `python -m bench.soak` (`make soak`).

Every kill is a SIGKILL at a random moment of a setup or a purge, in a process of its own;
then the same command is started again. A cycle ends when it finished, and the world must
then be exactly as wanted. Exits with 1 at the first cycle where it is not.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench import fuzz
from bench.worker import QUICK
from bench.world import World, people, world
from studio_core.model.plans import Action
from studio_core.model.studio import Ownership, Snapshot

if TYPE_CHECKING:
    from studio_core.model.people import Roster

TIMESCALE = 0.02
WEATHER = {"throttle_rate": 0.3, "error_rate": 0.05, "drop_rate": 0.02, "list_lag": 0.2}


@dataclass(frozen=True)
class Soak:
    """How much of it: kills in all, people and teams of each cycle, longest wait to a kill."""

    kills: int
    number: int = 60
    teams: int = 12
    longest: float = 2.5
    seed: int = 1


def wrong_after_setup(snapshot: Snapshot, roster: Roster) -> list[str]:
    """Say what is not exactly as the roster wants it; an empty list is right."""
    profiles = [p for p in snapshot.profiles if p.ownership is Ownership.OURS]
    spaces = [s for s in snapshot.spaces if s.ownership is Ownership.OURS]
    rows = {r.email: r for r in snapshot.records}
    names = {p.name for p in profiles}
    wrong = []
    if len(profiles) != len(roster) + 1 or any(p.status != "InService" for p in profiles):
        wrong.append(f"{len(profiles)} profiles")
    if len(spaces) != len(roster.teams) or any(s.status != "InService" for s in spaces):
        wrong.append(f"{len(spaces)} spaces")
    if set(rows) != {p.email for p in roster.participants}:
        wrong.append(f"{len(rows)} rows")
    wrong += [f"{r.email} names {r.profile}" for r in rows.values() if r.profile not in names]
    wrong += [
        f"{p.email} is in {rows[p.email].team}"
        for p in roster.participants
        if p.email in rows and rows[p.email].team != p.team
    ]
    return wrong


def wrong_after_purge(snapshot: Snapshot) -> list[str]:
    """Say what is left of the event; an empty list is right."""
    held = [
        *(p.name for p in snapshot.profiles),
        *(s.name for s in snapshot.spaces),
        *(a.label for a in snapshot.apps if not a.gone),
        *(r.email for r in snapshot.records),
    ]
    return [f"left: {name}" for name in held]


def run_and_kill(purpose: str, soak: Soak, there: World, dice: random.Random, most: int) -> int:
    """Start the command, kill it up to `most` times, let it finish; the number of kills.

    Raises:
        RuntimeError: The run that was left alone did not end well.
    """
    kills = 0
    while True:
        command = [sys.executable, "-m", "bench.worker", purpose]
        process = subprocess.Popen(
            [*command, str(soak.number), str(soak.teams)],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **there.environment},
        )
        assert process.stdout is not None
        begun = process.stdout.readline()
        if begun and kills < most:
            time.sleep(dice.uniform(0, soak.longest))
            process.kill()
            if process.wait() < 0:
                kills += 1
                process.stdout.close()
                continue
        rest = process.stdout.read()
        process.stdout.close()
        if process.wait() != 0:
            raise RuntimeError(f"{purpose} ended with {process.returncode}: {rest[:2000]}")
        return kills


def kill_anywhere(soak: Soak) -> int:
    """Kill setups and purges until the number is reached; the number of kills survived.

    Raises:
        RuntimeError: A cycle did not converge; the message says how.
    """
    dice = random.Random(soak.seed)
    kills, cycle = 0, 0
    roster = people(soak.number, soak.teams)
    with world(TIMESCALE) as there:
        watcher = there.hackathon(QUICK)
        while kills < soak.kills:
            lost = 0.05 if cycle % 2 else 0.0
            there.faults(latency=0.03, lost_answer_rate=lost, seed=soak.seed + cycle)
            kills += run_and_kill("setup", soak, there, dice, dice.randint(1, 5))
            there.faults()
            _check("setup", wrong_after_setup(watcher.observe(), roster), cycle)
            watcher.run(watcher.propose_start_apps())
            there.faults(latency=0.03, lost_answer_rate=lost, seed=soak.seed + cycle)
            kills += run_and_kill("purge", soak, there, dice, dice.randint(1, 5))
            there.faults()
            _check("purge", wrong_after_purge(watcher.observe()), cycle)
            cycle += 1
            print(f"cycle {cycle}: {kills} kills survived", file=sys.stderr, flush=True)
    return kills


def weather(number: int = 300, teams: int = 60, seed: int = 1) -> dict[str, float]:
    """Set up and purge in bad weather; seconds of each.

    Raises:
        RuntimeError: A run did not end well or left something wrong.
    """
    took = {}
    roster = people(number, teams)
    with world(TIMESCALE) as there:
        hackathon = there.hackathon(QUICK)
        for purpose in ("setup", "apps", "purge"):
            there.faults(**WEATHER, seed=seed)
            start = time.monotonic()
            if purpose == "setup":
                proposal = hackathon.propose_setup(roster)
            elif purpose == "apps":
                proposal = hackathon.propose_start_apps()
            else:
                proposal = hackathon.propose_purge()
            report = hackathon.run(proposal)
            took[purpose] = time.monotonic() - start
            if not report.ok:
                raise RuntimeError(
                    f"{purpose} in bad weather: {report.failed[:3]} {report.left[:3]}"
                )
            there.faults()
            if purpose == "setup":
                assert report.counts(Action.CREATE)["profile"] == number + 1
                _check("setup", wrong_after_setup(hackathon.observe(), roster), 0)
        _check("purge", wrong_after_purge(hackathon.observe()), 0)
    return took


def _check(purpose: str, wrong: list[str], cycle: int) -> None:
    if wrong:
        raise RuntimeError(f"after {purpose} of cycle {cycle}: {', '.join(wrong[:5])}")


def main() -> int:
    """Run the soak and print its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=250)
    parser.add_argument("--sequences", type=int, default=1000, help="random sequences of chaos")
    parser.add_argument("--people", type=int, default=300, help="people in bad weather")
    parser.add_argument("--requests", type=int, default=20_000, help="requests of the fuzzer")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    tally = fuzz.run(options.requests, options.seed)
    print(fuzz.report(tally), flush=True)
    if tally.wrong:
        raise SystemExit("\n".join(tally.wrong[:20]))
    from tests.chaos.soak import chaos  # noqa: PLC0415 - only the long run needs hypothesis

    outcome = chaos(options.sequences, options.seed)
    print(outcome, flush=True)
    if not outcome.ok:
        return 1
    start = time.monotonic()
    kills = kill_anywhere(Soak(options.kills, seed=options.seed))
    minutes = (time.monotonic() - start) / 60
    took = weather(options.people, max(1, options.people // 5), options.seed)
    print("| soak | result |\n|---|---|")
    print(f"| killed with SIGKILL, started again, converged | {kills} of {kills} |")
    print(f"| minutes that took | {minutes:.1f} |")
    for purpose, seconds in took.items():
        print(f"| {purpose} of {options.people} people in bad weather, exit 0 | {seconds:.0f} s |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
