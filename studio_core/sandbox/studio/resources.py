"""Domains, user profiles, spaces and apps, and their shapes in Describe and List.

Known: lists have neither ARNs nor tags, except ListDomains [botocore].
Invented: HomeEfsFileSystemUid, and the ids of file system and security group.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from studio_core.sandbox.studio.lifecycle import Lifecycle
from studio_core.sandbox.studio.resource import Resource, Settings, without_none

if TYPE_CHECKING:
    from datetime import datetime

DEFAULT_INSTANCE = "ml.t3.medium"
"""Default instance type of JupyterLab and Code Editor apps.

Invented: that an app without a ResourceSpec runs on it.
"""

DEFAULT_VOLUME_GB = 5
"""Default size of a space's volume.

Known: 5 GB [developer guide, studio-updated-jl-admin-guide].
"""


def app_key(
    profile: str | None, space: str | None, app_type: str, name: str
) -> tuple[str, str, str, str]:
    """Return the key of an app in its domain; names ignore case."""
    kind, owner = ("space", space) if space else ("user-profile", profile or "")
    return kind, owner.casefold(), app_type, name.casefold()


class Domain(Resource):
    """A Studio domain and its resources, by name in folded case."""

    kind = "domain"
    noun = "Domain"

    def __init__(self, domain_id: str, settings: Settings, **common: Any) -> None:
        self.id = domain_id
        self.settings = settings
        self.profiles: dict[str, UserProfile] = {}
        self.spaces: dict[str, Space] = {}
        self.apps: dict[tuple[str, str, str, str], App] = {}
        super().__init__(**common)

    @property
    def path(self) -> str:
        """The part of the ARN after the type."""
        return self.id

    @property
    def url(self) -> str:
        """Sign-in address of IAM Identity Center users."""
        return f"https://{self.id}.studio.{self.region}.sagemaker.aws"

    def describe(self) -> dict[str, Any]:
        """Return the domain as DescribeDomain does."""
        sso = {}
        if self.settings["AuthMode"] == "SSO":
            sso["SingleSignOnManagedApplicationInstanceId"] = f"ins-{self.id[2:]}"
        return without_none(
            DomainArn=self.arn,
            DomainId=self.id,
            Status=self.status,
            CreationTime=self.created,
            LastModifiedTime=self.modified,
            FailureReason=self.failure_reason,
            HomeEfsFileSystemId=f"fs-{self.id[2:]}",
            SecurityGroupIdForDomainBoundary=f"sg-{self.id[2:]}",
            Url=self.url,
            **sso,
            **self.settings,
        )

    def summary(self) -> dict[str, Any]:
        """Return the domain as ListDomains does."""
        return {
            "DomainArn": self.arn,
            "DomainId": self.id,
            "DomainName": self.settings["DomainName"],
            "Status": self.status,
            "CreationTime": self.created,
            "LastModifiedTime": self.modified,
            "Url": self.url,
        }


class UserProfile(Resource):
    """One person's profile. `name` keeps the case it was created with."""

    kind = "user-profile"
    noun = "UserProfile"

    def __init__(self, domain: Domain, name: str, settings: Settings, **common: Any) -> None:
        self.domain = domain
        self.name = name
        self.settings = settings
        super().__init__(**common)

    @property
    def path(self) -> str:
        """The part of the ARN after the type."""
        return f"{self.domain.id}/{self.name}"

    def describe(self) -> dict[str, Any]:
        """Return the profile as DescribeUserProfile does."""
        return without_none(
            UserProfileArn=self.arn,
            HomeEfsFileSystemUid=str(200000 + self.serial),
            FailureReason=self.failure_reason,
            **self.summary(),
            **self.settings,
        )

    def summary(self) -> dict[str, Any]:
        """Return the profile as ListUserProfiles does."""
        return {
            "DomainId": self.domain.id,
            "UserProfileName": self.name,
            "Status": self.status,
            "CreationTime": self.created,
            "LastModifiedTime": self.modified,
        }


