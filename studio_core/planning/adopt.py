"""Plan taking over what the tool's first generation left: (`Snapshot`) to `Plan`.

A row first notes whose an old profile is to be, then the resources are tagged, then the row
becomes one of the event's. So an adoption that is cut off goes on where it ended, and never
mistakes a profile of this event for an old one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from studio_core.errors import GuardError
from studio_core.model.plans import Action, Plan, Purpose, Step
from studio_core.model.studio import Kind, Ownership, Profile, Space, Status
from studio_core.naming import normalise_email
from studio_core.planning.before import FirstGeneration
from studio_core.wording import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from studio_core.model.people import Record
    from studio_core.model.studio import Ref, Snapshot, SpaceTemplate
    from studio_core.planning.before import SharedProfile

MERGED = "merged-rows"
"""Attribute with what two rows of one address say differently, by the key of the other row."""

TAKEN = "already a participant of {event}"
OTHERS = "it is of another event"
UNREADABLE = "its tags cannot be read, so it may be somebody else's"
GOING = "it is being deleted; adopt again when it is gone"
SHARED = "{people} share it, and nothing tells for whom it was made; choose with --keep EMAIL"
WAITS = "waits for {kind} {name}: {reason}"
DOUBLE = "merged into the row {email}"


def plan_adopt(
    snapshot: Snapshot,
    template: SpaceTemplate,
    *,
    keep: Iterable[str] = (),
    made_at: datetime | None = None,
) -> Plan:
    """Plan making everybody from before a participant, with what the old tool made for them.

    Only what a row names by the rules of the first generation is tagged, and only when it
    carries no event's tag. Planning again after the plan was applied gives an empty plan.

    Args:
        snapshot: What the domain and the table contain.
        template: Says whether a person's recorded space is their own or their team's.
        keep: Addresses of the people who keep a profile that they share with others; the
            others are adopted without it.
        made_at: When the snapshot was taken.
    """
    steps = _Adoption(snapshot, template, {normalise_email(email) for email in keep}).steps()
    return Plan(Purpose.ADOPT, snapshot.identity, snapshot.event, tuple(steps), made_at=made_at)


def shared_profiles(snapshot: Snapshot) -> list[SharedProfile]:
    """Return the old profiles that several people share, for the organiser to choose."""
    return FirstGeneration(snapshot).shared()


def check_keep(snapshot: Snapshot, keep: Iterable[str]) -> None:
    """Return when the choice can be followed.

    Raises:
        GuardError: An address is in no row, or two of one shared profile were chosen.
    """
    chosen = [normalise_email(email) for email in keep]
    known = {record.email for record in snapshot.records}
    for email in chosen:
        if email not in known:
            raise GuardError(
                f"No row of the table has the address {email}.",
                "Give the address of one of the people who share a profile.",
            )
    for one in shared_profiles(snapshot):
        both = [email for email in one.emails if email in chosen]
        if len(both) > 1:
            raise GuardError(
                f"Only one of {listed(both)} can keep the profile {one.profile.name}.",
                "Choose one of them.",
            )


class _Adoption:
    """Goes through the people; what several of them name becomes one step."""

    def __init__(self, snapshot: Snapshot, template: SpaceTemplate, keep: set[str]) -> None:
        self._snapshot = snapshot
        self._template = template
        self._before = FirstGeneration(snapshot)
        self._taken = {record.pk: record for record in snapshot.foreign}
        self._notes: list[Step] = []
        self._resources: dict[str, Step] = {}
        self._rows: list[Step] = []
        self._keepers: dict[Ref, str | None] = {}
        for one in self._before.shared():
            kept = [email for email in one.emails if email in keep]
            self._keepers[one.profile.ref] = kept[0] if len(kept) == 1 else None
            if len(kept) != 1:
                self._resource(one.profile, SHARED.format(people=listed(one.emails)))

    def steps(self) -> list[Step]:
        people: dict[str, list[Record]] = defaultdict(list)
        for row in sorted(self._snapshot.records, key=_which_stays):
            people[row.email].append(row)
        for email, rows in sorted(people.items()):
            if rows[-1].from_before:
                self._person(email, rows)
        return [*self._notes, *self._resources.values(), *self._rows]

    def _person(self, email: str, rows: list[Record]) -> None:
        """Add the steps of one person; the first row stays and takes in the others."""
        row, old = rows[0], [each for each in rows if each.from_before]
        profile = self._profile(email, old)
        own = self._before.personal_spaces(profile) if profile else []
        teams = [space for each in old if (space := self._before.team_space(each))]
        items: list[Profile | Space] = [*own, *([profile] if profile else []), *teams]
        if why := self._hindrance(row, items):
            self._rows.append(_step(Action.SKIP, row, why))
            return
        usable = {item.ref for item in items if item.ownership is not Ownership.OTHER}
        if profile and profile.ref in usable:
            row = self._noted(row, profile)
        needs = self._adopt(items, row)
        after = _merged(row, rows[1:])
        if row.from_before:
            after = replace(
                after,
                domain_id=self._snapshot.identity.domain_id,
                event=self._snapshot.event,
                profile=profile.name if profile and profile.ref in usable else None,
                space=self._space(own, teams, usable),
                key=None,
            )
        key = f"adopt:row:{email}"
        if (after, after.extra) != (row, row.extra):
            self._rows.append(_step(Action.ADOPT, after, _with(after), needs=needs, before=row))
            needs = (key,)
        for other in rows[1:]:
            self._rows.append(_double(other, needs))

    def _profile(self, email: str, old: Iterable[Record]) -> Profile | None:
        """Return the old profile that is to be a person's; None where another person keeps it."""
        for row in old:
            profile = self._before.profile(row)
            ours = profile is not None and profile.ownership is Ownership.OURS
            if profile is None or (ours and not row.profile):
                continue  # a profile of this event that no row names may be anybody's
            if self._keepers.get(profile.ref, email) in {email, None}:
                return profile
        return None

    def _hindrance(self, row: Record, items: Iterable[Profile | Space]) -> str:
        """Return why a person cannot be adopted yet, or an empty string."""
        other = self._taken.get(row.email)
        if other is not None:
            return TAKEN.format(event=other.event or other.domain_id)
        reasons = []
        for item in items:
            if self._keepers.get(item.ref, row.email) is None:
                why = self._resources[_key(item)].reason
            elif item.ownership is Ownership.UNKNOWN:
                why = self._resource(item, UNREADABLE).reason
            elif item.ownership is Ownership.UNTAGGED and item.status == Status.DELETING:
                why = self._resource(item, GOING).reason
            else:
                continue
            reasons.append(WAITS.format(kind=item.ref[0], name=item.name, reason=why))
        return reasons[0] if reasons else ""

    def _noted(self, row: Record, profile: Profile) -> Record:
        """Return the row as it is when the profile is tagged, with a step that makes it so."""
        if not row.from_before or row.profile or profile.ownership is not Ownership.UNTAGGED:
            return row
        noted = replace(row, profile=profile.name)
        reason = f"is to have profile {profile.name}"
        step = Step(
            f"note:row:{row.pk}", Action.UPDATE, Kind.ROW, row.email, noted, reason, before=row
        )
        self._notes.append(step)
        return noted

    def _adopt(self, items: Sequence[Profile | Space], row: Record) -> tuple[str, ...]:
        """Add a step for each resource; return the keys of those that the row must wait for.

        A profile is tagged after its spaces: they would pass for ours without a tag.
        """
        noted = {step.key for step in self._notes} & {f"note:row:{row.pk}"}
        keys: list[str] = []
        for item in items:
            if item.ownership is Ownership.OTHER:
                self._resource(item, OTHERS)
            elif item.ownership is Ownership.UNTAGGED:
                needs = (*noted, *keys) if isinstance(item, Profile) else tuple(noted)
                keys.append(self._resource(item, needs=needs).key)
        return tuple(keys)

    def _resource(
        self, item: Profile | Space, refused: str = "", needs: tuple[str, ...] = ()
    ) -> Step:
        action = Action.SKIP if refused else Action.ADOPT
        target = item if refused else replace(item, ownership=Ownership.OURS)
        step = Step(_key(item), action, item.ref[0], item.name, target, refused, needs)
        return self._resources.setdefault(step.key, step)

    def _space(self, own: Iterable[Space], teams: Iterable[Space], usable: set[Ref]) -> str | None:
        """Return the space that a person's links are to open."""
        wanted = self._template.app_type
        mine = sorted(own, key=lambda space: space.app_type != wanted)
        found = [*mine, *teams] if self._template.personal else [*teams, *mine]
        return next((space.name for space in found if space.ref in usable), None)


