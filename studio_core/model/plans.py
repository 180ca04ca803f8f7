"""Plans and the steps they consist of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from studio_core.model.people import Record
    from studio_core.model.studio import App, Identity, Kind, Profile, Ref, Space


class Action(StrEnum):
    """Action of a step. KEEP and SKIP change nothing; a SKIP always has a reason."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    ADOPT = "adopt"
    KEEP = "keep"
    SKIP = "skip"

    @property
    def changes(self) -> bool:
        """True when the step writes something."""
        return self not in {Action.KEEP, Action.SKIP}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a plan.

    `key` is unique in the plan (`space:team-1`); `needs` are keys of steps that must be
    done first; `target` is the resource as it will be (create, update, adopt) or was seen
    (the rest). `before` is the row as the plan saw it: the step changes it only if it is still so.
    """

    key: str
    action: Action
    kind: Kind
    name: str
    target: Record | Profile | Space | App
    reason: str = ""
    needs: tuple[str, ...] = ()
    before: Record | None = None


class Purpose(StrEnum):
    """Purpose of a plan."""

    SETUP = "setup"
    ADOPT = "adopt"
    PURGE = "purge"
    START_APPS = "start-apps"
    STOP_APPS = "stop-apps"


class Scope(StrEnum):
    """Extent of a purge: what belongs to the event, or everything in the domain."""

    EVENT = "event"
    DOMAIN = "domain"


@dataclass(frozen=True, slots=True)
class Plan:
    """Ordered steps towards a wanted state, pinned to one account, region and domain.

    `within` are spaces and profiles whose apps the plan stops, whenever they were started:
    agreeing to the plan is agreeing to that.
    """

    purpose: Purpose
    identity: Identity
    event: str
    steps: tuple[Step, ...] = ()
    scope: Scope = Scope.EVENT
    made_at: datetime | None = None
    within: frozenset[Ref] = frozenset()

    @property
    def changes(self) -> tuple[Step, ...]:
        """The steps that write something."""
        return tuple(step for step in self.steps if step.action.changes)

    @property
    def empty(self) -> bool:
        """True when there is nothing to do."""
        return not self.changes

    def counts(self, action: Action) -> dict[str, int]:
        """Count the steps of one action by kind; kinds without any are omitted."""
        counted: dict[str, int] = {}
        for step in self.steps:
            if step.action is action:
                counted[step.kind.value] = counted.get(step.kind.value, 0) + 1
        return counted
