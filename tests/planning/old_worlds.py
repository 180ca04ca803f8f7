"""Worlds that the tool's first generation left, made up by hypothesis, with tags of their own.

Ownership is worked out from tags as the observer does, so that a test sees what inherits.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from studio_core.model.people import Record
from studio_core.model.plans import Action, Plan, Step
from studio_core.model.studio import App, Kind, Ownership, Profile, Snapshot, Space, ref
from studio_core.naming import normalise_email
from tests.planning.worlds import EVENT, IDENTITY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio_core.model.studio import Ref

OTHER, UNREADABLE = "other-event", "unreadable"

addresses = st.builds(
    "{}@{}".format,
    st.sampled_from(["niklas", "Niklas", "ana.b", "AnaB", "o'brien", "李", "bo"]),
    st.sampled_from(["amazon.com", "Amazon.com", "ai.se"]),
)
_tags = st.sampled_from([None, None, None, None, EVENT, OTHER, UNREADABLE])
_attributes = st.dictionaries(st.sampled_from(["diet", "size"]), st.sampled_from(["a", "b"]))
_PERSONAL = {"-jupyter-space": "JupyterLab", "-ce-space": "CodeEditor"}


@dataclass
class OldWorld:
    """A domain and a table; `tags` has the event of what carries one."""

    profiles: dict[Ref, Profile]
    spaces: dict[Ref, Space]
    tags: dict[Ref, str]
    rows: dict[str, Record]
    foreign: tuple[Record, ...] = ()
    tagged: list[Ref] = field(default_factory=list)

    def snapshot(self) -> Snapshot:
        whose = {EVENT: Ownership.OURS, OTHER: Ownership.OTHER, UNREADABLE: Ownership.UNKNOWN}
        own = {key: whose[tag] for key, tag in self.tags.items()}

        def of_profile(profile: Profile) -> Ownership:
            return own.get(profile.ref, Ownership.UNTAGGED)

        def of_space(space: Space) -> Ownership:
            home = self.profiles.get(ref(Kind.PROFILE, space.owner))
            inherited = of_profile(home) if home else Ownership.UNTAGGED
            return own.get(space.ref, inherited)

        return Snapshot(
            IDENTITY,
            EVENT,
            tuple(replace(p, ownership=of_profile(p)) for p in self.profiles.values()),
            tuple(replace(s, ownership=of_space(s)) for s in self.spaces.values()),
            records=tuple(self.rows.values()),
            foreign=self.foreign,
        )

    def run(self, plan: Plan, most: int | None = None) -> OldWorld:
        """Carry the plan out in the order of its needs; `most` steps, as when it is killed."""
        after = replace(
            self,
            profiles=dict(self.profiles),
            spaces=dict(self.spaces),
            tags=dict(self.tags),
            rows=dict(self.rows),
            tagged=[],
        )
        left = {step.key: step for step in plan.changes}
        while left and most != 0:
            step = next(s for s in left.values() if not any(key in left for key in s.needs))
            after.do(left.pop(step.key))
            most = None if most is None else most - 1
        return after

    def do(self, step: Step) -> None:
        match step.target:
            case Record() as row:
                assert step.before == self.rows.pop(step.before.pk if step.before else "", None)
                if step.action is not Action.DELETE:
                    assert row.pk not in self.rows
                    self.rows[row.pk] = row
            case Profile() | Space() as item if step.action is Action.ADOPT:
                assert item.ref not in self.tags
                self.tags[item.ref] = EVENT
                self.tagged.append(item.ref)
            case Profile() | Space() as item:
                held: dict[Ref, object] = (
                    self.profiles if isinstance(item, Profile) else self.spaces
                )
                if step.action is Action.DELETE:
                    self.tags.pop(item.ref, None)
                    del held[item.ref]
                else:
                    assert item.ref not in held
                    held[item.ref] = replace(item, status="InService")
                    self.tags[item.ref] = EVENT
            case App():
                raise AssertionError("these worlds have no apps")


@st.composite
def old_worlds(draw: st.DrawFn) -> OldWorld:
    """Old rows and resources, with look-alikes, capitals, foreign tags and rows set up since."""
    rows = {}
    for pk in draw(st.lists(addresses, min_size=1, max_size=6, unique=True)):
        email = normalise_email(pk)
        rows[pk] = Record(
            email,
            draw(st.sampled_from(["1", "2", "Red", "red"])),
            draw(st.sampled_from(["d-1", ""])),
            extra=draw(_attributes),
            key=pk if pk != email else None,
        )
    for pk in draw(
        st.lists(st.sampled_from([pk for pk in rows if pk == pk.lower()] or ["x@y.z"]), max_size=1)
    ):
        email = normalise_email(pk)
        rows[pk] = Record(email, "2", "d-1", EVENT, "new-name", "team-2")
    names = draw(
        st.lists(
            st.sampled_from(["niklas", "AnaB", "obrien", "bo", "stranger", "new-name"]), unique=True
        )
    )
    statuses = st.sampled_from(["InService", "InService", "InService", "Failed", "Deleting"])
    profiles = [Profile(name, draw(statuses)) for name in names]
    spaces = [
        Space(
            name,
            draw(statuses),
            *draw(st.sampled_from([(None, None, None), ("bo", "Shared", "JupyterLab")])),
        )
        for name in draw(st.lists(st.sampled_from(["1", "2", "Red"]), unique=True))
    ]
    for name in names:
        for suffix, app_type in _PERSONAL.items():
            shape = draw(st.sampled_from(["none", "right", "right", "shared", "of another"]))
            if shape != "none":
                spaces.append(
                    Space(
                        name + suffix,
                        draw(statuses),
                        "stranger" if shape == "of another" else name,
                        "Shared" if shape == "shared" else "Private",
                        app_type,
                    )
                )
    things = [*profiles, *spaces]
    tags = {item.ref: tag for item in things if (tag := draw(_tags))}
    return OldWorld({p.ref: p for p in profiles}, {s.ref: s for s in spaces}, tags, rows)


def may_be_tagged(world: OldWorld) -> set[Ref]:
    """Return what rows name by the first generation's rules, worked out on its own."""
    found = set()
    for row in world.rows.values():
        if row.event is not None:
            continue
        name = re.sub(r"[^A-Za-z0-9]", "", row.pk.split("@")[0]).lower()
        found.add(ref(Kind.PROFILE, name))
        for space in world.spaces.values():
            classic = (space.owner, space.sharing, space.app_type) == (None, None, None)
            private = (space.sharing, (space.owner or "").lower()) == ("Private", name)
            suffixes = {name + s for s, kind in _PERSONAL.items() if kind == space.app_type}
            if (classic and space.name.lower() == row.team.lower()) or (
                private and space.name.lower() in suffixes
            ):
                found.add(space.ref)
    return found - set(world.tags)


def people_of(rows: Sequence[Record]) -> set[str]:
    return {row.email for row in rows}