def _which_stays(row: Record) -> tuple[bool, bool, str]:
    """Order rows of one address: that of this event first, then that of the proper key."""
    return row.from_before, row.key is not None, row.pk


def _merged(row: Record, others: Iterable[Record]) -> Record:
    """Return the row with all that the others say; what differs is put beside it."""
    extra = dict(row.extra)
    found = extra.get(MERGED)
    apart = dict(found) if isinstance(found, Mapping) else {}
    last = row.last_link_at
    for other in others:
        told = {**other.extra, "team": other.team}
        known = {**extra, "team": row.team}
        if differs := {key: told[key] for key in told if known.get(key, told[key]) != told[key]}:
            apart[other.pk] = differs
        extra = {**other.extra, **extra}
        last = last or other.last_link_at
    if apart:
        extra[MERGED] = apart
    return replace(row, extra=extra, last_link_at=last)


def _step(
    action: Action,
    row: Record,
    reason: str,
    *,
    needs: tuple[str, ...] = (),
    before: Record | None = None,
) -> Step:
    key = f"adopt:row:{row.email}"
    return Step(key, action, Kind.ROW, row.email, row, reason, needs, before)


def _double(row: Record, needs: tuple[str, ...]) -> Step:
    reason = DOUBLE.format(email=row.email)
    key = f"double:row:{row.pk}"
    return Step(key, Action.DELETE, Kind.ROW, row.email, row, reason, needs, before=row)


def _key(item: Profile | Space) -> str:
    return "adopt:{}:{}".format(*item.ref)


def _with(row: Record) -> str:
    parts = [f"profile {row.profile}"] * bool(row.profile) + [f"space {row.space}"] * bool(
        row.space
    )
    return f"with {listed(parts)}" if parts else "without a profile or space from before"
