"""Compare the sandbox with a real account: `python -m tests.clients.conformance`.

Prints what would be sent, what it costs and what it leaves behind, and stops. With
`CONFIRM=yes` it sends the requests with the credentials and region that boto3 finds, and prints
where AWS answers otherwise. `AWS_ENDPOINT_URL` leads it to a sandbox instead.
"""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from bench.wire import PREFIX, SIGNING, Answer
from tests.sandbox.aws import SAFE

if TYPE_CHECKING:
    from tests.sandbox.aws import Case

PRICE_REGION = "us-east-1"
"""Where the price list has its endpoint."""

PLAN = """This would send {count} requests to {where}, signed with your credentials:

{lines}

Cost: 0 USD. Each request is refused before it has an effect, and none of these operations has a
price of its own.
Left behind: nothing, so that there is nothing to clean up. The requests appear in CloudTrail as
failed events.
Permissions: SageMaker Describe*, List*, CreateApp and AddTags, tag:GetResources,
servicequotas:ListServiceQuotas and pricing:GetProducts; without them AWS answers
AccessDeniedException, which is reported.

Tests that create domains, profiles, spaces or apps are not among them: a running app costs about
0.05 USD an hour, and a domain makes a file system that must be deleted by hand.
"""


def send(case: Case, session: boto3.session.Session) -> Answer:
    """Send one case, signed, to where boto3 would."""
    region = PRICE_REGION if case.service == "pricing" else session.region_name
    endpoint = session.client(case.service, region_name=region).meta.endpoint_url
    body = case.body if isinstance(case.body, bytes) else json.dumps(case.body).encode()
    headers = {
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": f"{PREFIX[case.service]}.{case.operation}",
    }
    request = AWSRequest("POST", f"{endpoint.rstrip('/')}/", headers=headers, data=body)
    SigV4Auth(session.get_credentials(), SIGNING[case.service], region).add_auth(request)
    signed = Request(request.url, body, dict(request.headers), method="POST")
    try:
        with urlopen(signed, timeout=30) as response:
            return _answer(response.status, response.headers, response.read())
    except OSError as error:
        if not hasattr(error, "code"):
            raise
        return _answer(error.code, error.headers, error.read())  # type: ignore[attr-defined]


def _answer(status: int, headers: dict[str, str], text: bytes) -> Answer:
    try:
        body = json.loads(text)
    except ValueError:
        body = None
    return Answer(status, {name.lower(): value for name, value in headers.items()}, body)


def differences(case: Case, answer: Answer) -> list[str]:
    """Say in what an answer differs from the sandbox's."""
    found = []
    if answer.status != case.status:
        found.append(f"status {answer.status}, not {case.status}")
    if answer.code != case.code:
        found.append(f"code {answer.code or 'none'}, not {case.code}")
    if case.text is not None and answer.message != case.text:
        found.append(f"text {answer.message!r}, not {case.text!r}")
    if "x-amzn-requestid" not in answer.headers:
        found.append("no request id")
    return found


def main() -> int:
    """Print the plan, send what was confirmed, and return the exit status."""
    session = boto3.session.Session()
    where = os.environ.get("AWS_ENDPOINT_URL") or f"AWS in {session.region_name or 'no region'}"
    lines = "\n".join(f"    {each.service} {each.operation}: {each.code}" for each in SAFE)
    print(PLAN.format(count=len(SAFE), where=where, lines=lines))
    if os.environ.get("CONFIRM") != "yes":
        print("Nothing was sent. Run it again with CONFIRM=yes to send the requests.")
        return 0
    if session.region_name is None or session.get_credentials() is None:
        print("boto3 finds no region or no credentials.", file=sys.stderr)
        return 2
    different = 0
    for case in SAFE:
        found = differences(case, send(case, session))
        different += bool(found)
        print(f"{case.service} {case.operation}: {'; '.join(found) or 'as the sandbox'}")
    print(f"{len(SAFE) - different} of {len(SAFE)} as the sandbox")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
