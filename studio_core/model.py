"""The nouns of the project: frozen values that every other room passes around."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

EVENT_TAG = "studio-cli:event"
"""Tag key that marks what the tool created; its value is the event's short name."""


class Severity(StrEnum):
    """How bad a finding is: an error stops the work, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong or doubtful, where, and what to do about it.

    `row` counts lines of the file as a spreadsheet shows them, from 1 with the header
    counted, or is None where no row is to blame. `code` is a stable identifier
    (`email-syntax`) for tests and scripts; `sentence` and `remedy` are for people.
    """

    severity: Severity
    code: str
    sentence: str
    remedy: str
    row: int | None = None
    column: str | None = None
    value: str = ""


@dataclass(frozen=True, slots=True)
class Participant:
    """One person of the roster. `email` is normalised (see `naming.normalise_email`)."""

    email: str
    team: str
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Roster:
    """The checked set of participants, e-mails unique without case, in file order."""

    participants: tuple[Participant, ...] = ()

    @property
    def teams(self) -> tuple[str, ...]:
        """Team names, each once, numbers in numeric order before names in alphabetical."""
        return tuple(sorted({p.team for p in self.participants}, key=team_order))

    def __len__(self) -> int:
        return len(self.participants)


def team_order(team: str) -> tuple[int, int, str]:
    """Sort key for team names: 2 before 10, numbers before words."""
    return (0, int(team), "") if team.isdecimal() else (1, 0, team.casefold())


class Status(StrEnum):
    """Status of a resource, as the AWS API spells it (botocore's sagemaker model)."""

    PENDING = "Pending"
    IN_SERVICE = "InService"
    UPDATING = "Updating"
    DELETING = "Deleting"
    DELETED = "Deleted"
    FAILED = "Failed"
    UPDATE_FAILED = "Update_Failed"
    DELETE_FAILED = "Delete_Failed"


class Ownership(StrEnum):
    """Whose a resource is. UNKNOWN means its tags could not be read: treated as not ours."""

    OURS = "ours"
    OTHER = "other"
    UNKNOWN = "unknown"


class Kind(StrEnum):
    """What a step, a count or a leftover is about."""

    ROW = "row"
    PROFILE = "profile"
    SPACE = "space"
    APP = "app"


class AppType(StrEnum):
    """Application types that a shared space of the tool can have."""

    JUPYTER_LAB = "JupyterLab"
    CODE_EDITOR = "CodeEditor"


@dataclass(frozen=True, slots=True)
class Profile:
    """A user profile as ListUserProfiles shows it."""

    name: str
    status: str
    ownership: Ownership = Ownership.OTHER
    created: datetime | None = None


@dataclass(frozen=True, slots=True)
class Space:
    """A space as ListSpaces shows it. `owner` is a profile name, or None for classic spaces.

    `ebs_gb` is in GiB. `instance_type` is what a new space asks for; lists do not tell it.
    """

    name: str
    status: str
    owner: str | None = None
    sharing: str | None = None
    app_type: str | None = None
    ebs_gb: int | None = None
    instance_type: str | None = None
    ownership: Ownership = Ownership.OTHER
    created: datetime | None = None


@dataclass(frozen=True, slots=True)
class App:
    """An app as ListApps shows it; exactly one of `profile` and `space` is set."""

    app_type: str
    name: str
    status: str
    profile: str | None = None
    space: str | None = None
    instance_type: str | None = None
    ownership: Ownership = Ownership.OTHER
    created: datetime | None = None

    @property
    def owner(self) -> str:
        """Name of the space or profile that the app runs in."""
        return self.space or self.profile or ""

    @property
    def label(self) -> str:
        """Name for people: `team-1/JupyterLab/default`."""
        return f"{self.owner}/{self.app_type}/{self.name}"

    @property
    def running(self) -> bool:
        """True while the app uses an instance or is about to."""
        return self.status in {Status.PENDING, Status.IN_SERVICE, Status.UPDATING}

    @property
    def gone(self) -> bool:
        """True when it holds nothing: lists show deleted and failed apps for another day."""
        return self.status in {Status.DELETED, Status.FAILED}


@dataclass(frozen=True, slots=True)
class Record:
    """A participant's row in the table. `extra` carries attributes that are not ours to lose.

    `event` is None in rows that the seed's tool wrote; `profile` and `space` are then None too.
    """

    email: str
    team: str
    domain_id: str
    event: str | None = None
    profile: str | None = None
    space: str | None = None
    last_link_at: datetime | None = None
    extra: Mapping[str, object] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Identity:
    """Where calls go: account, region and domain are what a plan is pinned to."""

    account: str
    region: str
    domain_id: str
    arn: str = ""
    endpoint: str | None = None

    @property
    def sandbox(self) -> bool:
        """True when a custom endpoint on this machine answers, for the badge alone."""
        return self.endpoint is not None and any(
            host in self.endpoint for host in ("//127.", "//localhost", "//[::1]")
        )


