"""A good client beside 1,000 slow connections, at the web app and at the dashboard.

    python -m bench.connections            1,000 of each kind, 20 seconds each
    python -m bench.connections --number 300 --seconds 5

Both servers are processes of their own. The slow clients have the good one's address, which is the
harder case, and each opens a connection again five seconds after the server has closed it. Prints
a table, and ends with 1 when a page failed or took a second.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import multiprocessing
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bench.portal import process
from studio_core.sandbox.demo import seed_demo
from studio_core.sandbox.serving.server import SandboxServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.sharedctypes import Synchronized

AGAIN = 5.0
"""Seconds until a slow client opens a connection again that the server has closed."""

BOUND = 1.0
"""Seconds for a page."""

HEAD = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
BODY = (
    b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4000\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n\r\nemail="
)
WHOLE = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
KINDS = {"unfinished heads": (HEAD, b"a"), "slow bodies": (BODY, b"a"), "idle": (WHOLE, b"")}

_PORTAL = "from studio_core.portal.serve import run; run(0, '127.0.0.1')"
_DASHBOARD = (
    "import socket; from studio_core.dashboard.serving.launch import run;"
    "s = socket.create_server(('127.0.0.1', 0)); p = s.getsockname()[1]; s.close();"
    "run(p, '127.0.0.1', open_access=True, announce=lambda a: print(a, flush=True))"
)


@dataclass(frozen=True, slots=True)
class Row:
    """What a good client met, times in seconds."""

    server: str
    kind: str
    opened: int
    pages: int
    failed: int
    median: float
    slowest: float


async def hold(port: int, begin: bytes, more: bytes, opened: Synchronized[int]) -> None:
    """Keep one slow connection, with a byte every second, and open it again when it is closed."""
    while True:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            opened.value += 1
            writer.write(begin)
            while not reader.at_eof() and not writer.is_closing():
                try:
                    async with asyncio.timeout(1):
                        if not await reader.read(65536):
                            break
                except TimeoutError:
                    writer.write(more)
            writer.close()
        except OSError:
            pass
        await asyncio.sleep(AGAIN)


def flood(port: int, number: int, kind: str, opened: Synchronized[int]) -> None:
    """Hold `number` slow connections, until the process is ended."""

    async def all_of_them() -> None:
        await asyncio.gather(*(hold(port, *KINDS[kind], opened) for _ in range(number)))

    asyncio.run(all_of_them())


def pages(port: int, seconds: float) -> Iterator[float]:
    """Ask for the page four times a second; give the time of each, infinite for a failure."""
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        begun = time.perf_counter()
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", "/")
            answer = connection.getresponse()
            whole = answer.status == http.HTTPStatus.OK and answer.read()
            connection.close()
        except OSError:
            whole = b""
        yield time.perf_counter() - begun if whole else float("inf")
        time.sleep(0.25)


def measured(server: str, port: int, kind: str, number: int, seconds: float) -> Row:
    """Measure one server beside one kind of slow connections."""
    spawn = multiprocessing.get_context("spawn")
    opened = spawn.Value("i", 0, lock=True)
    flooding = spawn.Process(target=flood, args=(port, number, kind, opened))
    flooding.start()
    while opened.value < number:
        time.sleep(0.05)
    times = sorted(pages(port, seconds))
    flooding.kill()
    flooding.join()
    failed = times.count(float("inf"))
    good = times[: len(times) - failed] or [float("inf")]
    return Row(server, kind, opened.value, len(times), failed, good[len(good) // 2], good[-1])


def main() -> int:
    """Measure all, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--number", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=20)
    given = parser.parse_args()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder, SandboxServer() as sandbox:
        environ = {**os.environ, **sandbox.environment()}
        os.environ.update(sandbox.environment())
        demo = seed_demo(sandbox.url, participants=6, teams=2)
        environ |= {
            "STUDIO_CONFIG": str(Path(folder) / "config.toml"),
            "STUDIO_STATE": folder,
            "STUDIO_REGION": demo.region,
            "STUDIO_DOMAIN_ID": demo.domain_id,
            "STUDIO_TABLE_NAME": demo.table_name,
            "STUDIO_EVENT": demo.event,
        }
        for server, code in (("web app", _PORTAL), ("dashboard", _DASHBOARD)):
            with process(code, environ) as (address, _):
                port = urlsplit(address).port or 0
                for kind in KINDS:
                    rows.append(measured(server, port, kind, given.number, given.seconds))
                    print(rows[-1], file=sys.stderr)
    print(f"| server | {given.number:,} slow | opened | pages | failed | median | slowest |")
    print("|---|---|--:|--:|--:|--:|--:|")
    for row in rows:
        print(
            f"| {row.server} | {row.kind} | {row.opened:,} | {row.pages} | {row.failed} "
            f"| {row.median * 1000:.0f} ms | {row.slowest * 1000:.0f} ms |"
        )
    return int(any(row.failed or row.slowest >= BOUND for row in rows))


if __name__ == "__main__":
    raise SystemExit(main())
