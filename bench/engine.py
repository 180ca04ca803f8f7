"""Setup, links and purge beside their bounds: `python -m bench.engine`.

Latency and limits are the sandbox's, in real seconds; what AWS takes to make and delete
things is scaled so that it does not hide the rest, but for the purge, where it is the point.
"""

from __future__ import annotations

import resource
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import boto3
import psutil

from bench.world import World, people, world
from studio_core.engine.pace import Pace
from studio_core.engine.schedule import ROW_BATCH
from studio_core.model.links import Link
from studio_core.model.plans import Action
from studio_core.model.studio import Identity, Snapshot, SpaceTemplate
from studio_core.planning.setup import plan_setup

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio_core.aws.session import Session
    from studio_core.model.people import Roster

LATENCY = 0.1
RATE = 20.0
PEOPLE, TEAMS = 500, 100
QUICK = 0.02
PACE = Pace()


@dataclass(frozen=True)
class Row:
    """One line of the tables: what was measured, its bound, and what the limit is."""

    what: str
    value: float
    bound: float
    unit: str
    limit: str
    ok: bool

    @property
    def ratio(self) -> float:
        """Value over bound."""
        return self.value / self.bound if self.bound else 0.0


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.monotonic()
    answer = work()
    return time.monotonic() - start, answer


