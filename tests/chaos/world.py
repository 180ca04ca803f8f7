"""A simulated AWS that many sequences share, and the organisers' own processes over it."""

from __future__ import annotations

import functools
import os
import tempfile
import time
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from unittest import mock

import boto3
import botocore.loaders
import botocore.session
from botocore.config import Config
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, NoCredentialsError
from botocore.retries.standard import ExponentialBackoff

from studio_core.aws.session import Session
from studio_core.clock import utcnow
from studio_core.config import Settings
from studio_core.engine.pace import Pace
from studio_core.engine.registry import Runs
from studio_core.hackathon import Hackathon
from studio_core.sandbox.demo import ROLE, control
from studio_core.sandbox.serving.server import SandboxServer
from tests.chaos.calls import EVENT_TAG, Recorder
from tests.chaos.cast import ORGANISERS

if TYPE_CHECKING:
    from collections.abc import Iterator

REGION = "eu-west-1"
TIMESCALE = 0.001
TABLES = ("people", "people-2")
PATIENCE = 6.0
"""Seconds after which a run gives up a wait; no wait of this world lasts so long."""

PACE = Pace(
    concurrency=4,
    poll_first=0.01,
    poll_gap=0.03,
    patience=PATIENCE,
    persistence=PATIENCE,
    settling=0.5,
    poll_most=0.5,
    retry_first=0.01,
    retry_most=0.1,
)
_QUICK_BACKOFF = {"throttling_base_scale": 0.02, "non_throttling_base_scale": 0.02}
_KEYS = {**{f"KEYOF{name.upper()}": name for name in ORGANISERS}, "KEYOFPEOPLE": "people"}


class WatchedSession(Session):
    """An organiser's way to AWS, which can be cut for a while or for good."""

    dark_until = 0.0
    """Until when, on the monotonic clock, no connection can be made."""
    dead = False
    """True once the process was killed: it makes no further call."""

    def client(self, service: str, *, region: str | None = None, retries: bool = True) -> Any:
        made = super().client(service, region=region, retries=retries)
        # With an id of its own, so that a client handed out again is not hooked twice.
        made.meta.events.register("before-send", self._before, unique_id="chaos")
        return made

    def _before(self, request: Any, **_: object) -> None:
        if self.dead:
            raise NoCredentialsError
        now = time.monotonic()
        if now < self.dark_until:
            error = ConnectTimeoutError if int(now * 50) % 2 else EndpointConnectionError
            raise error(endpoint_url=request.url)


class Desk:
    """One organiser at a computer: a process with its clock, its registry and its settings."""

    def __init__(self, name: str, state: Path, skew: float = 0.0) -> None:
        self.name = name
        self.skew = skew
        self._state = state
        self._open: dict[Settings, Hackathon] = {}
        self.restart()

    def restart(self) -> None:
        """Begin with a new process: nothing of the old one's memory is left."""
        self.session = WatchedSession(REGION, self.name, concurrency=PACE.concurrency)
        self.runs = Runs()
        self._open = {}

    def hackathon(self, settings: Settings) -> Hackathon:
        if settings not in self._open:
            self._open[settings] = Hackathon(
                settings,
                session=self.session,
                pace=PACE,
                clock=self.now,
                owner=f"{self.name}@laptop",
                runs=self.runs,
                state=self._state / self.name,
            )
        return self._open[settings]

    def evict(self, settings: Settings) -> None:
        """Close a hackathon as a cache does that drops it, whatever goes on in it."""
        if settings in self._open:
            self._open.pop(settings).close()

    def now(self) -> datetime:
        return utcnow() + timedelta(seconds=self.skew)

    def close(self) -> None:
        self.session.dead = True
        for hackathon in self._open.values():
            hackathon.close()


