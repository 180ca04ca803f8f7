"""The web app on a port of this machine, over a sandbox with a demo event, for browsers."""

from __future__ import annotations

import os
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

import boto3

from studio_core.config import Settings
from studio_core.engine.registry import Runs
from studio_core.hackathon import Hackathon
from studio_core.model.studio import EVENT_TAG
from studio_core.portal.app import create_app
from studio_core.portal.serve import listening, server
from studio_core.sandbox.demo import control, seed_demo
from studio_core.sandbox.serving.server import SandboxServer

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from playwright.sync_api import Page

SENDER = "hack@example.com"
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}


@dataclass(frozen=True)
class Served:
    """One web app: its address and its event."""

    url: str
    hackathon: Hackathon


class Stage:
    """A sandbox, its event, and as many web apps over it as are asked for."""

    def __init__(self, state: Path) -> None:
        self._state = state
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self.sandbox = self._stack.enter_context(SandboxServer(timescale=0.02))
        before = dict(os.environ)
        self._stack.callback(lambda: (os.environ.clear(), os.environ.update(before)))
        os.environ.update(self.sandbox.environment())
        self.demo = seed_demo(self.sandbox.url, participants=6, teams=2)
        boto3.client("ses").verify_email_identity(EmailAddress=SENDER)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def serve(self, *, later: timedelta = timedelta(), **settings: Any) -> Served:
        """Start a web app; `later` moves its clock."""
        demo = self.demo
        base = Settings(
            region=demo.region,
            domain_id=demo.domain_id,
            table_name=demo.table_name,
            event=demo.event,
        )
        hackathon = Hackathon(
            replace(base, **settings),
            clock=lambda: datetime.now(UTC) + later,
            runs=Runs(),
            state=self._state,
        )
        self._stack.callback(hackathon.close)
        bound = self._stack.enter_context(listening(0, "127.0.0.1"))
        uvicorn = server(create_app(hackathon))
        thread = threading.Thread(target=uvicorn.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()

        def stop() -> None:
            uvicorn.should_exit = True
            thread.join(10)

        self._stack.callback(stop)
        while not uvicorn.started:
            time.sleep(0.01)
        return Served(f"http://127.0.0.1:{bound.getsockname()[1]}/", hackathon)

    def pending(self, name: str) -> str:
        """Add somebody whose profile and space take their time; gives the e-mail."""
        control(self.sandbox.url, "PUT", "clock", {"progression": "time", "timescale": 1000})
        studio, tags = boto3.client("sagemaker"), [{"Key": EVENT_TAG, "Value": self.demo.event}]
        where = self.demo.domain_id
        studio.create_user_profile(DomainId=where, UserProfileName=name, Tags=tags)
        studio.create_space(
            DomainId=where,
            SpaceName=f"team-{name}",
            Tags=tags,
            OwnershipSettings={"OwnerUserProfileName": "demo-host"},
            SpaceSharingSettings={"SharingType": "Shared"},
            SpaceSettings={"AppType": "JupyterLab"},
        )
        row = {
            "pk": f"{name}@example.com",
            "team": name,
            "domain-id": where,
            "event": self.demo.event,
            "profile": name,
            "space": f"team-{name}",
        }
        item = {key: {"S": value} for key, value in row.items()}
        boto3.client("dynamodb").put_item(TableName=self.demo.table_name, Item=item)
        return row["pk"]

    def settle(self) -> None:
        """Have everything that is being made be ready."""
        control(self.sandbox.url, "PUT", "clock", {"progression": "immediate"})

    def fault(self, **faults: Any) -> None:
        """Set the sandbox's faults; none without arguments."""
        control(self.sandbox.url, "PUT", "faults", faults)


def fill(page: Page, url: str, email: str, code: str = "") -> None:
    """Fill in the form and send it."""
    page.goto(url)
    page.get_by_label("E-mail").fill(email)
    if code:
        page.get_by_label("Access code").fill(code)
    page.get_by_role("button").click()