def setup(concurrency: int = PACE.concurrency) -> list[Row]:
    """Time setup without and with a limit of calls, and the plain loop beside it."""
    roster = people(PEOPLE, TEAMS)
    pace = replace(PACE.scaled(QUICK * 5), concurrency=concurrency)
    rows = []
    with world(QUICK) as there:
        hackathon = there.hackathon(pace)
        hackathon.observe()
        there.faults(latency=LATENCY)
        there.calls()
        seconds, report = _timed(lambda: hackathon.run(hackathon.propose_setup(roster)))
        assert report.ok, report.failed[:3]
        calls = there.calls()
        least = {
            "sagemaker.CreateUserProfile": PEOPLE + 1,
            "sagemaker.CreateSpace": TEAMS,
            "dynamodb.TransactWriteItems": -(-PEOPLE // ROW_BATCH),
        }
        made = {name: calls.get(name, 0) for name in least}
        rows.append(_exact("setup: creates and batches", made, least))
        described = sum(
            number
            for name, number in calls.items()
            if name.startswith("sagemaker.Describe") and name != "sagemaker.DescribeDomain"
        )
        rows.append(Row("setup: Describe a resource", described, 0, "calls", "0", described == 0))
        plain, made_alone = _plain_loop(there, roster)
        # What a call really takes here, made alone: the latency that was asked for, and its
        # way through the sandbox.
        alone = plain / made_alone
        bound = sum(calls.values()) * alone / concurrency
        rows.append(Row("one call made alone", alone * 1000, LATENCY * 1000, "ms", "", ok=True))
        rows.append(_at_most(f"setup of {PEOPLE} at {alone * 1000:.0f} ms", seconds, bound))
        times = plain / seconds
        rows.append(
            Row("the plain loop beside it", plain, seconds, "s", "at least 10 times", times >= 10)
        )
    for name, adaptive in (("", False), (" by botocore's adaptive mode", True)):
        seconds = _limited_setup(roster, pace, adaptive=adaptive)
        row = _at_most(f"setup at {RATE:.0f} calls a second{name}", seconds, _bucket(PEOPLE + 1))
        rows.append(replace(row, limit="beside", ok=True) if adaptive else row)
    return rows


def _bucket(number: int) -> float:
    """Seconds that a bucket of one second's worth needs for so many calls."""
    return (number - RATE) / RATE


def _limited_setup(roster: Roster, pace: Pace, *, adaptive: bool) -> float:
    with world(QUICK) as there:
        hackathon = there.hackathon(pace)
        hackathon.observe()
        there.faults(latency=LATENCY, rate=RATE)
        if adaptive:
            _make_adaptive(hackathon._backend.session)  # noqa: SLF001 - the comparison is the point
        seconds, report = _timed(lambda: hackathon.run(hackathon.propose_setup(roster)))
        assert report.ok, report.failed[:3]
        return seconds


def _make_adaptive(session: Session) -> None:
    client, make = session.client("sts"), session.client
    assert client is not None

    def adaptive(service: str, *, region: str | None = None, retries: bool = True) -> Any:
        if retries:
            return make(service, region=region)
        config = boto3.session.Config(
            retries={"mode": "adaptive", "total_max_attempts": 8}, max_pool_connections=20
        )
        return boto3.client(service, region_name=session.region, config=config)

    session.client = adaptive  # type: ignore[method-assign] # only in this comparison


def _plain_loop(there: World, roster: Roster) -> tuple[float, int]:
    """Describe, then create, one after another, as the first generation of the tool did.

    Seconds, and the calls that were made.
    """
    client = boto3.client("sagemaker", region_name=there.environment["STUDIO_REGION"])
    domain = there.environment["STUDIO_DOMAIN_ID"]

    def loop() -> None:
        for person in roster.participants:
            name = "plain-" + person.email.split("@")[0]
            try:
                client.describe_user_profile(DomainId=domain, UserProfileName=name)
            except client.exceptions.ResourceNotFound:
                client.create_user_profile(DomainId=domain, UserProfileName=name)
        for team in roster.teams:
            try:
                client.describe_space(DomainId=domain, SpaceName=f"plain-{team}")
            except client.exceptions.ResourceNotFound:
                client.create_space(DomainId=domain, SpaceName=f"plain-{team}")

    return _timed(loop)[0], 2 * (len(roster) + len(roster.teams))


def links(number: int = 1000) -> list[Row]:
    """Mint many links: how much of the oldest one's life is left, and the memory it takes."""
    roster = people(number, number // 5)
    with world(QUICK) as there:
        hackathon = there.hackathon(PACE.scaled(QUICK))
        assert hackathon.run(hackathon.propose_setup(roster)).ok
        there.faults(latency=LATENCY)
        before = _memory()
        start = time.time()
        oldest = min(
            link.expires_at.timestamp() for link in hackathon.links() if isinstance(link, Link)
        )
        end = time.time()
        left = (oldest - end) / 300
        grown = _memory() - before
    return [
        Row(f"links for {number}: time", end - start, number * LATENCY / 10, "s", "", ok=True),
        Row("life left of the oldest", left * 100, 90, "%", "at least 90 %", left >= 0.9),
        Row("memory that minting took", grown, 0, "MiB", "flat", grown < 20),
    ]


def purge(teams: int = 300, low: float = 20, high: float = 120) -> list[Row]:
    """Time a purge whose apps take long, against the slowest chain, at AWS's own pace."""
    space, profile = 20.0, 8.0
    roster = people(PEOPLE, teams)
    with world(QUICK) as there:
        hackathon = there.hackathon(PACE)
        quick = there.hackathon(PACE.scaled(QUICK * 5))
        assert quick.run(quick.propose_setup(roster)).ok
        assert quick.run(quick.propose_start_apps()).ok
        there.clock(1.0)
        there.faults(latency=LATENCY, app_delete_seconds=[low, high])
        there.calls()
        proposal = hackathon.propose_purge()
        before = there.calls()
        seconds, report = _timed(lambda: hackathon.run(proposal))
        assert report.ok, (report.failed[:3], report.left[:3])
        calls = there.calls()
    least = {
        "sagemaker.DeleteApp": teams,
        "sagemaker.DeleteSpace": teams,
        "sagemaker.DeleteUserProfile": PEOPLE + 1,
        "dynamodb.TransactWriteItems": -(-PEOPLE // ROW_BATCH),
    }
    made = {name: calls.get(name, 0) for name in least}
    # Pages that one sweep of everything takes, before the run; those of its waits come on top.
    sweep = sum(n for name, n in before.items() if ".List" in name)
    pages = sum(n for name, n in calls.items() if ".List" in name)
    return [
        _exact("purge: deletes and batches", made, least),
        _at_most(
            f"purge, {teams} apps of {low:.0f} to {high:.0f} s",
            seconds,
            high + space + profile,
            most=1.06,
        ),
        Row("pages listed in all", pages, sweep, "pages", "at most 6", pages <= 6 * sweep),
    ]


def growth(sizes: tuple[int, ...] = (100, 1000, 10_000)) -> list[tuple[int, int, float, float]]:
    """Set up ever more people without latency: size, calls, seconds, MiB of this process."""
    points = []
    for number in sizes:
        with world(QUICK) as there:
            hackathon = there.hackathon(PACE.scaled(QUICK * 5))
            hackathon.observe()
            there.calls()
            roster = people(number, max(1, number // 5))
            start = time.monotonic()
            report = hackathon.run(hackathon.propose_setup(roster))
            seconds = time.monotonic() - start
            assert report.ok, report.failed[:3]
            points.append((number, sum(there.calls().values()), seconds, _peak()))
    return points


def planning(number: int = 10_000) -> Row:
    """Time the plan alone, for a domain that is empty."""
    empty = Snapshot(Identity("123456789012", "eu-west-1", "d-bench"), "bench")
    roster = people(number, number // 5)
    seconds, plan = _timed(lambda: plan_setup(roster, empty, SpaceTemplate()))
    assert plan.counts(Action.CREATE)["profile"] == number + 1
    return Row(f"planning {number} people", seconds, 1.0, "s", "< 1 s", seconds < 1)


def _exact(what: str, made: dict[str, int], least: dict[str, int]) -> Row:
    return Row(what, sum(made.values()), sum(least.values()), "calls", "= least", made == least)


def _at_most(what: str, value: float, bound: float, most: float = 1.08) -> Row:
    return Row(what, value, bound, "s", f"at most {most}", value <= most * bound)


def _memory() -> float:
    """Resident memory of this process now, in MiB."""
    return float(psutil.Process().memory_info().rss) / 2**20


def _peak() -> float:
    """Most resident memory so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def table(rows: list[Row]) -> str:
    """Write rows as a Markdown table."""
    lines = ["| measured | value | bound | ratio | limit | |", "|---|--:|--:|--:|---|---|"]
    for row in rows:
        ratio = f"{row.ratio:.2f}" if row.bound else ""
        lines.append(
            f"| {row.what} | {row.value:.4g} {row.unit} | {row.bound:.4g} {row.unit} | {ratio} "
            f"| {row.limit} | {'yes' if row.ok else '**no**'} |"
        )
    return "\n".join(lines)


def main() -> int:
    """Measure everything and print it."""
    rows = [planning(), *setup(), *links()]
    rows += purge()
    print(table(rows))
    return 0 if all(row.ok for row in rows) else 1


if __name__ == "__main__":
    main()