@dataclass(frozen=True, slots=True)
class Domain:
    """A Studio domain as DescribeDomain shows it; `auth_mode` is IAM or SSO."""

    domain_id: str
    name: str
    status: str
    auth_mode: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the domain and the table hold at `taken_at`; built from list pages only.

    `records` are rows of this event and rows of no event on this domain; `foreign` are
    e-mails whose row belongs to another event or domain. `warnings` say what could not be read.
    """

    identity: Identity
    event: str
    profiles: tuple[Profile, ...] = ()
    spaces: tuple[Space, ...] = ()
    apps: tuple[App, ...] = ()
    records: tuple[Record, ...] = ()
    foreign: tuple[Record, ...] = ()
    taken_at: datetime | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SpaceTemplate:
    """What a team's space is made of. `ebs_gb` is in GiB, 5 to 16384 (CreateSpace)."""

    app_type: AppType = AppType.JUPYTER_LAB
    instance_type: str = "ml.t3.medium"
    ebs_gb: int = 5
    personal: bool = False
    """True gives each participant a space of their own instead of one for the team."""


class Action(StrEnum):
    """What a step does. KEEP and SKIP change nothing; SKIP always has a reason."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    KEEP = "keep"
    SKIP = "skip"

    @property
    def changes(self) -> bool:
        """True when the step writes something."""
        return self in {Action.CREATE, Action.UPDATE, Action.DELETE}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing a plan does, or says it will not do.

    `key` is unique in the plan (`space:team-1`); `needs` are keys of steps that must be
    done first; `target` is the resource as it shall be (create) or was seen (the rest).
    """

    key: str
    action: Action
    kind: Kind
    name: str
    target: Record | Profile | Space | App
    reason: str = ""
    needs: tuple[str, ...] = ()


class Purpose(StrEnum):
    """What a plan is for."""

    SETUP = "setup"
    PURGE = "purge"
    START_APPS = "start-apps"
    STOP_APPS = "stop-apps"


class Scope(StrEnum):
    """How far a purge reaches: what is ours, or all that the domain holds."""

    EVENT = "event"
    DOMAIN = "domain"


@dataclass(frozen=True, slots=True)
class Plan:
    """Ordered steps towards a wanted state, pinned to one account, region and domain."""

    purpose: Purpose
    identity: Identity
    event: str
    steps: tuple[Step, ...] = ()
    scope: Scope = Scope.EVENT
    made_at: datetime | None = None

    @property
    def changes(self) -> tuple[Step, ...]:
        """The steps that write something."""
        return tuple(step for step in self.steps if step.action.changes)

    @property
    def empty(self) -> bool:
        """True when there is nothing to do."""
        return not self.changes

    def counts(self, action: Action) -> dict[str, int]:
        """Steps of one action, counted by kind; kinds without any are left out."""
        counted: dict[str, int] = {}
        for step in self.steps:
            if step.action is action:
                counted[step.kind.value] = counted.get(step.kind.value, 0) + 1
        return counted


class Result(StrEnum):
    """How a step ended."""

    DONE = "done"
    FAILED = "failed"
    BLOCKED = "blocked"  # something it needs failed
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a step. `reason` and `remedy` are empty when it is done."""

    step: Step
    result: Result
    reason: str = ""
    remedy: str = ""


class Phase(StrEnum):
    """Where in its life a step is when an event tells of it."""

    STARTED = "started"
    WAITING = "waiting"
    RETRYING = "retrying"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Event:
    """Progress of a run: one step's new phase, with `done` of `total` changes ended."""

    phase: Phase
    step: Step
    done: int
    total: int
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Leftover:
    """Something that a purge could not remove, what holds it, and what to do."""

    kind: Kind
    name: str
    reason: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """The end of a run: outcomes of all that changed, what was kept, what is left."""

    plan: Plan
    outcomes: tuple[Outcome, ...] = ()
    left: tuple[Leftover, ...] = ()
    cancelled: bool = False
    started_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """Outcomes of steps that failed or were blocked by one that did."""
        return tuple(o for o in self.outcomes if o.result in {Result.FAILED, Result.BLOCKED})

    @property
    def ok(self) -> bool:
        """True when everything is done and nothing is left."""
        return not (self.failed or self.left or self.cancelled)

    def counts(self, action: Action) -> dict[str, int]:
        """Steps done of one action, counted by kind."""
        counted: dict[str, int] = {}
        for outcome in self.outcomes:
            if outcome.result is Result.DONE and outcome.step.action is action:
                kind = outcome.step.kind.value
                counted[kind] = counted.get(kind, 0) + 1
        return counted


@dataclass(frozen=True, slots=True)
class Link:
    """A presigned URL for one person. The URL is a credential: it is kept out of the repr."""

    email: str
    team: str
    profile: str
    space: str
    expires_at: datetime
    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LinkFailure:
    """A link that could not be minted, and why."""

    email: str
    team: str
    reason: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Lease:
    """Who runs what on an event; times in UTC, over at `expires`."""

    owner: str
    purpose: str
    run_id: str
    since: datetime
    expires: datetime
