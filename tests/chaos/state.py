"""What the domain and the tables contain, read with plain boto3 calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.chaos.calls import EVENT_TAG, named_by_arn
from tests.chaos.cast import same_address
from tests.chaos.world import TABLES

if TYPE_CHECKING:
    from tests.chaos.world import World


@dataclass(frozen=True, slots=True)
class Thing:
    """A profile or space; `event` is its own tag, `owner` a folded profile name."""

    kind: str
    name: str
    status: str
    event: str | None
    owner: str | None = None
    sharing: str | None = None
    app_type: str | None = None


@dataclass(frozen=True, slots=True)
class AppThing:
    """An app in a profile or space, whose kind and folded name are `home`."""

    home: tuple[str, str]
    app_type: str
    name: str
    status: str

    @property
    def live(self) -> bool:
        return self.status not in {"Deleted", "Failed"}


@dataclass(frozen=True, slots=True)
class Row:
    """A person's item, as it is stored."""

    table: str
    key: str
    event: str | None
    domain: str
    team: str
    profile: str | None
    space: str | None

    @property
    def person(self) -> str:
        return same_address(self.key)


@dataclass(frozen=True, slots=True)
class State:
    """Everything at one time; profiles and spaces by kind and folded name."""

    domain: str
    things: dict[tuple[str, str], Thing]
    apps: tuple[AppThing, ...]
    rows: tuple[Row, ...]

    def event_of(self, home: tuple[str, str]) -> str | None:
        """Event of a profile or space: its tag, else that of the profile a space lives in."""
        thing = self.things.get(home)
        if thing is None or thing.event is not None or thing.owner is None:
            return thing.event if thing else None
        return self.event_of(("profile", thing.owner))

    def ours(self, event: str, kind: str) -> list[Thing]:
        return [
            thing
            for home, thing in self.things.items()
            if thing.kind == kind and self.event_of(home) == event
        ]

    def live_apps(self, event: str) -> list[AppThing]:
        return [app for app in self.apps if app.live and self.event_of(app.home) == event]

    def rows_of(self, event: str, table: str | None = None) -> list[Row]:
        return [
            row
            for row in self.rows
            if row.event == event and row.domain == self.domain and table in {None, row.table}
        ]

    def thing(self, kind: str, name: str | None) -> Thing | None:
        return self.things.get((kind, (name or "").casefold()))


def read_state(world: World) -> State:
    """Read it all; the lists must not lag, so faults are off."""
    domain = {"DomainIdEquals": world.domain_id}
    tags: dict[tuple[str, ...], str] = {}
    for page in world.tagging.get_paginator("get_resources").paginate(
        ResourceTypeFilters=["sagemaker:user-profile", "sagemaker:space"]
    ):
        for each in page["ResourceTagMappingList"]:
            value = next((t["Value"] for t in each["Tags"] if t["Key"] == EVENT_TAG), None)
            if value is not None:
                tags[named_by_arn(each["ResourceARN"])] = value
    things: dict[tuple[str, str], Thing] = {}
    for profile in _all(world.look, "list_user_profiles", "UserProfiles", domain):
        home = ("profile", profile["UserProfileName"].casefold())
        things[home] = Thing(
            "profile", profile["UserProfileName"], profile["Status"], tags.get(home)
        )
    for space in _all(world.look, "list_spaces", "Spaces", domain):
        home = ("space", space["SpaceName"].casefold())
        owner = space.get("OwnershipSettingsSummary", {}).get("OwnerUserProfileName")
        things[home] = Thing(
            "space",
            space["SpaceName"],
            space["Status"],
            tags.get(home),
            owner=owner.casefold() if owner else None,
            sharing=space.get("SpaceSharingSettingsSummary", {}).get("SharingType"),
            app_type=space.get("SpaceSettingsSummary", {}).get("AppType"),
        )
    apps = []
    for app in _all(world.look, "list_apps", "Apps", domain):
        kind = "space" if app.get("SpaceName") else "profile"
        owner = app.get("SpaceName") or app["UserProfileName"]
        apps.append(
            AppThing((kind, owner.casefold()), app["AppType"], app["AppName"], app["Status"])
        )
    rows = [row for table in TABLES for row in read_rows(world, table)]
    return State(world.domain_id, things, tuple(apps), tuple(rows))


def read_rows(world: World, table: str) -> list[Row]:
    """Read the people of one table, of any event."""
    rows = []
    for item in _all(world.read, "scan", "Items", {"TableName": table}):
        key = item["pk"]["S"]
        if "@" in key:
            text = {name: str(next(iter(value.values()))) for name, value in item.items()}
            rows.append(
                Row(
                    table,
                    key,
                    text.get("event"),
                    text.get("domain-id", ""),
                    text.get("team", ""),
                    text.get("profile"),
                    text.get("space"),
                )
            )
    return rows


def _all(client: Any, operation: str, key: str, arguments: dict[str, str]) -> list[dict[str, Any]]:
    pages = client.get_paginator(operation).paginate(**arguments)
    return [item for page in pages for item in page[key]]
