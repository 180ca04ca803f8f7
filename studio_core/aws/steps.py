"""Translate plan steps into AWS calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio_core.errors import InUseError, NotFoundError
from studio_core.model.people import Record
from studio_core.model.plans import Action, Step
from studio_core.model.studio import App, Kind, Profile, Space, Status

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from studio_core.aws.studio import Studio
    from studio_core.aws.table import ParticipantsTable


class AwsStepCalls:
    """The AWS calls of single steps, and the statuses to wait for.

    Repeating a step is harmless: what is already created or deleted counts as done. So a call
    whose response was lost can be repeated.
    """

    def __init__(
        self, writer: Studio, reader: Studio, table: ParticipantsTable, event: str
    ) -> None:
        """Use a client without retries for writes, and botocore's retries for reads."""
        self._writer = writer
        self._studio = reader
        self._table = table
        self._event = event

    def do(self, step: Step) -> bool:
        """Make the step's call; return True when nothing has to be waited for.

        Raises:
            InUseError: The name belongs to a resource that is not of this event, or another
                resource depends on the one to delete.
            AwsError: The call was refused for another reason.
        """
        if step.action is Action.DELETE:
            return self._delete(step.target)
        try:
            self._create(step.target)
        except InUseError:
            if not self._is_ours(step.target):
                raise
        return False

    def write_rows(self, steps: Sequence[Step]) -> None:
        """Write or delete up to 25 rows in one batch; all steps have the same action."""
        records = [step.target for step in steps if isinstance(step.target, Record)]
        if steps[0].action is Action.DELETE:
            self._table.delete(record.email for record in records)
        else:
            self._table.put(records)

    def statuses(self, kind: Kind, new: Collection[str] = ()) -> Mapping[str, str]:
        """Return the status of profiles, spaces or apps, by lower-case name of their steps.

        With `new` (lower-case names), list the newest first and stop once those were seen,
        which saves most pages of a large domain.
        """
        wanted = set(new)
        statuses: dict[str, str] = {}
        for name, status, gone in self._listed(kind, newest_first=bool(wanted)):
            # A reused name is in the list twice: the live resource counts.
            if not gone or name not in statuses:
                statuses[name] = status
            wanted.discard(name)
            if new and not wanted:
                break
        return statuses

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
                self._table.put([target])

    def _delete(self, target: Record | Profile | Space | App) -> bool:
        if not isinstance(target, Record) and target.status == Status.DELETING:
            return False
        try:
            match target:
                case Profile():
                    self._writer.delete_profile(target.name)
                case Space():
                    self._writer.delete_space(target.name)
                case App():
                    self._writer.delete_app(target)
                case Record():
                    self._table.delete([target.email])
        except NotFoundError:
            return True
        return isinstance(target, Record)

    def _is_ours(self, target: Record | Profile | Space | App) -> bool:
        match target:
            case Profile():
                return self._studio.event_of("user-profile", target.name) == self._event
            case Space():
                return self._studio.event_of("space", target.name) == self._event
            case App() | Record():
                return True  # an app of this name in our own space is the wanted one
