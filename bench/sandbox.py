"""Speed of the sandbox: `python -m bench.sandbox`.

The server runs in a process of its own, as in a rehearsal. The bound on requests a second is
for clients that send bytes they have ready; boto3's own time is in the numbers beside it.
Exits with 1 when a bound of `docs/sandbox.md` is missed.
"""

from __future__ import annotations

import multiprocessing as mp
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from bench.wire import REGION, Wire
from studio_core.model.studio import EVENT_TAG
from studio_core.sandbox.serving.server import ACCESS_KEY, SECRET_KEY, SandboxServer

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

PROFILES = 10_000
SPACES = 2_000
PAGE_MS = 5.0
REQUESTS_A_SECOND = 1000.0
PASSES = 5
THREADS = 32
CALLS_A_THREAD = 80


def serve(pipe: Connection) -> None:
    """Serve a full domain until the other end hangs up."""
    from moto.sagemaker.models import sagemaker_backends  # noqa: PLC0415  # in the server's process

    with SandboxServer(progression="immediate") as server:
        backend: Any = sagemaker_backends[server.account][REGION]
        tags = [{"Key": EVENT_TAG, "Value": "bench"}]
        with backend.lock:
            domain = backend.create_studio_domain({"DomainName": "bench", "AuthMode": "IAM"})
            for number in range(PROFILES):
                backend.create_profile(
                    {"DomainId": domain.id, "UserProfileName": f"p{number}", "Tags": tags}
                )
            for number in range(SPACES):
                backend.create_space_for(
                    {
                        "DomainId": domain.id,
                        "SpaceName": f"s{number}",
                        "OwnershipSettings": {"OwnerUserProfileName": f"p{number}"},
                        "SpaceSharingSettings": {"SharingType": "Shared"},
                        "SpaceSettings": {"AppType": "JupyterLab"},
                        "Tags": tags,
                    }
                )
        pipe.send((server.url, domain.id))
        pipe.recv()


def client(url: str) -> Any:
    """Make a boto3 client that tries once."""
    return boto3.client(
        "sagemaker",
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        config=Config(max_pool_connections=THREADS, retries={"total_max_attempts": 1}),
    )


def best_times(url: str, service: str, operation: str, token: str, **params: Any) -> list[float]:
    """Return the best time of each page out of several passes, in milliseconds."""
    passes = [page_times(url, service, operation, token, **params) for _ in range(PASSES)]
    return [min(times) for times in zip(*passes, strict=True)]


def page_times(url: str, service: str, operation: str, token: str, **params: Any) -> list[float]:
    """Go through a whole list over one connection; milliseconds of each page."""
    times: list[float] = []
    with Wire(url) as wire:
        while True:
            began = time.perf_counter()
            answer = wire.call(service, operation, params)
            times.append((time.perf_counter() - began) * 1000)
            if not answer.body.get(token):
                return times
            params[token] = answer.body[token]


def show(what: str, times: list[float]) -> float:
    """Print how long pages took and return the 99th percentile, in milliseconds."""
    worst = statistics.quantiles(times, n=100)[98]
    print(
        f"{what}: {len(times)} pages, median {statistics.median(times):.1f} ms, "
        f"99 % under {worst:.1f} ms, longest {max(times):.1f} ms"
    )
    return worst


OPERATIONS = (
    "CreateUserProfile",
    "DescribeUserProfile",
    "CreatePresignedDomainUrl",
    "DeleteUserProfile",
)
"""The kinds of requests that a run makes."""


def with_boto3(url: str, domain_id: str, name: str) -> None:
    """Ask for every operation through one client, again and again."""
    studio = client(url)
    for turn in range(CALLS_A_THREAD // len(OPERATIONS)):
        person = {"DomainId": domain_id, "UserProfileName": f"{name}-{turn}"}
        studio.create_user_profile(**person)
        studio.describe_user_profile(**person)
        studio.create_presigned_domain_url(**person)
        studio.delete_user_profile(**person)


def with_bytes(url: str, domain_id: str, name: str) -> None:
    """Ask for every operation over one connection, again and again."""
    with Wire(url) as wire:
        for turn in range(CALLS_A_THREAD // len(OPERATIONS)):
            person = {"DomainId": domain_id, "UserProfileName": f"{name}-{turn}"}
            for operation in OPERATIONS:
                wire.call("sagemaker", operation, person)


Ask = Callable[[str, str, str], None]


def throughput(ask: Ask, url: str, domain_id: str, threads: int) -> float:
    """Return the requests a second that threads get answered."""
    begun = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        done = [pool.submit(ask, url, domain_id, f"w{threads}-{n}") for n in range(threads)]
        for each in done:
            each.result(timeout=120)
    return threads * CALLS_A_THREAD / (time.perf_counter() - begun)


def main() -> int:
    """Measure, print, and return the exit status."""
    context = mp.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs,), daemon=True)
    process.start()
    url, domain_id = ours.recv()
    client(url).list_domains()  # both ends read their service models

    only = {"DomainIdEquals": domain_id, "MaxResults": 100}
    worst = show(
        "ListUserProfiles", best_times(url, "sagemaker", "ListUserProfiles", "NextToken", **only)
    )
    show("ListSpaces", best_times(url, "sagemaker", "ListSpaces", "NextToken", **only))
    mine = {"TagFilters": [{"Key": EVENT_TAG, "Values": ["bench"]}], "ResourcesPerPage": 100}
    tagging = "resourcegroupstaggingapi"
    show("GetResources", best_times(url, tagging, "GetResources", "PaginationToken", **mine))
    rates = {count: throughput(with_bytes, url, domain_id, count) for count in (2, 8, THREADS)}
    for count, rate in rates.items():
        print(f"{count} connections: {rate:.0f} requests a second")
    for count in (2, 8, THREADS):
        rate = throughput(with_boto3, url, domain_id, count)
        print(f"{count} threads of boto3 in one process: {rate:.0f} requests a second")
    ours.send(None)
    process.join(timeout=10)

    missed = []
    if worst >= PAGE_MS:
        missed.append(f"99 % of pages must take less than {PAGE_MS:g} ms")
    if max(rates.values()) < REQUESTS_A_SECOND:
        missed.append(f"{REQUESTS_A_SECOND:g} requests a second must be answered")
    for sentence in missed:
        print(f"Missed: {sentence}.", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
