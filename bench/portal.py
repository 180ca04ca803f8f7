"""Load on the web app: the rush at the start of an event, then a day of sign-ins.

    python -m bench.portal                      300 people in 60 s, then 2,000 at 20 a second
    python -m bench.portal --people 40 --within 4 --sign-ins 100

Sandbox and web app are processes of their own. Every link is read and compared with the
row of the e-mail that asked for it. Ends with 1 when an answer was wrong or a bound broken.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import httpx
import psutil
from itsdangerous.encoding import base64_decode

from studio_core.aws.session import Session
from studio_core.aws.table import ParticipantsTable
from studio_core.config import Settings
from studio_core.hackathon import Hackathon
from studio_core.sandbox.demo import seed_demo
from studio_core.sandbox.serving.server import ACCESS_KEY, SECRET_KEY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from studio_core.model.people import Record

P95_BOUND = 0.5
"""Seconds from the click to the redirect, for 95 of 100 people."""

REGION = "eu-west-1"
_SANDBOX = (
    "import signal; from studio_core.sandbox.serving.server import SandboxServer as S;"
    "s = S().start(); print(s.url, flush=True); signal.pause()"
)
_PORTAL = "from studio_core.portal.serve import run; run(0, '127.0.0.1')"


@dataclass(frozen=True, slots=True)
class Phase:
    """What one phase came to; times in seconds.

    `portal_ms` and `sandbox_ms` are processor milliseconds a sign-in cost either process:
    unlike the times, they do not depend on what else the machine does.
    """

    name: str
    asked: int
    errors: int
    wrong: int
    p50: float
    p95: float
    p99: float
    slowest: float
    took: float
    portal_ms: float
    sandbox_ms: float

    @property
    def ok(self) -> bool:
        """True when nothing failed, nobody got another's link, and it was quick."""
        return not self.errors and not self.wrong and self.p95 <= P95_BOUND


@contextmanager
def process(code: str, environ: dict[str, str]) -> Iterator[tuple[str, psutil.Process]]:
    """Run Python code in a process; gives the first line that it prints, and the process."""
    with subprocess.Popen(
        [sys.executable, "-c", code],
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # a line for each answer; what went wrong is counted here
        text=True,
    ) as running:
        try:
            assert running.stdout is not None
            yield running.stdout.readline().strip(), psutil.Process(running.pid)
        finally:
            running.terminate()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signs in, and where they belong."""

    record: Record
    code: str


def rightful(person: Person, url: str) -> bool:
    """True when a link is for this person's profile and space."""
    token = parse_qs(urlsplit(url).query)["token"][0]
    body = token.split(".")[1]
    claims = json.loads(base64_decode(body))
    wanted = (person.record.profile, person.record.space, person.record.domain_id)
    return (claims["profile"], claims["space"], claims["domain_id"]) == wanted


async def sign_in(
    client: httpx.AsyncClient, person: Person, delay: float, times: list[float]
) -> str:
    """Open the form and send it, after a delay; `ok`, `wrong`, or what went wrong."""
    await asyncio.sleep(delay)
    begun = time.perf_counter()
    try:
        form = await client.get("/")
        answer = await client.post("/", data={"email": person.record.email, "code": person.code})
    except httpx.HTTPError as error:
        return type(error).__name__
    times.append(time.perf_counter() - begun)
    if (form.status_code, answer.status_code) != (200, 303):
        return f"{form.status_code}, {answer.status_code}"
    return "ok" if rightful(person, answer.headers["location"]) else "wrong"


async def phase(
    name: str,
    address: str,
    arrivals: Sequence[tuple[Person, float]],
    processes: Sequence[psutil.Process],
) -> Phase:
    """Let people arrive, each after their delay in seconds."""
    times: list[float] = []
    before = [sum(each.cpu_times()[:2]) for each in processes]
    begun = time.perf_counter()
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=50)
    async with httpx.AsyncClient(base_url=address, limits=limits, timeout=30) as client:
        ends = await asyncio.gather(*(sign_in(client, p, delay, times) for p, delay in arrivals))
    took = time.perf_counter() - begun
    for what in sorted(set(ends) - {"ok", "wrong"}):
        print(f"{name}: {ends.count(what)} x {what}", file=sys.stderr)
    ordered = sorted(times) or [float("inf")]

    def share(part: float) -> float:
        return round(ordered[min(len(ordered) - 1, int(len(ordered) * part))], 4)

    wrong = ends.count("wrong")
    errors = len(ends) - ends.count("ok") - wrong
    spread = share(0.5), share(0.95), share(0.99), share(1)
    used = [
        round((sum(each.cpu_times()[:2]) - was) / len(ends) * 1000, 1)
        for each, was in zip(processes, before, strict=True)
    ]
    return Phase(name, len(ends), errors, wrong, *spread, round(took, 1), *used)