class Space(Resource):
    """A space. `owner` is a profile's name, or None for classic spaces."""

    kind = "space"
    noun = "Space"

    def __init__(self, domain: Domain, name: str, settings: Settings, **common: Any) -> None:
        self.domain = domain
        self.name = name
        self.settings = settings
        super().__init__(**common)
        self.storage = Lifecycle("space", common["account"])
        self.storage.settle("Available")

    @property
    def path(self) -> str:
        """The part of the ARN after the type."""
        return f"{self.domain.id}/{self.name}"

    @property
    def owner(self) -> str | None:
        """Name of the owner profile, as given to CreateSpace."""
        ownership = self.settings.get("OwnershipSettings") or {}
        owner: str | None = ownership.get("OwnerUserProfileName")
        return owner

    @property
    def app_type(self) -> str | None:
        """App type of a JupyterLab or Code Editor space; None for Studio Classic."""
        app_type: str | None = (self.settings.get("SpaceSettings") or {}).get("AppType")
        return app_type

    @property
    def volume_gb(self) -> int:
        """Size of the volume in GB; 0 for Studio Classic, which uses the domain's file system."""
        if self.app_type is None:
            return 0
        storage = (self.settings.get("SpaceSettings") or {}).get("SpaceStorageSettings") or {}
        ebs = storage.get("EbsStorageSettings") or {}
        return int(ebs.get("EbsVolumeSizeInGb", DEFAULT_VOLUME_GB))

    def default_spec(self, app_type: str) -> dict[str, Any]:
        """Return the DefaultResourceSpec for an app type, empty when there is none."""
        settings = (self.settings.get("SpaceSettings") or {}).get(f"{app_type}AppSettings") or {}
        return dict(settings.get("DefaultResourceSpec") or {})

    def describe(self) -> dict[str, Any]:
        """Return the space as DescribeSpace does.

        Invented: the path of Url.
        """
        return without_none(
            DomainId=self.domain.id,
            SpaceArn=self.arn,
            SpaceName=self.name,
            HomeEfsFileSystemUid=str(200000 + self.serial),
            Status=self.status,
            CreationTime=self.created,
            LastModifiedTime=self.modified,
            FailureReason=self.failure_reason,
            Url=f"{self.domain.url}/jupyterlab/default/lab?space={self.name}",
            **self.settings,
        )

    def summary(self) -> dict[str, Any]:
        """Return the space as ListSpaces does."""
        summary: dict[str, Any] = {
            "DomainId": self.domain.id,
            "SpaceName": self.name,
            "Status": self.status,
            "CreationTime": self.created,
            "LastModifiedTime": self.modified,
            "SpaceDisplayName": self.settings.get("SpaceDisplayName"),
        }
        if self.app_type is not None:
            summary["SpaceSettingsSummary"] = {
                "AppType": self.app_type,
                "SpaceStorageSettings": {
                    "EbsStorageSettings": {"EbsVolumeSizeInGb": self.volume_gb}
                },
            }
        if sharing := self.settings.get("SpaceSharingSettings"):
            summary["SpaceSharingSettingsSummary"] = sharing
        if self.owner is not None:
            summary["OwnershipSettingsSummary"] = {"OwnerUserProfileName": self.owner}
        return without_none(**summary)


class App(Resource):
    """An app in a space or of a profile: exactly one of `space` and `profile` is set."""

    kind = "app"
    noun = "App"

    def __init__(
        self,
        domain: Domain,
        name: str,
        app_type: str,
        *,
        profile: str | None,
        space: str | None,
        spec: dict[str, Any],
        recovery_mode: bool | None,
        **common: Any,
    ) -> None:
        self.domain = domain
        self.name = name
        self.app_type = app_type
        self.profile = profile
        self.space = space
        self.spec = spec
        self.recovery_mode = recovery_mode
        super().__init__(**common)
        self.last_activity: datetime | None = None

    @property
    def path(self) -> str:
        """The part of the ARN after the type; the app type is in lower case."""
        owner = self.space or self.profile
        return f"{self.domain.id}/{owner}/{self.app_type.lower()}/{self.name}"

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Key of the app in its domain: owner's kind and name, type, own name."""
        return app_key(self.profile, self.space, self.app_type, self.name)

    @property
    def live(self) -> bool:
        """Whether the app blocks its owner's deletion and counts towards limits."""
        return self.status not in {"Deleted", "Failed"}

    def describe(self, now: datetime) -> dict[str, Any]:
        """Return the app as DescribeApp does.

        Known: health checks move both timestamps [botocore, LastUserActivityTimestamp].
        """
        healthy = now if self.status == "InService" else None
        return without_none(
            AppArn=self.arn,
            RecoveryMode=self.recovery_mode,
            LastHealthCheckTimestamp=healthy,
            LastUserActivityTimestamp=healthy or self.last_activity,
            FailureReason=self.failure_reason,
            **self.summary(),
        )

    def summary(self) -> dict[str, Any]:
        """Return the app as ListApps does."""
        return without_none(
            DomainId=self.domain.id,
            UserProfileName=self.profile,
            SpaceName=self.space,
            AppType=self.app_type,
            AppName=self.name,
            Status=self.status,
            CreationTime=self.created,
            ResourceSpec=self.spec or None,
        )