class World:
    """One sandbox for a whole process, emptied between sequences."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._faults: dict[str, Any] = {}
        self.domain_id = ""
        self.desks: dict[str, Desk] = {}

    def __enter__(self) -> Self:
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        self._folder = folder
        self.server = self._stack.enter_context(SandboxServer(timescale=TIMESCALE))
        assert self.server._server is not None
        gateway: Any = self.server._server.app
        self.recorder = Recorder(gateway._answer, _KEYS)
        gateway._answer = self.recorder
        credentials = folder / "credentials"
        credentials.write_text(
            "".join(
                f"[{name}]\naws_access_key_id = {key}\naws_secret_access_key = x\n"
                for key, name in _KEYS.items()
            )
        )
        self._environment = {
            **self.server.environment(REGION),
            "AWS_SHARED_CREDENTIALS_FILE": str(credentials),
            "AWS_CONFIG_FILE": str(folder / "none"),
            "STUDIO_STATE": str(folder / "state"),
        }
        self._stack.enter_context(mock.patch.dict(os.environ, self._environment))
        # Both are about time alone: models are read once, pauses are as short as all waits here.
        loader = functools.cache(botocore.loaders.create_loader)
        self._stack.enter_context(mock.patch.object(botocore.session, "create_loader", loader))
        for name, value in (
            ("_DEFAULT_BACKOFF_CONFIG", _QUICK_BACKOFF),
            ("_SERVICE_BACKOFF_CONFIG", {}),
        ):
            self._stack.enter_context(mock.patch.object(ExponentialBackoff, name, value))
        self.studio, self.table = self._clients("KEYOFPEOPLE")
        self.look, self.read = self._clients("KEYOFNOBODY")
        self.tagging = self._client("resourcegroupstaggingapi", "KEYOFNOBODY")
        # moto takes a second for the first call to Parameter Store, which a run must not pay.
        self._client("ssm", "KEYOFNOBODY").describe_parameters(MaxResults=1)
        return self

    def __exit__(self, *_: object) -> None:
        self.end()
        self._stack.close()

    def _clients(self, key: str) -> tuple[Any, Any]:
        return self._client("sagemaker", key), self._client("dynamodb", key)

    def _client(self, service: str, key: str) -> Any:
        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=self.server.url,
            aws_access_key_id=key,
            aws_secret_access_key="x",
            config=Config(retries={"mode": "standard", "total_max_attempts": 10}),
        )

    def begin(self, skews: dict[str, float]) -> None:
        """Empty the account, make a domain with somebody else's things, open the desks."""
        os.environ.update(self._environment)  # tests share a world, and each clears what is set
        control(self.server.url, "POST", "reset")
        self.recorder.forget()
        self.faults()
        control(self.server.url, "PUT", "clock", {"progression": "immediate"})
        self.domain_id = self.studio.create_domain(
            DomainName="hackathon",
            AuthMode="IAM",
            DefaultUserSettings={"ExecutionRole": ROLE},
            SubnetIds=["subnet-0"],
            VpcId="vpc-0",
        )["DomainId"]
        for table in TABLES:
            self.table.create_table(
                TableName=table,
                BillingMode="PAY_PER_REQUEST",
                AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
                KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            )
        self.make_profile("grace")
        self.make_space("grace-notes", "grace")
        self.settle()
        self.desks = {n: Desk(n, self._folder, skews.get(n, 0.0)) for n in ORGANISERS}

    def end(self) -> None:
        for desk in self.desks.values():
            desk.close()
        self.desks = {}

    def settings(
        self, event: str, *, personal: bool, app_type: str = "JupyterLab", table: str = TABLES[0]
    ) -> Settings:
        return Settings(
            region=REGION,
            domain_id=self.domain_id,
            table_name=table,
            event=event,
            app_type=app_type,
            personal_spaces=personal,
        )

    def faults(self, **faults: Any) -> None:
        """Have these faults from now on, and no others."""
        self._faults = faults
        control(self.server.url, "PUT", "faults", faults)

    @contextmanager
    def also(self, **faults: Any) -> Iterator[None]:
        """Have these faults besides, for a while."""
        before = self._faults
        self.faults(**{**before, **faults})
        try:
            yield
        finally:
            self.faults(**before)

    def settle(self) -> None:
        """Let everything that is on its way arrive at once."""
        clock = {"progression": "immediate"}
        control(self.server.url, "PUT", "clock", clock)
        control(self.server.url, "PUT", "clock", {"progression": "time", "timescale": TIMESCALE})

    def make_profile(self, name: str, event: str | None = None) -> None:
        tags = [{"Key": EVENT_TAG, "Value": event}] if event else []
        self.studio.create_user_profile(
            DomainId=self.domain_id, UserProfileName=name, Tags=tags, UserSettings={}
        )

    def make_space(self, name: str, owner: str, event: str | None = None) -> None:
        tags = [{"Key": EVENT_TAG, "Value": event}] if event else []
        self.studio.create_space(
            DomainId=self.domain_id,
            SpaceName=name,
            Tags=tags,
            OwnershipSettings={"OwnerUserProfileName": owner},
            SpaceSharingSettings={"SharingType": "Private"},
            SpaceSettings={"AppType": "JupyterLab"},
        )
