"""SageMaker Studio: profiles, spaces, apps, domains, and a snapshot of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from studio_core.model.people import Record

EVENT_TAG = "studio-cli:event"
"""Tag key that marks what the tool created; its value is the event's short name."""

HOST_TAG = "studio-cli:host"
"""Tag key of an event's host profile, for policies; its value is the event's short name."""


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
    """Owner of a resource.

    OTHER has another event's tag, UNTAGGED that of no event. UNKNOWN means unreadable tags,
    and counts as not ours.
    """

    OURS = "ours"
    OTHER = "other"
    UNTAGGED = "untagged"
    UNKNOWN = "unknown"

    @property
    def foreign(self) -> bool:
        """Return True when the tags are known and are not this event's."""
        return self in {Ownership.OTHER, Ownership.UNTAGGED}


class Kind(StrEnum):
    """Kind of a resource."""

    ROW = "row"
    PROFILE = "profile"
    SPACE = "space"
    APP = "app"


Ref = tuple[Kind, str]
"""A resource: its kind and its name in lower case, as AWS compares names."""


def ref(kind: Kind, name: str | None) -> Ref:
    """Return the reference to a resource by its kind and name."""
    return kind, (name or "").casefold()


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

    @property
    def ref(self) -> Ref:
        """Reference by kind and name."""
        return ref(Kind.PROFILE, self.name)


@dataclass(frozen=True, slots=True)
class Space:
    """A space as ListSpaces shows it. `owner` is a profile name, or None for classic spaces.

    `ebs_gb` is in GiB. `instance_type` is set for new spaces only; ListSpaces does not return it.
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

    @property
    def ref(self) -> Ref:
        """Reference by kind and name."""
        return ref(Kind.SPACE, self.name)


@dataclass(frozen=True, slots=True)
class App:
    """An app as ListApps shows it; exactly one of `profile` and `space` is set.

    `space_owner` is the profile that owns its space, where a snapshot has found it.
    """

    app_type: str
    name: str
    status: str
    profile: str | None = None
    space: str | None = None
    instance_type: str | None = None
    ownership: Ownership = Ownership.OTHER
    created: datetime | None = None
    space_owner: str | None = None

    @property
    def owner(self) -> str:
        """Name of the space or profile that the app runs in."""
        return self.space or self.profile or ""

    @property
    def home(self) -> Ref:
        """The space or profile that the app runs in; one name can be both."""
        return ref(Kind.SPACE if self.space else Kind.PROFILE, self.owner)

    @property
    def label(self) -> str:
        """Name for people, unique in a domain: `team-1/JupyterLab/default`.

        An app of a profile reads `profile ada/JupyterServer/default`.
        """
        owner = self.owner if self.space else f"profile {self.owner}"
        return f"{owner}/{self.app_type}/{self.name}"

    @property
    def running(self) -> bool:
        """True while the app uses an instance or is about to."""
        return self.status in {Status.PENDING, Status.IN_SERVICE, Status.UPDATING}

    @property
    def gone(self) -> bool:
        """True for deleted and failed apps, which ListApps shows for another day."""
        return self.status in {Status.DELETED, Status.FAILED}


@dataclass(frozen=True, slots=True)
class Identity:
    """Account, region and domain that calls go to; a plan is valid for no other."""

    account: str
    region: str
    domain_id: str
    arn: str = ""
    endpoint: str | None = None

    @property
    def where(self) -> tuple[str, str, str]:
        """Account, region and domain, without who calls or through which endpoint."""
        return self.account, self.region, self.domain_id

    @property
    def sandbox(self) -> bool:
        """True when the endpoint is on this machine; only for showing a badge."""
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
    """The domain and the table as observed at `taken_at`, built from List pages.

    `records` are the rows of this event and those of no event on this domain; `foreign` are
    the rows of other events or domains. `warnings` name what could not be read.
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
    """Settings of new spaces. `ebs_gb` is in GiB, 5 to 16384 (CreateSpace)."""

    app_type: AppType = AppType.JUPYTER_LAB
    instance_type: str = "ml.t3.medium"
    ebs_gb: int = 5
    personal: bool = False
    """True gives each participant a space of their own instead of one for the team."""
