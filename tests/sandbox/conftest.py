"""Fixtures of the sandbox's tests.

`served`: a server whose statuses change at once; `studio`, a boto3 client of it.
`local`: a boto3 client of the same extension in-process, under `mock_aws`.
`either`: both of these in turn; `url`: where they are.
`domain_id`: a domain in IAM mode behind `either`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from moto import mock_aws

from studio_core.sandbox import install
from studio_core.sandbox.services import quota_table
from studio_core.sandbox.serving.faults import Faults, set_faults
from studio_core.sandbox.serving.server import ACCESS_KEY, SECRET_KEY, SandboxServer
from studio_core.sandbox.studio import lifecycle
from tests.sandbox.aws import NEVER, aws_validated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REGION = "eu-west-1"
SESSION = boto3.session.Session()
"""One for all: it reads the service models once, and moto has its hook in it."""
ONE_ATTEMPT = Config(retries={"total_max_attempts": 1})


def client(url: str | None, service: str = "sagemaker", region: str = REGION, **config: Any) -> Any:
    """Make a client that tries once, of a server or, with no address, of `mock_aws`."""
    return SESSION.client(
        service,
        region_name=region,
        endpoint_url=url,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        config=ONE_ATTEMPT.merge(Config(**config)),
    )


def make_domain(studio: Any, name: str = "hackathon", mode: str = "IAM", **more: Any) -> str:
    """Create a domain and give its id."""
    created = studio.create_domain(
        DomainName=name,
        AuthMode=mode,
        DefaultUserSettings={"ExecutionRole": "arn:aws:iam::123456789012:role/studio"},
        SubnetIds=["subnet-1"],
        VpcId="vpc-1",
        **more,
    )
    return str(created["DomainId"])


def make_space(studio: Any, domain_id: str, name: str, owner: str, **more: Any) -> None:
    """Create a shared JupyterLab space."""
    settings = {"SpaceSettings": {"AppType": "JupyterLab"}, **more}
    studio.create_space(
        DomainId=domain_id,
        SpaceName=name,
        OwnershipSettings={"OwnerUserProfileName": owner},
        SpaceSharingSettings={"SharingType": "Shared"},
        **settings,
    )


def all_of(studio: Any, operation: str, key: str, **params: Any) -> list[dict[str, Any]]:
    """List all pages of something."""
    pages = studio.get_paginator(operation).paginate(**params)
    return [row for page in pages for row in page[key]]


def code_of(call: Callable[[], object]) -> str:
    """Make a call that must be refused, and give the error's code."""
    with pytest.raises(ClientError) as refused:
        call()
    return str(refused.value.response["Error"]["Code"])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of the sandbox: what was not run on a real account says so."""
    for item in items:
        ours = item.path.is_relative_to(Path(__file__).parent)
        if ours and item.get_closest_marker("aws_validated") is None:
            item.add_marker(aws_validated(NEVER))


@pytest.fixture
def served() -> Iterator[SandboxServer]:
    with SandboxServer(progression="immediate") as server:
        yield server


@pytest.fixture
def studio(served: SandboxServer) -> Any:
    return client(served.url)


@pytest.fixture
def local() -> Iterator[Any]:
    install()
    lifecycle.configure()
    set_faults(Faults())
    quota_table.applied.clear()
    with mock_aws():
        yield client(None)
    lifecycle.configure()
    set_faults(Faults())
    quota_table.applied.clear()


@pytest.fixture(params=["served", "in-process"])
def either(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue("studio" if request.param == "served" else "local")


@pytest.fixture
def domain_id(either: Any) -> str:
    return make_domain(either)


@pytest.fixture(params=["served", "in-process"])
def url(request: pytest.FixtureRequest) -> str | None:
    """Where to reach the sandbox: a server, or None for this process."""
    if request.param == "served":
        served: SandboxServer = request.getfixturevalue("served")
        return served.url
    request.getfixturevalue("local")
    return None
