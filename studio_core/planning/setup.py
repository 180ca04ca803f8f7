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
    ref,
)
from studio_core.naming import host_refs, team_key
from studio_core.planning.before import FirstGeneration, one_row_each, shown
from studio_core.planning.names import assign_names
from studio_core.planning.removal import profile_key, removal, space_key

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

_BROKEN = {Status.FAILED, Status.DELETING, Status.DELETE_FAILED}

LEAVING = "not in the roster any more; stays until you ask to remove who left"
UNUSED = "nobody in the roster is in this team; the space and its files stay until you remove them"
DOUBLE = "a second row of this address, in other capitals; `studio adopt` merges them"
WITHOUT = "row of an earlier tool, taken over without {names}; `studio adopt` first takes over both"
MAY_HOLD_FILES = "its deletion failed earlier and it may hold files; remove it explicitly"
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
    builder = _Setup(roster, snapshot, template, remove=remove_leaving)
    steps = [
        *builder.host(),
        *builder.rows(),
        *builder.doubles(),
        *builder.spaces(),
        *builder.profiles(),
    ]
    steps += builder.leaving()
    steps = _skip_the_hopeless(steps)
    return Plan(Purpose.SETUP, snapshot.identity, snapshot.event, tuple(steps), made_at=made_at)


class _Setup:
    """Works out names once, then gives the steps kind by kind."""

    def __init__(
        self, roster: Roster, snapshot: Snapshot, template: SpaceTemplate, *, remove: bool
    ) -> None:
        self._roster = roster
        self._snapshot = snapshot
        self._template = template
        self._remove = remove
        self._before = FirstGeneration(snapshot)
        self._foreign = {record.email: record for record in snapshot.foreign}
        self._records = one_row_each(snapshot.records)
        self._profiles = {profile.ref: profile for profile in snapshot.profiles}
        self._spaces = {space.ref: space for space in snapshot.spaces}
        self._people = [p for p in roster.participants if p.email not in self._foreign]
        names = assign_names(self._people, snapshot, personal=template.personal)
        self._host, self._profile_of, self._space_of = names.host, names.profiles, names.spaces

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
                difference = _difference(old, new, self._before.left(old))
                steps.append(
                    Step(key, Action.UPDATE, Kind.ROW, person.email, new, difference, before=old)
                )
        return steps

    def doubles(self) -> list[Step]:
        """Rows of the first generation beside another row of the same address."""
        return [
            Step(f"double:row:{record.pk}", Action.SKIP, Kind.ROW, record.pk, record, DOUBLE)
            for record in self._snapshot.records
            if record.email in self._profile_of and record != self._records[record.email]
        ]

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
        seen = self._profiles.get(ref(Kind.PROFILE, name))
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
        seen = self._spaces.get(ref(Kind.SPACE, name))
        if seen is None:
            return [Step(key, Action.CREATE, Kind.SPACE, name, wanted, needs=needs)]
        if seen.ownership is not Ownership.OURS:
            return [Step(key, Action.SKIP, Kind.SPACE, name, seen, _refusal(seen))]
        if seen.status == Status.DELETE_FAILED and not self._remove:
            return [Step(key, Action.SKIP, Kind.SPACE, name, seen, MAY_HOLD_FILES)]
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

    def leaving(self) -> list[Step]:
        """People the roster no longer names, and spaces of ours that nobody uses any more.

        A space counts by its owner and not by a row that names it: rows change first.
        """
        emails = {person.email for person in self._roster.participants}
        records = [record for record in self._snapshot.records if record.email not in emails]
        staying = {ref(Kind.PROFILE, name) for name in (*self._profile_of.values(), self._host)}
        # Should a table name one profile for two people, it stays for the one who does.
        records = [
            replace(record, profile=None)
            if ref(Kind.PROFILE, record.profile) in staying
            else record
            for record in records
        ]
        left = {ref(Kind.PROFILE, record.profile) for record in records if record.profile}
        profiles = [
            profile
            for profile in self._snapshot.profiles
            if profile.ownership is Ownership.OURS and profile.ref in left
        ]
        wanted = {ref(Kind.SPACE, name) for name in self._wanted_spaces()}
        hosts = host_refs(self._snapshot.event)
        spaces = [
            space
            for space in self._snapshot.spaces
            if space.ownership is Ownership.OURS
            and space.ref not in wanted
            and (space.owner is None or ref(Kind.PROFILE, space.owner) in left | hosts)
        ]
        gone = left | {ref(Kind.SPACE, record.space) for record in records if record.space}
        if self._remove:
            inside = left | {space.ref for space in spaces}
            apps = [
                app
                for app in self._snapshot.apps
                if app.ownership is Ownership.OURS and app.home in inside
            ]
            return removal(
                self._snapshot, apps=apps, spaces=spaces, profiles=profiles, records=records
            )
        return [
            *(
                Step(
                    f"leaving:row:{record.pk}", Action.SKIP, Kind.ROW, record.email, record, LEAVING
                )
                for record in records
            ),
            *(
                _stays(
                    Kind.SPACE,
                    space.name,
                    space,
                    LEAVING if {space.ref, ref(Kind.PROFILE, space.owner)} & gone else UNUSED,
                )
                for space in spaces
            ),
            *(_stays(Kind.PROFILE, profile.name, profile, LEAVING) for profile in profiles),
        ]


def _stays(kind: Kind, name: str, target: Record | Profile | Space, reason: str) -> Step:
    return Step(f"leaving:{kind}:{name}", Action.SKIP, kind, name, target, reason)


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


def _difference(old: Record, new: Record, left: Sequence[Profile | Space]) -> str:
    if left:
        return WITHOUT.format(names=shown(left))
    if old.from_before:
        return "row of an earlier tool, taken over"
    if team_key(old.team) != team_key(new.team):
        return f"moves from team {old.team} to team {new.team}"
    return "row brought up to date"
