"""Domains, user profiles, spaces, apps and presigned URLs of SageMaker Studio."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from studio_core.aws.errors import translated
from studio_core.errors import AwsError, NotReadyError
from studio_core.model.studio import (
    EVENT_TAG,
    HOST_TAG,
    App,
    Domain,
    Identity,
    Ownership,
    Profile,
    Space,
)
from studio_core.naming import host_names

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = 100
"""Largest page of the List calls (botocore's sagemaker model, MaxResults)."""

_SETTINGS_OF = {"JupyterLab": "JupyterLabAppSettings", "CodeEditor": "CodeEditorAppSettings"}


class Studio:
    """One Studio domain, for one event.

    Every method is one call, except the listings, which are one call per hundred. All raise
    `AwsError`; the create methods raise `InUseError` when the name exists already.
    """

    def __init__(self, sagemaker: Any, identity: Identity, event: str) -> None:
        self._client = sagemaker
        self._identity = identity
        self._event = event
        self._domain = identity.domain_id

    def list_domains(self) -> list[Domain]:
        """Return the domains of the region, without `auth_mode` (see `describe_domain`)."""
        with translated("list the Studio domains"):
            paginator = self._client.get_paginator("list_domains")
            pages = paginator.paginate(PaginationConfig={"PageSize": PAGE})
            return [
                Domain(d["DomainId"], d["DomainName"], d["Status"], url=d.get("Url"))
                for page in pages
                for d in page["Domains"]
            ]

    def describe_domain(self, domain_id: str = "") -> Domain:
        """Return the domain with its `auth_mode` (IAM or SSO).

        Raises:
            NotFoundError: There is no such domain in this region and account.
        """
        domain_id = domain_id or self._domain
        with translated(f"look at the domain {domain_id}"):
            d = self._client.describe_domain(DomainId=domain_id)
        return Domain(domain_id, d["DomainName"], d["Status"], d.get("AuthMode"), d.get("Url"))

    def list_profiles(self, *, newest_first: bool = False) -> Iterator[Profile]:
        """Yield all user profiles, without their ownership."""
        for p in self._pages("list_user_profiles", "UserProfiles", newest_first=newest_first):
            yield Profile(p["UserProfileName"], p["Status"], created=p.get("CreationTime"))

    def list_spaces(self, *, newest_first: bool = False) -> Iterator[Space]:
        """Yield all spaces; classic spaces have no app type, owner or sharing."""
        for s in self._pages("list_spaces", "Spaces", newest_first=newest_first):
            yield _space(s)

    def list_apps(self, *, newest_first: bool = False) -> Iterator[App]:
        """Yield all apps, including those deleted or failed within the last day."""
        for a in self._pages("list_apps", "Apps", newest_first=newest_first):
            yield App(
                a["AppType"],
                a["AppName"],
                a["Status"],
                profile=a.get("UserProfileName"),
                space=a.get("SpaceName"),
                instance_type=a.get("ResourceSpec", {}).get("InstanceType"),
                created=a.get("CreationTime"),
            )

    def create_profile(self, name: str) -> None:
        """Create a profile of this event; the host's has one more tag. It is Pending at first."""
        host = [{"Key": HOST_TAG, "Value": self._event}] if name in host_names(self._event) else []
        with translated(f"create profile {name}"):
            self._client.create_user_profile(
                DomainId=self._domain, UserProfileName=name, Tags=[*self._tags, *host]
            )

    def create_space(self, space: Space) -> None:
        """Create a space; its owner must be InService.

        App type, sharing and owner cannot be changed later (UpdateSpace has no such fields).
        """
        settings: dict[str, Any] = {"AppType": space.app_type}
        if space.ebs_gb:
            size = {"EbsVolumeSizeInGb": space.ebs_gb}
            settings["SpaceStorageSettings"] = {"EbsStorageSettings": size}
        if space.instance_type and space.app_type in _SETTINGS_OF:
            spec = {"DefaultResourceSpec": {"InstanceType": space.instance_type}}
            settings[_SETTINGS_OF[space.app_type]] = spec
        with translated(f"create space {space.name}"):
            self._client.create_space(
                DomainId=self._domain,
                SpaceName=space.name,
                OwnershipSettings={"OwnerUserProfileName": space.owner},
                SpaceSharingSettings={"SharingType": space.sharing},
                SpaceSettings=settings,
                Tags=self._tags,
            )

    def create_app(self, app: App) -> None:
        """Create an app; it is Pending until its instance runs."""
        spec = {"ResourceSpec": {"InstanceType": app.instance_type}} if app.instance_type else {}
        with translated(f"start app {app.label}"):
            self._client.create_app(
                DomainId=self._domain,
                **_owner(app),
                AppType=app.app_type,
                AppName=app.name,
                Tags=self._tags,
                **spec,
            )

    def adopt(self, kind: str, name: str) -> None:
        """Give one `user-profile` or `space` the event's tag."""
        with translated(f"tag {name}"):
            self._client.add_tags(ResourceArn=self.arn(kind, name), Tags=self._tags)

    def delete_profile(self, name: str) -> None:
        """Delete a profile; AWS refuses while it has apps or spaces."""
        with _settling(), translated(f"delete profile {name}"):
            self._client.delete_user_profile(DomainId=self._domain, UserProfileName=name)

    def delete_space(self, name: str) -> None:
        """Delete a space and its volume; AWS refuses while it has apps."""
        with _settling(), translated(f"delete space {name}"):
            self._client.delete_space(DomainId=self._domain, SpaceName=name)

    def delete_app(self, app: App) -> None:
        """Delete an app; files stay in its space or home directory."""
        with _settling(), translated(f"stop app {app.label}"):
            self._client.delete_app(
                DomainId=self._domain, **_owner(app), AppType=app.app_type, AppName=app.name
            )

    def presigned_url(
        self, profile: str, space: str, landing: str, *, expires_in: int, session_for: int
    ) -> str:
        """Return a login link, a credential that is valid for `expires_in` seconds (5 to 300).

        Its session lasts `session_for` seconds (1,800 to 43,200). Only domains in IAM mode
        allow it (CreatePresignedDomainUrl).
        """
        arguments = {"SpaceName": space} if space else {}
        with translated(f"make a link for profile {profile}"):
            answer = self._client.create_presigned_domain_url(
                DomainId=self._domain,
                UserProfileName=profile,
                ExpiresInSeconds=expires_in,
                SessionExpirationDurationInSeconds=session_for,
                LandingUri=landing,
                **arguments,
            )
        return str(answer["AuthorizedUrl"])

    def profile_failure(self, name: str) -> str:
        """Return the FailureReason of a profile, or an empty string."""
        with translated(f"look at profile {name}"):
            answer = self._client.describe_user_profile(DomainId=self._domain, UserProfileName=name)
        return str(answer.get("FailureReason", ""))

    def space_failure(self, name: str) -> str:
        """Return the FailureReason of a space, or an empty string."""
        with translated(f"look at space {name}"):
            answer = self._client.describe_space(DomainId=self._domain, SpaceName=name)
        return str(answer.get("FailureReason", ""))

    def app_failure(self, app: App) -> str:
        """Return the FailureReason of an app, or an empty string."""
        with translated(f"look at app {app.label}"):
            answer = self._client.describe_app(
                DomainId=self._domain, **_owner(app), AppType=app.app_type, AppName=app.name
            )
        return str(answer.get("FailureReason", ""))

    def profile_status(self, name: str) -> str:
        """Return the status of one profile; for one sign-in, never for a whole event.

        Raises:
            NotFoundError: There is no such profile.
        """
        with translated(f"look at profile {name}"):
            answer = self._client.describe_user_profile(DomainId=self._domain, UserProfileName=name)
        return str(answer["Status"])

    def describe_space(self, name: str) -> Space:
        """Return one space, without whose it is; see `owned` and `profile_status`.

        Raises:
            NotFoundError: There is no such space.
        """
        with translated(f"look at space {name}"):
            answer = self._client.describe_space(DomainId=self._domain, SpaceName=name)
        return _space(answer, part="")

    def owned(self, space: Space) -> Space:
        """Return a space with whose it is: by its tag, else by the profile that owns it."""
        event = self.event_of("space", space.name)
        if event is None and space.owner:
            return replace(space, ownership=self.ownership("user-profile", space.owner))
        ours = event == self._event
        return replace(space, ownership=Ownership.OURS if ours else Ownership.OTHER)

    def ownership(self, kind: str, name: str) -> Ownership:
        """Return whose one `user-profile` or `space` is by its tag; see `event_of`.

        Raises:
            NotFoundError: There is no such resource.
        """
        ours = self.event_of(kind, name) == self._event
        return Ownership.OURS if ours else Ownership.OTHER

    def event_of(self, kind: str, name: str) -> str | None:
        """Return the event tag of one `user-profile` or `space`, or None.

        One ListTags; only for resources that GetResources did not return.
        """
        with translated(f"read the tags of {name}"):
            answer = self._client.list_tags(ResourceArn=self.arn(kind, name))
        return next((t["Value"] for t in answer.get("Tags", ()) if t["Key"] == EVENT_TAG), None)

    def arn(self, kind: str, name: str) -> str:
        """Return the ARN of a `user-profile` or `space`, which List calls do not return."""
        where = self._identity
        partition = where.arn.split(":")[1] if where.arn.count(":") else "aws"
        return (
            f"arn:{partition}:sagemaker:{where.region}:{where.account}:{kind}/{self._domain}/{name}"
        )

    @property
    def _tags(self) -> list[dict[str, str]]:
        return [{"Key": EVENT_TAG, "Value": self._event}]

    def _pages(
        self, operation: str, key: str, *, newest_first: bool = False
    ) -> Iterator[dict[str, Any]]:
        order = {"SortBy": "CreationTime", "SortOrder": "Descending"} if newest_first else {}
        with translated(f"list the domain's {key.lower()}"):
            pages = self._client.get_paginator(operation).paginate(
                DomainIdEquals=self._domain, PaginationConfig={"PageSize": PAGE}, **order
            )
            for page in pages:
                yield from page[key]


@contextmanager
def _settling() -> Iterator[None]:
    """Translate a ValidationException of a delete into NotReadyError.

    Real accounts answer so to DeleteSpace while the space is Pending; the call succeeds
    afterwards.
    """
    try:
        yield
    except AwsError as error:
        if type(error) is AwsError and error.code == "ValidationException":
            raise NotReadyError(error.sentence, error.remedy, error.code) from error
        raise


def _owner(app: App) -> dict[str, str]:
    if app.space:
        return {"SpaceName": app.space}
    return {"UserProfileName": app.profile or ""}


def _space(s: dict[str, Any], *, part: str = "Summary") -> Space:
    """Build a space from what lists show, or with an empty `part` from DescribeSpace."""
    settings = s.get(f"SpaceSettings{part}", {})
    storage = settings.get("SpaceStorageSettings", {}).get("EbsStorageSettings", {})
    return Space(
        s["SpaceName"],
        s["Status"],
        owner=s.get(f"OwnershipSettings{part}", {}).get("OwnerUserProfileName"),
        sharing=s.get(f"SpaceSharingSettings{part}", {}).get("SharingType"),
        app_type=settings.get("AppType"),
        ebs_gb=storage.get("EbsVolumeSizeInGb"),
        created=s.get("CreationTime"),
    )