def run(
    *,
    people: int = 300,
    within: float = 60.0,
    sign_ins: int = 2000,
    rate: float = 20.0,
    access: str = "personal-code",
    seed: int = 1,
) -> list[Phase]:
    """Run both phases and give what they came to.

    Args:
        people: How many come in the rush, each once.
        within: Seconds in which they come, spread by chance.
        sign_ins: How many sign-ins the second phase has, over the same people in turn.
        rate: Sign-ins a second in the second phase.
        access: Access mode, `event-code` or `personal-code`.
        seed: Where the chance begins.
    """
    chance = random.Random(seed)
    own = {k: v for k, v in os.environ.items() if not k.startswith(("STUDIO_", "AWS_"))}
    with process(_SANDBOX, own) as (sandbox, simulated):
        aws = {
            "AWS_ENDPOINT_URL": sandbox,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        os.environ.update(aws)
        demo = seed_demo(sandbox, participants=people, teams=max(1, people // 5), region=REGION)
        values = {
            "region": REGION,
            "domain_id": demo.domain_id,
            "table_name": demo.table_name,
            "event": demo.event,
            "access": access,
        }
        studio = {f"STUDIO_{name.upper()}": value for name, value in values.items()}
        records = ParticipantsTable(Session(REGION).client("dynamodb"), demo.table_name).scan()
        hackathon = Hackathon(Settings(**values))  # type: ignore[arg-type] # all of them are text
        codes = hackathon.codes()
        hackathon.close()
        personal = access == "personal-code"
        everybody = [
            Person(r, codes.personal_code(r.email) if personal else codes.event_code)
            for r in records
        ]
        chance.shuffle(everybody)
        with process(_PORTAL, {**own, **aws, **studio}) as (portal, served):
            rush = [(person, chance.uniform(0, within)) for person in everybody]
            day = [(everybody[n % len(everybody)], n / rate) for n in range(sign_ins)]
            return [
                asyncio.run(phase("rush", portal, rush, (served, simulated))),
                asyncio.run(phase("day", portal, day, (served, simulated))),
            ]


def table(phases: Sequence[Phase]) -> str:
    """Write phases as a Markdown table."""
    lines = [
        (
            "| phase | sign-ins | in s | errors | wrong links | median | p95 | p99 | slowest "
            "| web app, CPU ms each | sandbox, CPU ms each | |"
        ),
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|",
    ]
    for p in phases:
        times = " | ".join(f"{t * 1000:.0f} ms" for t in (p.p50, p.p95, p.p99, p.slowest))
        lines.append(
            f"| {p.name} | {p.asked:,} | {p.took} | {p.errors} | {p.wrong} | {times} "
            f"| {p.portal_ms} | {p.sandbox_ms} | {'yes' if p.ok else '**no**'} |"
        )
    return "\n".join(lines)


def main() -> int:
    """Read the options, run, and print a table, or one line of JSON a phase."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.portal", description="Load on the web app."
    )
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--within", type=float, default=60.0, help="seconds of the rush")
    parser.add_argument("--sign-ins", type=int, default=2000)
    parser.add_argument("--rate", type=float, default=20.0, help="sign-ins a second")
    parser.add_argument(
        "--access", choices=("event-code", "personal-code"), default="personal-code"
    )
    parser.add_argument("--json", action="store_true", help="one line of JSON a phase")
    given = parser.parse_args()
    phases = run(
        people=given.people,
        within=given.within,
        sign_ins=given.sign_ins,
        rate=given.rate,
        access=given.access,
    )
    if given.json:
        print("\n".join(json.dumps({**asdict(each), "ok": each.ok}) for each in phases))
    else:
        print(f"A sign-in is the form and the answer. No errors, no wrong link, p95 under "
              f"{P95_BOUND * 1000:.0f} ms.\n\n{table(phases)}")  # fmt: skip
    return 0 if all(each.ok for each in phases) else 1


if __name__ == "__main__":
    sys.exit(main())
