"""Plan a setup: (`Roster`, `Snapshot`) to `Plan`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from studio_core.model.people import Record, Roster
from studio_core.model.plans import Action, Plan, Purpose, Step
from studio_core.model.studio import (
    Kind,
    Ownership,
    Profile,
    Snapshot,
    Space,
    SpaceTemplate,
    Status,
)
from studio_core.naming import (
    assign_profiles,
    assign_spaces,
    host_profile,
    personal_space_name,
    team_key,
)
from studio_core.planning.removal import profile_key, removal, space_key

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

_BROKEN = {Status.FAILED, Status.DELETING, Status.DELETE_FAILED}


LEAVING = "not in the roster any more; stays until you ask to remove who left"


NOT_OURS = "a {kind} of this name exists and is not of this event"


UNREADABLE = "a {kind} of this name exists and its tags cannot be read"


def plan_setup(
    roster: Roster,
    snapshot: Snapshot,
    template: SpaceTemplate,
    *,
    remove_leaving: bool = False,
    made_at: datetime | None = None,
) -> Plan:
    """Plan everything that makes the domain and the table hold the roster.

    People new in the roster are created, people whose team changed are moved, people no
    longer in it are shown as skipped, or removed when `remove_leaving`. A row is written
    before its profile is created, so that a name once given survives whatever happens in
    between. Planning again after the plan was applied gives an empty plan.
    """
    builder = _Setup(roster, snapshot, template)
    steps = [*builder.host(), *builder.rows(), *builder.spaces(), *builder.profiles()]
    steps += builder.leaving(remove=remove_leaving)
    steps = _skip_the_hopeless(steps)
    return Plan(Purpose.SETUP, snapshot.identity, snapshot.event, tuple(steps), made_at=made_at)


class _Setup:
    """Works out names once, then gives the steps kind by kind."""

    def __init__(self, roster: Roster, snapshot: Snapshot, template: SpaceTemplate) -> None:
        self._roster = roster
        self._snapshot = snapshot
        self._template = template
        self._host = host_profile(snapshot.event)
        self._foreign = {record.email: record for record in snapshot.foreign}
        self._records = {record.email: record for record in snapshot.records}
        self._profiles = {profile.name.casefold(): profile for profile in snapshot.profiles}
        self._spaces = {space.name.casefold(): space for space in snapshot.spaces}
        self._people = [p for p in roster.participants if p.email not in self._foreign]
        known = {
            r.email: r.profile
            for r in snapshot.records
            if r.profile and r.profile.casefold() != self._host
        }
        others = [p.name for p in snapshot.profiles if p.ownership is not Ownership.OURS]
        foreign_names = [r.profile for r in snapshot.foreign if r.profile]
        self._profile_of = assign_profiles(
            [p.email for p in self._people], known, [self._host, *others, *foreign_names]
        )
        self._space_of = self._assign_spaces()

    def _assign_spaces(self) -> dict[str, str]:
        if self._template.personal:
            return {p.email: personal_space_name(self._profile_of[p.email]) for p in self._people}
        # In order, so that a table that contradicts itself gives the same plan each time.
        by_email = sorted(self._snapshot.records, key=lambda r: r.email)
        known = {r.team: r.space for r in by_email if r.space}
        others = [s.name for s in self._snapshot.spaces if s.ownership is not Ownership.OURS]
        by_team = assign_spaces({p.team for p in self._people}, known, others)
        return {p.email: by_team[p.team] for p in self._people}

    def _wanted_spaces(self) -> dict[str, str]:
        """Owner by space name, teams in their order."""
        if self._template.personal:
            return {self._space_of[p.email]: self._profile_of[p.email] for p in self._people}
        team_of = {p.team: self._space_of[p.email] for p in self._people}
        order = Roster(tuple(self._people)).teams
        return {team_of[team]: self._host for team in order}

    def host(self) -> list[Step]:
        """The profile that owns the team spaces, so that people can come and go."""
        if self._template.personal or not self._people:
            return []
        return self._profile(self._host, needs=())

    def rows(self) -> list[Step]:
        """One step a person: create, move, or keep; rows of other events are left alone."""
        steps = []
        for person in self._roster.participants:
            key = f"row:{person.email}"
            if foreign := self._foreign.get(person.email):
                reason = f"already a participant of {foreign.event or foreign.domain_id}"
                steps.append(Step(key, Action.SKIP, Kind.ROW, person.email, foreign, reason))
                continue
            old = self._records.get(person.email)
            new = Record(
                person.email,
                person.team,
                self._snapshot.identity.domain_id,
                self._snapshot.event,
                self._profile_of[person.email],
                self._space_of[person.email],
                last_link_at=old.last_link_at if old else None,
                extra=old.extra if old else {},
            )
            if old == new:
                steps.append(Step(key, Action.KEEP, Kind.ROW, person.email, new))
            elif old is None:
                steps.append(Step(key, Action.CREATE, Kind.ROW, person.email, new))
            else:
                steps.append(
                    Step(key, Action.UPDATE, Kind.ROW, person.email, new, _difference(old, new))
                )
        return steps

    def profiles(self) -> list[Step]:
        """One profile a person, each behind its row."""
        steps: list[Step] = []
        for person in self._people:
            name = self._profile_of[person.email]
            steps += self._profile(name, needs=(f"row:{person.email}",))
        return steps

    def _profile(self, name: str, needs: tuple[str, ...]) -> list[Step]:
        key = f"profile:{name.casefold()}"
        wanted = Profile(name, Status.PENDING, Ownership.OURS)
        seen = self._profiles.get(name.casefold())
        if seen is None:
            return [Step(key, Action.CREATE, Kind.PROFILE, name, wanted, needs=needs)]
        if seen.ownership is not Ownership.OURS:
            return [Step(key, Action.SKIP, Kind.PROFILE, name, seen, _refusal(seen))]
        if seen.status in _BROKEN:
            gone = removal(self._snapshot, profiles=[seen])[0]
            if gone.action is Action.SKIP:
                return [Step(key, Action.SKIP, Kind.PROFILE, name, seen, gone.reason)]
            needs = (*needs, profile_key(name))
            return [gone, Step(key, Action.CREATE, Kind.PROFILE, name, wanted, needs=needs)]
        return [Step(key, Action.KEEP, Kind.PROFILE, name, seen)]

    def spaces(self) -> list[Step]:
        """One space a team, or a person, each behind the profile that owns it."""
        steps: list[Step] = []
        for name, owner in self._wanted_spaces().items():
            steps += self._space(name, owner)
        return steps

    def _space(self, name: str, owner: str) -> list[Step]:
        key = f"space:{name.casefold()}"
        needs: tuple[str, ...] = (f"profile:{owner.casefold()}",)
        template = self._template
        wanted = Space(
            name,
            Status.PENDING,
            owner=owner,
            sharing="Private" if template.personal else "Shared",
            app_type=template.app_type.value,
            ebs_gb=template.ebs_gb,
            instance_type=template.instance_type,
            ownership=Ownership.OURS,
        )
        seen = self._spaces.get(name.casefold())
        if seen is None:
            return [Step(key, Action.CREATE, Kind.SPACE, name, wanted, needs=needs)]
        if seen.ownership is not Ownership.OURS:
            return [Step(key, Action.SKIP, Kind.SPACE, name, seen, _refusal(seen))]
        if seen.status in _BROKEN:
            gone = removal(self._snapshot, spaces=[seen])[0]
            if gone.action is Action.SKIP:
                return [Step(key, Action.SKIP, Kind.SPACE, name, seen, gone.reason)]
            needs = (*needs, space_key(name))
            return [gone, Step(key, Action.CREATE, Kind.SPACE, name, wanted, needs=needs)]
        reason = ""
        if seen.app_type and seen.app_type != template.app_type:
            reason = (
                f"stays {seen.app_type}: AWS cannot change a space's app type "
                f"to {template.app_type}"
            )
        return [Step(key, Action.KEEP, Kind.SPACE, name, seen, reason)]

    def leaving(self, *, remove: bool) -> list[Step]:
        """People and spaces of ours that the roster no longer names."""
        emails = {p.email for p in self._roster.participants}
        records = [r for r in self._snapshot.records if r.email not in emails]
        wanted = {name.casefold() for name in self._wanted_spaces()}
        left_spaces = {r.space.casefold() for r in self._snapshot.records if r.space} - wanted
        staying = {name.casefold() for name in (*self._profile_of.values(), self._host)}
        # Should a table name one profile for two people, it stays for the one who does.
        records = [
            replace(r, profile=None) if (r.profile or "").casefold() in staying else r
            for r in records
        ]
        names = {r.profile.casefold() for r in records if r.profile}
        profiles = self._ours(self._snapshot.profiles, names)
        spaces = [
            s
            for s in self._snapshot.spaces
            if s.ownership is Ownership.OURS
            and s.name.casefold() not in wanted
            and (s.name.casefold() in left_spaces or (s.owner or "").casefold() in names)
        ]
        if remove:
            inside = names | {s.name.casefold() for s in spaces}
            apps = [a for a in self._snapshot.apps if a.owner.casefold() in inside]
            return removal(
                self._snapshot, apps=apps, spaces=spaces, profiles=profiles, records=records
            )
        gone: list[tuple[Kind, str, Record | Space | Profile]] = []
        gone += [(Kind.ROW, r.email, r) for r in records]
        gone += [(Kind.SPACE, s.name, s) for s in spaces]
        gone += [(Kind.PROFILE, p.name, p) for p in profiles]
        return [
            Step(f"leaving:{kind}:{name}", Action.SKIP, kind, name, target, LEAVING)
            for kind, name, target in gone
        ]

    @staticmethod
    def _ours(profiles: Iterable[Profile], names: set[str]) -> list[Profile]:
        return [p for p in profiles if p.ownership is Ownership.OURS and p.name.casefold() in names]


def _skip_the_hopeless(steps: list[Step]) -> list[Step]:
    """Skip what needs a step that is skipped, and say so, rather than let it fail later."""
    skipped = {step.key: step for step in steps if step.action is Action.SKIP}
    result = []
    for step in steps:
        blocker = next((skipped[key] for key in step.needs if key in skipped), None)
        if blocker is not None and step.action.changes:
            reason = f"needs {blocker.kind} {blocker.name}: {blocker.reason}"
            step = replace(step, action=Action.SKIP, reason=reason, needs=())  # noqa: PLW2901
            skipped[step.key] = step
        result.append(step)
    return result


def _refusal(seen: Profile | Space) -> str:
    kind = "profile" if isinstance(seen, Profile) else "space"
    text = UNREADABLE if seen.ownership is Ownership.UNKNOWN else NOT_OURS
    return text.format(kind=kind)


def _difference(old: Record, new: Record) -> str:
    if old.event is None:
        return "row of an earlier tool, taken over"
    if team_key(old.team) != team_key(new.team):
        return f"moves from team {old.team} to team {new.team}"
    return "row brought up to date"
