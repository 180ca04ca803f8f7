"""Build a `Snapshot` from List pages and ownership tags."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from studio_core.aws.errors import translated
from studio_core.errors import AccessDeniedError, AwsError, NotFoundError
from studio_core.model.studio import EVENT_TAG, Identity, Kind, Ownership, Snapshot, ref
from studio_core.naming import host_refs
from studio_core.planning.before import names_from_before

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from concurrent.futures import Executor
    from datetime import datetime

    from studio_core.aws.studio import Studio
    from studio_core.aws.table import ParticipantsTable
    from studio_core.model.people import Record
    from studio_core.model.studio import App, Profile, Space

TAG_PAGE = 100
"""Largest page of GetResources (botocore's resourcegroupstaggingapi model)."""

_TYPES = {"user-profile": Kind.PROFILE, "space": Kind.SPACE}
_NO_SWEEP = (
    "The tags of the domain cannot be listed at once (tag:GetResources); "
    "they were read one by one, which is slow."
)

TagKey = tuple[Kind, str]


class Observer:
    """Observer of the domain and the table; it lists all kinds of resources in parallel."""

    def __init__(
        self,
        studio: Studio,
        table: ParticipantsTable,
        tagging: Any,
        identity: Identity,
        event: str,
        *,
        executor: Executor,
        clock: Callable[[], datetime],
    ) -> None:
        self._studio = studio
        self._table = table
        self._tagging = tagging
        self._identity = identity
        self._event = event
        self._executor = executor
        self._clock = clock

    def observe(self) -> Snapshot:
        """Return a snapshot. Resources with unreadable tags count as not ours.

        Raises:
            StudioError: A listing was refused or AWS could not be reached.
        """
        taken_at = self._clock()
        profiles = self._executor.submit(lambda: list(self._studio.list_profiles()))
        spaces = self._executor.submit(lambda: list(self._studio.list_spaces()))
        apps = self._executor.submit(lambda: list(self._studio.list_apps()))
        sweeps = [self._executor.submit(self._sweep_tags, kind) for kind in _TYPES]
        records, foreign = self._records()
        tags: dict[TagKey, str | None] = {}
        warnings: list[str] = []
        for swept, warning in (sweep.result() for sweep in sweeps):
            tags.update(swept)
            warnings += [warning] if warning and warning not in warnings else []
        seen_profiles, seen_spaces = profiles.result(), spaces.result()
        swept_all = not warnings
        claimed = self._claimed(records, seen_profiles, seen_spaces, from_before=not swept_all)
        unsure = [key for key in claimed if key not in tags]
        tags.update(self._read_one_by_one(unsure, warnings))
        return Snapshot(
            identity=self._identity,
            event=self._event,
            **_owned(
                seen_profiles,
                seen_spaces,
                apps.result(),
                tags,
                self._event,
                tagless=Ownership.UNTAGGED if swept_all else Ownership.OTHER,
            ),
            records=tuple(records),
            foreign=tuple(foreign),
            taken_at=taken_at,
            warnings=tuple(warnings),
        )

    def _records(self) -> tuple[list[Record], list[Record]]:
        ours: list[Record] = []
        foreign: list[Record] = []
        try:
            scanned = self._table.scan()
        except NotFoundError:
            scanned = []  # no table yet: nothing has been set up
        for record in scanned:
            here = record.domain_id in {"", self._identity.domain_id}
            mine = here and record.event in {None, self._event}
            (ours if mine else foreign).append(record)
        return ours, foreign

    def _sweep_tags(self, kind: str) -> tuple[dict[TagKey, str | None], str]:
        """Return the event tag of each resource of a kind, by kind and lower-case name.

        The second value is a warning when GetResources is refused.
        """
        prefix = f"{kind}/{self._identity.domain_id}/"
        tags: dict[TagKey, str | None] = {}
        try:
            with translated("list the tags of the domain"):
                pages = self._tagging.get_paginator("get_resources").paginate(
                    TagFilters=[{"Key": EVENT_TAG}],
                    ResourceTypeFilters=[f"sagemaker:{kind}"],
                    ResourcesPerPage=TAG_PAGE,
                )
                for page in pages:
                    for resource in page["ResourceTagMappingList"]:
                        path = resource["ResourceARN"].split(":", 5)[5]
                        if path.startswith(prefix):
                            name = path.removeprefix(prefix).casefold()
                            tags[_TYPES[kind], name] = next(
                                t["Value"] for t in resource["Tags"] if t["Key"] == EVENT_TAG
                            )
        except AccessDeniedError:
            return {}, _NO_SWEEP
        return tags, ""

    def _claimed(
        self,
        records: Iterable[Record],
        profiles: Iterable[Profile],
        spaces: Iterable[Space],
        *,
        from_before: bool,
    ) -> list[TagKey]:
        """Return the existing resources that the table or a name of the host says are ours.

        With `from_before`, also those that rows of the first generation name by its rules.
        """
        names = host_refs(self._event)
        for record in records:
            names |= {ref(Kind.PROFILE, record.profile), ref(Kind.SPACE, record.space)}
            if from_before and record.from_before:
                names |= {ref(kind, name) for kind, name in names_from_before(record)}
        there = [(Kind.PROFILE, p.name.casefold()) for p in profiles]
        there += [(Kind.SPACE, s.name.casefold()) for s in spaces]
        return [key for key in there if key in names]

    def _read_one_by_one(self, keys: list[TagKey], warnings: list[str]) -> dict[TagKey, str | None]:
        """Read tags that GetResources did not return: it lags behind, or was refused."""

        def read(key: TagKey) -> tuple[TagKey, str | None]:
            kind = "user-profile" if key[0] is Kind.PROFILE else "space"
            return key, self._studio.event_of(kind, key[1]) or ""

        tags: dict[TagKey, str | None] = {}
        for future in [self._executor.submit(read, key) for key in keys]:
            try:
                key, value = future.result()
                tags[key] = value
            except NotFoundError:
                continue
            except AwsError as error:
                warnings.append(f"{error.sentence} It is not taken for ours.")
        for key in keys:
            tags.setdefault(key, None)
        return tags


def _owned(
    profiles: Iterable[Profile],
    spaces: Iterable[Space],
    apps: Iterable[App],
    tags: dict[TagKey, str | None],
    event: str,
    *,
    tagless: Ownership,
) -> dict[str, Any]:
    """Set the ownership of each resource: by its tag, else by its profile or space.

    A resource whose tags were read one by one and are none is untagged. One that the sweep
    of tags did not show is `tagless`.
    """

    def by_tag(key: TagKey) -> Ownership | None:
        if key not in tags or tags[key] == "":
            return None
        value = tags[key]
        if value is None:
            return Ownership.UNKNOWN
        return Ownership.OURS if value == event else Ownership.OTHER

    def bare(key: TagKey) -> Ownership:
        return Ownership.UNTAGGED if key in tags else tagless

    owners: dict[TagKey, Ownership] = {}
    spaces = list(spaces)
    space_owners = {space.ref: space.owner for space in spaces}

    def of_profile(profile: Profile) -> Profile:
        key = (Kind.PROFILE, profile.name.casefold())
        owners[key] = by_tag(key) or bare(key)
        return replace(profile, ownership=owners[key])

    def of_space(space: Space) -> Space:
        key = (Kind.SPACE, space.name.casefold())
        home = owners.get((Kind.PROFILE, (space.owner or "").casefold()))
        owners[key] = by_tag(key) or home or bare(key)
        return replace(space, ownership=owners[key])

    def of_app(app: App) -> App:
        kind = Kind.SPACE if app.space else Kind.PROFILE
        key = (kind, app.owner.casefold())
        ownership = owners.get(key, tagless)
        return replace(app, ownership=ownership, space_owner=space_owners.get(key))

    return {
        "profiles": tuple(of_profile(p) for p in profiles),
        "spaces": tuple(of_space(s) for s in spaces),
        "apps": tuple(of_app(a) for a in apps),
    }
