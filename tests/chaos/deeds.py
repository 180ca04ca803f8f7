"""What participants, strangers and administrators do in Studio while an organiser's run goes on."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from tests.chaos.cast import OTHER_EVENT, TAKEN
from tests.chaos.state import Row, read_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.chaos.calls import Moment
    from tests.chaos.world import World

STUBBORN = 0.6
"""Seconds for which somebody tries what Studio refuses: a space that is still starting."""


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that somebody does at a moment of a run; before it starts when there is none."""

    deed: str
    who: int = 0
    moment: Moment | None = None


class Deeds:
    """Carries out deeds, in the background where they may have to be tried again."""

    def __init__(self, world: World, tell: Callable[[str], None]) -> None:
        self._world = world
        self._tell = tell
        self._threads: list[threading.Thread] = []
        self._deeds: dict[str, Callable[[str, str, int], None]] = {
            "opens app": self._opens_app,
            "closes app": self._closes_app,
            "makes space": self._makes_space,
            "opens classic": self._opens_classic,
            "takes name": self._takes_name,
            "console deletes profile": self._deletes_profile,
            "console deletes space": self._deletes_space,
            "console deletion sticks": self._deletion_sticks,
        }

    def do(self, deed: str, event: str, table: str, who: int) -> None:
        """Do it, or nothing where there is nobody who could."""
        self._deeds[deed](event, table, who)

    def also_wait_for(self, thread: threading.Thread) -> None:
        self._threads.append(thread)

    def finish(self) -> None:
        """Wait until nobody tries anything any more."""
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def _row(self, event: str, table: str, who: int) -> Row | None:
        rows = sorted(
            (r for r in read_rows(self._world, table) if r.event == event and r.profile),
            key=lambda row: row.key,
        )
        return rows[who % len(rows)] if rows else None

    def _insist(self, action: Callable[[], object]) -> None:
        def insist() -> None:
            end = time.monotonic() + STUBBORN
            while time.monotonic() < end:
                try:
                    action()
                except (ClientError, BotoCoreError):
                    time.sleep(0.02)
                else:
                    return

        thread = threading.Thread(target=insist, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _once(self, action: Callable[[], object]) -> None:
        try:
            action()
        except (ClientError, BotoCoreError) as error:
            self._tell(f"(refused: {error})")

    def _opens_app(self, event: str, table: str, who: int) -> None:
        row = self._row(event, table, who)
        if row is None or not row.space:
            return
        self._tell(f"{row.key} opens the app of the space {row.space}")
        space = row.space
        self._insist(lambda: self._start(space))

    def _start(self, space: str) -> None:
        world, domain = self._world, self._world.domain_id
        seen = world.look.describe_space(DomainId=domain, SpaceName=space)
        world.studio.create_app(
            DomainId=domain,
            SpaceName=space,
            AppType=seen["SpaceSettings"]["AppType"],
            AppName="default",
        )

    def _closes_app(self, event: str, table: str, who: int) -> None:
        row = self._row(event, table, who)
        if row is None or not row.space:
            return
        self._tell(f"{row.key} closes the app of the space {row.space}")
        world, domain, space = self._world, self._world.domain_id, row.space

        def close() -> None:
            seen = world.look.describe_space(DomainId=domain, SpaceName=space)
            world.studio.delete_app(
                DomainId=domain,
                SpaceName=space,
                AppType=seen["SpaceSettings"]["AppType"],
                AppName="default",
            )

        self._insist(close)

    def _makes_space(self, event: str, table: str, who: int) -> None:
        row = self._row(event, table, who)
        if row is None or not row.profile:
            return
        profile = row.profile
        name = f"own-{profile}"[:63].rstrip("-")
        self._tell(f"{row.key} makes the space {name} and opens its app")
        self._insist(lambda: self._world.make_space(name, profile))
        self._insist(lambda: self._start(name))

    def _opens_classic(self, event: str, table: str, who: int) -> None:
        row = self._row(event, table, who)
        if row is None or not row.profile:
            return
        app_type = ("JupyterServer", "JupyterLab")[who % 2]
        self._tell(f"{row.key} opens {app_type} in the profile {row.profile}")
        profile = row.profile
        self._insist(
            lambda: self._world.studio.create_app(
                DomainId=self._world.domain_id,
                UserProfileName=profile,
                AppType=app_type,
                AppName="default",
            )
        )

    def _takes_name(self, event: str, table: str, who: int) -> None:
        kind, name = TAKEN[who % len(TAKEN)]
        tag = (None, OTHER_EVENT)[who // len(TAKEN) % 2]
        self._tell(f"somebody else makes the {kind} {name}, tagged {tag or 'with nothing'}")
        if kind == "profile":
            self._once(lambda: self._world.make_profile(name, tag))
        else:
            self._once(lambda: self._world.make_space(name, "grace", tag))

    def _deletes_profile(self, event: str, table: str, who: int) -> None:
        row = self._row(event, table, who)
        if row is not None and row.profile:
            profile = row.profile
            self._tell(f"an administrator deletes the profile {profile} in the console")
            self._once(
                lambda: self._world.studio.delete_user_profile(
                    DomainId=self._world.domain_id, UserProfileName=profile
                )
            )

    def _deletes_space(self, event: str, table: str, who: int) -> None:
        row = self._row(event, table, who)
        if row is not None and row.space:
            space = row.space
            self._tell(f"an administrator deletes the space {space} in the console")
            self._once(
                lambda: self._world.studio.delete_space(
                    DomainId=self._world.domain_id, SpaceName=space
                )
            )

    def _deletion_sticks(self, event: str, table: str, who: int) -> None:
        with self._world.also(stuck_rate=1.0):
            self._tell("(the deletion that follows ends as Delete_Failed)")
            deed = (self._deletes_profile, self._deletes_space)[who % 2]
            deed(event, table, who)
