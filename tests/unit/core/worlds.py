"""A world in memory: snapshots made up by hypothesis, and plans carried out without AWS."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from studio_core.model import (
    Action,
    App,
    Identity,
    Ownership,
    Participant,
    Plan,
    Profile,
    Record,
    Roster,
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
                ["niklas", "niklas-5fbbe3", "ada-lovelace", "demo-host", "zoe", "instructor"]
            ),
            unique=True,
        )
    )
    profiles = tuple(Profile(name, draw(_statuses), draw(_ownerships)) for name in names)
    space_names = draw(
        st.lists(
            st.sampled_from(
                ["team-1", "team-red", "team-red-pandas", "own-work", "personal-niklas"]
            ),
            unique=True,
        )
    )
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
    homes = [("space", s) for s in space_names] + [("profile", p) for p in names]
    apps = tuple(
        App(
            "JupyterLab",
            "default",
            draw(st.sampled_from(["InService", "Deleting", "Deleted", "Failed", "Pending"])),
            ownership=draw(_ownerships),
            **{kind: home},
        )
        for kind, home in draw(
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
            names[number] if number < len(names) and draw(st.booleans()) else None,
            draw(st.sampled_from([*space_names, None])),
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


def carry_out(plan: Plan, world: Snapshot) -> Snapshot:
    """Do what the plan says, in its order of needs, refusing what AWS would refuse."""
    profiles = {p.name.casefold(): p for p in world.profiles}
    spaces = {s.name.casefold(): s for s in world.spaces}
    apps = {(a.label.casefold(), a.status): a for a in world.apps}
    records = {r.email: r for r in world.records}
    done: set[str] = set()
    keys = {step.key for step in plan.changes}
    left = list(plan.changes)
    while left:
        ready = [s for s in left if all(n in done or n not in keys for n in s.needs)]
        assert ready, f"the needs go round in a circle: {left}"
        for step in ready:
            left.remove(step)
            done.add(step.key)
            target, name = step.target, step.name.casefold()
            if step.action is Action.DELETE:
                match target:
                    case App():
                        apps = {k: a for k, a in apps.items() if k[0] != name or a.gone}
                    case Space():
                        assert not [
                            a for a in apps.values() if a.space == target.name and not a.gone
                        ]
                        del spaces[name]
                    case Profile():
                        assert not [
                            a for a in apps.values() if a.profile == target.name and not a.gone
                        ]
                        assert not [s for s in spaces.values() if s.owner == target.name]
                        del profiles[name]
                    case Record():
                        del records[target.email]
            else:
                match target:
                    case Profile():
                        assert name not in profiles
                        profiles[name] = replace(target, status=Status.IN_SERVICE)
                    case Space():
                        assert name not in spaces
                        assert target.owner is not None
                        assert profiles[target.owner.casefold()].status not in {
                            "Failed",
                            "Deleting",
                        }
                        spaces[name] = replace(target, status=Status.IN_SERVICE)
                    case App():
                        apps[name, "InService"] = replace(target, status=Status.IN_SERVICE)
                    case Record():
                        records[target.email] = target
    return replace(
        world,
        profiles=tuple(profiles.values()),
        spaces=tuple(spaces.values()),
        apps=tuple(apps.values()),
        records=tuple(records.values()),
    )


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
