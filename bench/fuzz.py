"""Seeded fuzzing of the sandbox: `python -m bench.fuzz --requests 20000`.

Each request starts from one that the model allows, and most are then broken in one place that
the fuzzer knows: a type, a bound, a pattern, an enumeration, a missing or null member, or the
body itself. A broken request must be refused with the right error, none may end in a 500, and
what the model allows must not be refused as a violation of it.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

from moto.core.utils import camelcase_to_underscores, get_service_model

from bench.fuzzer import Fuzzer, Sent
from bench.wire import Answer, Wire
from studio_core.sandbox.services.pricing.responses import OPERATIONS as PRICING
from studio_core.sandbox.services.quotas import OPERATIONS as QUOTAS
from studio_core.sandbox.services.tagging import OPERATIONS as TAGGING
from studio_core.sandbox.serving.server import SandboxServer
from studio_core.sandbox.studio.responses import STUDIO_OPERATIONS, StudioResponse

HTTP_SERVER_ERROR = 500

VIOLATIONS = {
    "sagemaker": "ValidationException",
    "resourcegroupstaggingapi": "InvalidParameterException",
    "service-quotas": "IllegalArgumentException",
    "pricing": "InvalidParameterException",
}
"""How each service refuses a violated constraint."""


@dataclass
class Tally:
    """What was sent and what went wrong."""

    requests: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    moto_failed: int = 0
    """Exceptions in moto's own operations, which are answered as a ValidationException."""
    server_errors: list[str] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    """Requests that the model allows and that were refused as a violation of it."""

    @property
    def wrong(self) -> list[str]:
        """Everything that must not be."""
        return [*self.server_errors, *self.accepted, *self.refused]


def operations() -> dict[tuple[str, str], bool]:
    """Return every operation answered, and whether its constraints are checked."""
    model = get_service_model("sagemaker")
    answered = {
        name
        for name in model.operation_names
        if hasattr(StudioResponse, camelcase_to_underscores(name))
    }
    found = {("sagemaker", name): name in STUDIO_OPERATIONS for name in sorted(answered)}
    for service, names in (
        ("resourcegroupstaggingapi", TAGGING),
        ("service-quotas", QUOTAS),
        ("pricing", PRICING),
    ):
        found |= {(service, name): True for name in sorted(names)}
    return found


def expected_violations(sent: Sent) -> set[str]:
    """Return the kinds of broken requests that the operation must refuse as a violation."""
    return {"missing", "bounds", "pattern", "enum", "null"} if sent.checked else {"missing"}


def judge(tally: Tally, sent: Sent, answer: Answer) -> None:
    """Compare an answer with what the fuzzer knows of the request."""
    tally.requests[f"{sent.service}.{sent.operation}"] += 1
    tally.kinds[sent.kind] += 1
    tally.codes[answer.code or "success"] += 1
    tally.moto_failed += answer.message.startswith("moto failed")
    violation = "validation error" in answer.message
    shown = f"{sent} -> {answer.status} {answer.body}"[:900]
    if answer.status >= HTTP_SERVER_ERROR or "x-amzn-requestid" not in answer.headers:
        tally.server_errors.append(shown)
        return
    if sent.kind in {"type", "body"}:
        refused = answer.code == "SerializationException"
    elif sent.kind in expected_violations(sent):
        refused = violation and answer.code == VIOLATIONS[sent.service]
    else:
        if sent.checked and sent.kind in {"valid", "extra"} and violation:
            tally.refused.append(shown)
        return
    if not refused:
        tally.accepted.append(shown)


def fuzz(url: str, requests: int, seed: int = 1) -> Tally:
    """Send so many requests to a sandbox, spread over all operations."""
    tally = Tally()
    with Wire(url) as wire:
        settings = {"DomainName": "fuzz", "AuthMode": "IAM", "DefaultUserSettings": {}}
        domain_id = wire.call("sagemaker", "CreateDomain", settings).body["DomainId"]
        person = {"DomainId": domain_id, "UserProfileName": "ada"}
        wire.call("sagemaker", "CreateUserProfile", person)
        fuzzer = Fuzzer(seed, domain_id)
        todo = list(operations().items())
        for number in range(requests):
            if number % len(todo) == 0:
                fuzzer.dice.shuffle(todo)
            (service, operation), checked = todo[number % len(todo)]
            sent = fuzzer.request(service, operation, checked=checked)
            judge(tally, sent, wire.call(service, operation, sent.body))
    return tally


def report(tally: Tally) -> str:
    """Write the tally as Markdown."""
    lines = ["| Operation | Requests |", "| --- | --: |"]
    lines += [f"| {name} | {count} |" for name, count in sorted(tally.requests.items())]
    kinds = ", ".join(f"{kind} {count}" for kind, count in tally.kinds.most_common())
    codes = ", ".join(f"{code} {count}" for code, count in tally.codes.most_common())
    lines += [
        "",
        f"{sum(tally.requests.values())} requests to {len(tally.requests)} operations.",
        f"By kind: {kinds}.",
        f"Answers: {codes}.",
        f"Exceptions in moto's own operations, answered with 400: {tally.moto_failed}.",
        f"Responses of 500: {len(tally.server_errors)}.",
        f"Accepted violations: {len(tally.accepted)}.",
        f"Refused although the model allows them: {len(tally.refused)}.",
    ]
    return "\n".join(lines)


def run(requests: int, seed: int = 1) -> Tally:
    """Fuzz a sandbox of its own."""
    with SandboxServer(progression="immediate") as server:
        return fuzz(server.url, requests, seed)


def main() -> int:
    """Fuzz, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    begun = time.monotonic()
    tally = run(options.requests, options.seed)
    print(report(tally))
    print(f"{time.monotonic() - begun:.0f} seconds", file=sys.stderr)
    for wrong in tally.wrong[:20]:
        print(wrong, file=sys.stderr)
    return 1 if tally.wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
