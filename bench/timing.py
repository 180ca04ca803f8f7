"""Whether the time of an answer shows who is on the roster: known and unknown addresses, over HTTP.

    python -m bench.timing                 1,000 samples of each, for wrong codes and for mails
    python -m bench.timing --samples 100

The web app and the sandbox behind it are processes of their own. For each sort of request the two
classes take turns in an order drawn anew, and each address is asked about as often as any other.
AUC is the chance that a known address takes longer than an unknown one: 0.5 tells nothing. Ends
with 1 when it is beyond 0.45 to 0.55.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import tempfile
import time
from pathlib import Path
from statistics import median
from urllib.parse import urlencode, urlsplit

import boto3

from bench.portal import process
from studio_core.sandbox.demo import seed_demo
from studio_core.sandbox.serving.server import SandboxServer

BOUND = 0.05
"""Most that the AUC may be away from 0.5."""

ASKED_EACH = 4
"""Requests for one address: the first has no counter in the table yet, for known and unknown."""

SENDER = "hack@example.com"
_PORTAL = "from studio_core.portal.serve import run; run(0, '127.0.0.1')"


def auc(known: list[float], unknown: list[float]) -> float:
    """Return the share of pairs in which the known address took longer (Mann-Whitney's U)."""
    ranked = sorted([(t, 1) for t in known] + [(t, 0) for t in unknown])
    rank_sum = sum(rank for rank, (_, is_known) in enumerate(ranked, start=1) if is_known)
    below = len(known) * (len(known) + 1) / 2
    return (rank_sum - below) / (len(known) * len(unknown))


def asked(connection: http.client.HTTPConnection, email: str, code: str) -> float:
    """Return the seconds of one request."""
    body = urlencode({"email": email, "code": code})
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    begun = time.perf_counter()
    connection.request("POST", "/", body, headers)
    connection.getresponse().read()
    return time.perf_counter() - begun


def sampled(port: int, known: list[str], code: str, samples: int) -> tuple[list[float], ...]:
    """Return the times of known and of unknown addresses, asked about in a random order."""
    draw = random.Random(1)
    half = [(email, 0) for email in known] + [(f"no.{email}", 1) for email in known]
    order = (half * ASKED_EACH)[: 2 * samples]
    draw.shuffle(order)
    times: tuple[list[float], list[float]] = ([], [])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for email, _ in order[:20]:
        asked(connection, email, code)  # warms up
    for email, which in order:
        times[which].append(asked(connection, email, code))
    connection.close()
    return times


def main() -> int:
    """Measure wrong codes in each mode, and mails, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=1000)
    given = parser.parse_args()
    people = -(-given.samples // ASKED_EACH)
    print("| request | samples of each | known | unknown | AUC | |")
    print("|---|--:|--:|--:|--:|---|")
    within = True
    with tempfile.TemporaryDirectory() as folder, SandboxServer() as sandbox:
        os.environ.update(sandbox.environment())
        demo = seed_demo(sandbox.url, participants=people, teams=25)
        boto3.client("ses", demo.region).verify_email_identity(EmailAddress=SENDER)
        table = boto3.client("dynamodb", demo.region)
        pages = table.get_paginator("scan").paginate(TableName=demo.table_name)
        known = [i["pk"]["S"] for page in pages for i in page["Items"] if "@" in i["pk"]["S"]]
        environ = {
            **os.environ,
            "STUDIO_CONFIG": str(Path(folder) / "config.toml"),
            "STUDIO_REGION": demo.region,
            "STUDIO_DOMAIN_ID": demo.domain_id,
            "STUDIO_TABLE_NAME": demo.table_name,
            "STUDIO_EVENT": demo.event,
            "STUDIO_SENDER": SENDER,
            "STUDIO_TRIES_PER_CLIENT": "100000",
        }
        for access, code in (
            ("personal-code", "AAAA-AAAA"),
            ("event-code", "AAAA-AAAA"),
            ("mailed-code", "AAAA-AAAA"),
            ("mailed-code", ""),
        ):
            with process(_PORTAL, {**environ, "STUDIO_ACCESS": access}) as (address, _):
                port = urlsplit(address).port or 0
                mine, others = sampled(port, known[:people], code, given.samples)
            found = auc(mine, others)
            within &= abs(found - 0.5) <= BOUND
            what = f"wrong {access}" if code else "a code by mail"
            print(
                f"| {what} | {len(mine):,} | {median(mine) * 1000:.2f} ms "
                f"| {median(others) * 1000:.2f} ms | {found:.3f} "
                f"| {'yes' if abs(found - 0.5) <= BOUND else 'no'} |",
                flush=True,
            )
    return int(not within)


if __name__ == "__main__":
    raise SystemExit(main())
