"""A world in memory: snapshots made up by hypothesis, and plans carried out without AWS."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from studio_core.model.people import Participant, Record, Roster
from studio_core.model.plans import Action, Plan, Step
from studio_core.model.studio import (
    App,
    Identity,
    Ownership,
    Profile,
    Snapshot,
    Space,
    SpaceTemplate,
    Status,
)
from studio_core.naming import host_profile

if TYPE_CHECKING:
    from collections.abc import Iterable

IDENTITY = Identity("123456789012", "eu-west-1", "d-1", "arn:aws:iam::123456789012:user/ana")
EVENT = "demo"
TEMPLATE = SpaceTemplate()

mailboxes = st.sampled_from(["niklas", "Ada.Lovelace", "zoë", "李", "o'brien", "demo-host", "a"])
hosts = st.sampled_from(["amazon.com", "ai.se", "example.org"])
emails = st.builds(lambda m, h: f"{m}@{h}".lower(), mailboxes, hosts)
teams = st.sampled_from(["1", "2", "10", "red", "Red Pandas", "red-pandas"])
rosters = st.dictionaries(emails, teams, max_size=12).map(
    lambda people: Roster(tuple(Participant(e, t) for e, t in people.items()))
)
templates = st.builds(SpaceTemplate, personal=st.booleans())

# AWS keeps the case in which a name was given, and compares without it.
spellings = st.sampled_from([str, str.capitalize, str.upper])

_ownerships = st.sampled_from(list(Ownership))
_statuses = st.sampled_from(
    ["Pending", "InService", "Deleting", "Failed", "Update_Failed", "Delete_Failed"]
)


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    """A domain in any state: ours and others' things, half-made, half-deleted."""
    names = draw(
        st.lists(
            st.sampled_from(
                ["niklas", "niklas-5fbbe3", "ada-lovelace", "demo-host", "zoe", "team-1"]
            ),
            unique=True,
        )
    )
    names = [draw(spellings)(name) for name in names]
    profiles = tuple(Profile(name, draw(_statuses), draw(_ownerships)) for name in names)
    space_names = draw(
        st.lists(
            st.sampled_from(["team-1", "team-red", "team-red-pandas", "niklas", "personal-niklas"]),
            unique=True,
        )
    )
    space_names = [draw(spellings)(name) for name in space_names]
    spaces = tuple(
        Space(
            name,
            draw(_statuses),
            owner=draw(st.sampled_from([*names, None])),
            app_type="JupyterLab",
            ownership=draw(_ownerships),
        )
        for name in space_names
    )
    # Whose an app is follows from where it runs; a space and a profile may share a name.
    homes = [("space", s.name, s.ownership) for s in spaces]
    homes += [("profile", p.name, p.ownership) for p in profiles]
    apps = tuple(
        App(
            "JupyterLab",
            "default",
            draw(st.sampled_from(["InService", "Deleting", "Deleted", "Failed", "Pending"])),
            ownership=ownership,
            **{kind: home},
        )
        for kind, home, ownership in draw(
            st.lists(st.sampled_from(homes), unique=True) if homes else st.just([])
        )
    )
    people = draw(st.lists(emails, unique=True, max_size=6))
    records = tuple(
        Record(
            email,
            draw(teams),
            "d-1",
            draw(st.sampled_from([EVENT, None])),
            draw(spellings)(names[number]) if number < len(names) and draw(st.booleans()) else None,
            draw(st.sampled_from([*space_names, *(name.lower() for name in space_names), None])),
            key=draw(st.sampled_from([None, email.title()])),
        )
        for number, email in enumerate(people)
    )
    foreign = tuple(
        Record(email, "1", "d-1", "other", "someone")
        for email in draw(st.lists(emails, unique=True, max_size=2))
        if email not in people
    )
    return Snapshot(IDENTITY, EVENT, profiles, spaces, apps, records, foreign)


def empty(**parts: object) -> Snapshot:
    return replace(Snapshot(IDENTITY, EVENT), **parts)


class World:
    """What the domain and the table hold, refusing what AWS would refuse."""

    def __init__(self, start: Snapshot) -> None:
        self.start = start
        self.profiles = {p.name.casefold(): p for p in start.profiles}
        self.spaces = {s.name.casefold(): s for s in start.spaces}
        self.apps = list(start.apps)
        self.records = {r.pk: r for r in start.records}

    def do(self, step: Step) -> None:
        adopts = step.action is Action.ADOPT and not isinstance(step.target, Record)
        if adopts:
            self.adopt(step)
        else:
            (self.delete if step.action is Action.DELETE else self.create)(step)

    def delete(self, step: Step) -> None:
        name, live = step.name.casefold(), [a for a in self.apps if not a.gone]
        match step.target:
            case App():
                self.apps = [a for a in self.apps if a.label.casefold() != name or a.gone]
            case Space() as space:
                assert not [a for a in live if a.home == space.ref]
                del self.spaces[name]
            case Profile() as profile:
                assert not [a for a in live if a.home == profile.ref]
                owners = {(space.owner or "").casefold() for space in self.spaces.values()}
                assert name not in owners
                del self.profiles[name]
            case Record() as record:
                del self.records[record.pk]

    def adopt(self, step: Step) -> None:
        """Tag what carries no tag; what lives in it and has none of its own follows."""
        held = self.profiles if isinstance(step.target, Profile) else self.spaces
        seen = held[step.name.casefold()]
        assert seen == replace(step.target, ownership=Ownership.UNTAGGED)
        held[step.name.casefold()] = step.target

    def create(self, step: Step) -> None:
        name = step.name.casefold()
        match step.target:
            case Profile() as profile:
                assert name not in self.profiles
                self.profiles[name] = replace(profile, status=Status.IN_SERVICE)
            case Space() as space:
                assert name not in self.spaces
                owner = self.profiles[(space.owner or "").casefold()]
                assert owner.status not in {"Failed", "Deleting"}
                self.spaces[name] = replace(space, status=Status.IN_SERVICE)
            case App() as app:
                self.apps.append(replace(app, status=Status.IN_SERVICE))
            case Record() as record:
                assert step.before == self.records.pop(step.before.pk if step.before else "", None)
                assert record.pk not in self.records
                self.records[record.pk] = record

    def snapshot(self) -> Snapshot:
        return replace(
            self.start,
            profiles=tuple(self.profiles.values()),
            spaces=tuple(self.spaces.values()),
            apps=tuple(self.apps),
            records=tuple(self.records.values()),
        )


def carry_out(plan: Plan, start: Snapshot) -> Snapshot:
    """Do what the plan says, in the order of its needs."""
    world = World(start)
    changes = {step.key: step for step in plan.changes}
    while changes:
        ready = [s for s in changes.values() if not any(n in changes for n in s.needs)]
        assert ready, f"the needs go round in a circle: {changes}"
        for step in ready:
            world.do(step)
            del changes[step.key]
    return world.snapshot()


def ready_profile(name: str, ownership: Ownership = Ownership.OURS) -> Profile:
    return Profile(name, Status.IN_SERVICE, ownership)


def ready_space(name: str, owner: str | None = None, **more: object) -> Space:
    owner = owner if owner is not None else host_profile(EVENT)
    return replace(
        Space(name, Status.IN_SERVICE, owner, "Shared", "JupyterLab", ownership=Ownership.OURS),
        **more,
    )


def roster(*people: tuple[str, str]) -> Roster:
    return Roster(tuple(Participant(email, team) for email, team in people))


def keys(steps: Iterable[object]) -> set[str]:
    return {step.key for step in steps}  # type: ignore[attr-defined]
