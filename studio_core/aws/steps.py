"""Translate plan steps into AWS calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio_core.aws.rows import RowChange
from studio_core.errors import AwsError, InUseError, NotFoundError
from studio_core.model.people import Record
from studio_core.model.plans import Action
from studio_core.model.studio import App, Kind, Profile, Space, Status

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from studio_core.aws.studio import Studio
    from studio_core.aws.table import ParticipantsTable
    from studio_core.model.plans import Step


class AwsStepCalls:
    """Makes the calls of single steps, and lists statuses for those that wait.

    A step may be made again: what was created or deleted already counts as done, so that
    a call whose answer was lost can be repeated.
    """

    def __init__(
        self, writer: Studio, reader: Studio, table: ParticipantsTable, event: str
    ) -> None:
        """Use a client without retries for writes, and botocore's retries for reads."""
        self._writer = writer
        self._studio = reader
        self._table = table
        self._event = event

    def do(self, step: Step, *, again: bool = False) -> bool:
        """Make the step's call or calls; return True when there is nothing to wait for.

        A resource that the plan saw being deleted is only waited for, unless the call is
        made `again` because that deletion came to nothing.

        Raises:
            InUseError: The name belongs to a resource that is not of this event, another
                resource depends on the one to delete, or the one to adopt has another
                event's tag.
            AwsError: The call was refused for another reason.
        """
        if step.action is Action.DELETE:
            return self._delete(step.target, again=again)
        if step.action is Action.ADOPT:
            return self._adopt(step.target)
        try:
            self._create(step.target)
        except InUseError:
            if not self._is_ours(step.target):
                raise
        return False

    def write_rows(self, steps: Sequence[Step]) -> set[str]:
        """Write or delete rows in one transaction; return the keys of steps that were stale."""
        changes = {step.key: _row_change(step) for step in steps}
        stale = self._table.write(list(changes.values()))
        return {key for key, change in changes.items() if change.pk in stale}

    def statuses(self, kind: Kind, new: Collection[str] = ()) -> Mapping[str, str]:
        """Return the status of profiles, spaces or apps, by their steps' names in lower case.

        With `new` (lower-case names), list the newest first and stop once those were seen,
        which saves most pages of a large domain.
        """
        wanted = set(new)
        statuses: dict[str, str] = {}
        for name, status, gone in self._listed(kind, newest_first=bool(wanted)):
            # A name used again is in the list twice: the live one counts.
            if not gone or name not in statuses:
                statuses[name] = status
            wanted.discard(name)
            if new and not wanted:
                break
        return statuses

    def failure(self, step: Step) -> str:
        """Return AWS's reason why a resource failed, or an empty string.

        One Describe, for a failed resource alone: lists do not carry the reason.
        """
        try:
            match step.target:
                case Profile() as profile:
                    return self._studio.profile_failure(profile.name)
                case Space() as space:
                    return self._studio.space_failure(space.name)
                case App() as app:
                    return self._studio.app_failure(app)
                case Record():
                    return ""
        except AwsError:
            return ""

    def _listed(self, kind: Kind, *, newest_first: bool) -> Iterator[tuple[str, str, bool]]:
        if kind is Kind.PROFILE:
            for profile in self._studio.list_profiles(newest_first=newest_first):
                yield profile.name.casefold(), profile.status, False
        elif kind is Kind.SPACE:
            for space in self._studio.list_spaces(newest_first=newest_first):
                yield space.name.casefold(), space.status, False
        else:
            for app in self._studio.list_apps(newest_first=newest_first):
                yield app.label.casefold(), app.status, app.gone

    def _create(self, target: Record | Profile | Space | App) -> None:
        match target:
            case Profile():
                self._writer.create_profile(target.name)
            case Space():
                self._writer.create_space(target)
            case App():
                self._writer.create_app(target)
            case Record():
                raise TypeError("rows are written by write_rows")

    def _delete(self, target: Record | Profile | Space | App, *, again: bool) -> bool:
        if isinstance(target, Record):
            raise TypeError("rows are deleted by write_rows")
        if target.status == Status.DELETING and not again:
            return False
        try:
            match target:
                case Profile():
                    self._writer.delete_profile(target.name)
                case Space():
                    self._writer.delete_space(target.name)
                case App():
                    self._writer.delete_app(target)
        except NotFoundError:
            return True
        return False

    def _adopt(self, target: Record | Profile | Space | App) -> bool:
        """Tag a profile or space; the plan's list of tags may lag, so its own are read first."""
        if not isinstance(target, Profile | Space):
            raise TypeError("rows are adopted by write_rows, apps with what they run in")
        kind = _tagged_kind(target)
        event = self._studio.event_of(kind, target.name)
        if event not in {None, self._event}:
            raise InUseError(
                f"{target.name} carries the tag of the event {event}.", "Leave it to that event."
            )
        if event is None:
            self._writer.adopt(kind, target.name)
        return True

    def _is_ours(self, target: Record | Profile | Space | App) -> bool:
        if isinstance(target, Profile | Space):
            return self._studio.event_of(_tagged_kind(target), target.name) == self._event
        return True  # an app of this name in a space of ours is the one we want


def _tagged_kind(target: Profile | Space) -> str:
    return "user-profile" if isinstance(target, Profile) else "space"


def _row_change(step: Step) -> RowChange:
    after = step.target if step.action is not Action.DELETE else None
    return RowChange(step.before, after if isinstance(after, Record) else None)
