"""The Studio backend: moto's SageMaker backend with domains, profiles, spaces and apps."""

from __future__ import annotations

import time
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from moto.core.resource_tagging import TaggedResource

from studio_core.sandbox.studio.apps import AppOperations
from studio_core.sandbox.studio.exceptions import AWSValidationException, not_found, wrong_status
from studio_core.sandbox.studio.presign import Visit
from studio_core.sandbox.studio.resources import App
from studio_core.sandbox.studio.tags import MAX_TAGS, refuse_reserved

if TYPE_CHECKING:
    from collections.abc import Iterator

    from studio_core.sandbox.studio.domains import Params
    from studio_core.sandbox.studio.resource import Resource

STUDIO_KINDS = ("domain", "user-profile", "space", "app")
"""Resource types of Studio in ARNs.

Known: the types and the forms of ARNs [CloudFormation schemas].
"""

EXPIRES_IN = 300
SESSION = 43200
"""Defaults of CreatePresignedDomainUrl, in seconds.

Known: 300 seconds and 12 hours [botocore, CreatePresignedDomainUrl].
"""


class StudioBackend(AppOperations):
    """Studio operations of one account and region, in addition to moto's other SageMaker ones."""

    # Lists

    def list_studio_domains(self, params: Params) -> tuple[list[dict[str, Any]], str | None]:
        """Return a page of domains and its NextToken."""
        return self.listing("ListDomains", self.studio_domains.values(), {}, **params)

    def list_profiles(self, params: Params) -> tuple[list[dict[str, Any]], str | None]:
        """Return a page of user profiles and its NextToken."""
        part = (params.get("UserProfileNameContains") or "").casefold()
        found = (
            profile
            for domain in self.domains_for(params.get("DomainIdEquals"))
            for folded, profile in domain.profiles.items()
            if part in folded
        )
        filters = {"domain": params.get("DomainIdEquals"), "contains": part}
        return self.listing("ListUserProfiles", found, filters, **params)

    def list_studio_spaces(self, params: Params) -> tuple[list[dict[str, Any]], str | None]:
        """Return a page of spaces and its NextToken."""
        part = (params.get("SpaceNameContains") or "").casefold()
        found = (
            space
            for domain in self.domains_for(params.get("DomainIdEquals"))
            for folded, space in domain.spaces.items()
            if part in folded
        )
        filters = {"domain": params.get("DomainIdEquals"), "contains": part}
        return self.listing("ListSpaces", found, filters, **params)

    def list_studio_apps(self, params: Params) -> tuple[list[dict[str, Any]], str | None]:
        """Return a page of apps, including those that ended in the last 24 hours.

        Raises:
            AWSValidationException: both a profile and a space are named.

        Known: the two filters exclude each other [botocore, ListApps].
        Invented: the text.
        """
        profile, space = params.get("UserProfileNameEquals"), params.get("SpaceNameEquals")
        if profile and space:
            raise AWSValidationException(
                "UserProfileNameEquals and SpaceNameEquals cannot be specified together."
            )
        owner = (
            ("space", space.casefold()) if space else ("user-profile", (profile or "").casefold())
        )
        found = (
            app
            for domain in self.domains_for(params.get("DomainIdEquals"))
            for key, app in domain.apps.items()
            if not (profile or space) or key[:2] == owner
        )
        filters = {"domain": params.get("DomainIdEquals"), "profile": profile, "space": space}
        return self.listing("ListApps", found, filters, **params)

    # Presigned URLs

    def presign(self, params: Params) -> Visit:
        """Return what a presigned URL grants.

        Raises:
            ResourceNotFound: the domain, profile or space does not exist.
            AWSValidationException: the domain is in SSO mode, or the profile or the space is
                not InService.

        Known: presigned URLs are for AuthMode IAM alone [botocore, CreatePresignedDomainUrl].
        Invented: codes and texts.
        """
        domain = self.domain(params["DomainId"])
        if domain.settings["AuthMode"] != "IAM":
            raise AWSValidationException(
                "CreatePresignedDomainUrl is only supported for a Domain with AuthMode IAM."
            )
        profile = self.profile(domain, params["UserProfileName"])
        space = self.space(domain, params["SpaceName"]) if params.get("SpaceName") else None
        for resource in (profile, space):
            if resource is not None:
                self.touch(resource)
                if resource.status not in {"InService", "Updating", "Update_Failed"}:
                    raise wrong_status(
                        "create a presigned URL for", resource.noun, resource.arn, resource.status
                    )
        now = time.time()
        return Visit(
            account=self.account_id,
            region=self.region_name,
            domain_id=domain.id,
            profile=profile.name,
            space=space.name if space else None,
            landing=params.get("LandingUri"),
            issued_at=now,
            expires_at=now + (params.get("ExpiresInSeconds") or EXPIRES_IN),
            session_seconds=params.get("SessionExpirationDurationInSeconds") or SESSION,
        )

    # Tags

    def studio_resources(self) -> Iterator[Resource]:
        """Yield every domain, profile, space and live app."""
        for domain in self.studio_domains.values():
            yield domain
            yield from domain.profiles.values()
            yield from domain.spaces.values()
            yield from (app for app in domain.apps.values() if app.live)

    def find_by_arn(self, arn: str) -> Resource | None:
        """Find a Studio resource by its ARN; None when the ARN is of another type.

        Raises:
            ResourceNotFound: the ARN is of a Studio type, and no resource has it.

        Known: app types in ARNs are in lower case, and compared ignoring case
        [terraform-provider-aws].
        """
        kind, _, path = arn.rpartition(":")[2].partition("/")
        if kind not in STUDIO_KINDS:
            return None
        noun = {"user-profile": "UserProfile"}.get(kind, kind.capitalize())
        domain_id, _, rest = path.partition("/")
        domain = self.studio_domains.get(domain_id)
        found: Resource | None = None
        if domain and arn.startswith(domain.arn.partition(":domain/")[0]):
            if kind == "domain":
                found = None if rest else domain
            elif kind == "user-profile":
                found = domain.profiles.get(rest.casefold())
            elif kind == "space":
                found = domain.spaces.get(rest.casefold())
            else:
                folded = arn.casefold()
                found = next((a for a in domain.apps.values() if a.arn.casefold() == folded), None)
        if found is None:
            raise not_found(noun, arn)
        return found

    def find_tagged(self, arn: str) -> Resource | None:
        """Find a Studio resource that can have tags; None when the ARN is of another type.

        Raises:
            ResourceNotFound: the ARN is of a Studio type, and no resource has it.
            AWSValidationException: it is of an app that is Deleted or Failed.

        Known: the code for Deleted apps [amazon-sagemaker-feedback#108].
        Known: that Failed apps are refused too [terraform-provider-aws#39976].
        Invented: the text.
        """
        found = self.find_by_arn(arn)
        if isinstance(found, App) and not found.live:
            raise AWSValidationException(f"Tags of App [{found.arn}] are no longer available.")
        return found

    def tag(self, resource: Resource, tags: dict[str, str]) -> None:
        """Add tags, or replace the values of those with the same key.

        Raises:
            AWSValidationException: a key is reserved, or there would be more than 50.

        Known: a resource has at most 50 tags [botocore, TagList].
        Invented: the text.
        """
        refuse_reserved(tags)
        merged = {**resource.tags, **tags}
        if len(merged) > MAX_TAGS:
            raise AWSValidationException(
                f"Resource [{resource.arn}] cannot have more than {MAX_TAGS} tags."
            )
        resource.tags = merged

    def untag(self, resource: Resource, keys: list[str]) -> None:
        """Remove tags.

        Raises:
            AWSValidationException: a key is reserved.
        """
        refuse_reserved(keys)
        resource.tags = {key: tag for key, tag in resource.tags.items() if key not in keys}

    def check_other(self, arn: str) -> None:
        """Refuse the ARN of a resource that moto's own backend does not have.

        Raises:
            AWSValidationException: no resource has this ARN.

        Invented: code and text.
        """
        try:
            found = self._get_resource_from_arn(arn)
        except (AttributeError, IndexError, KeyError, ValueError):
            found = None
        if found is None:
            raise AWSValidationException(f"Resource [{arn}] does not exist.")

    def tag_resource(self, arn: str, tags: dict[str, str]) -> None:
        """Tag a resource for the tagging API; raises as `find_tagged`, `tag` and `check_other`."""
        with self.lock:
            found = self.find_tagged(arn)
            if found is not None:
                self.tag(found, tags)
            else:
                self.check_other(arn)
                super().tag_resource(arn, tags)

    def untag_resource(self, arn: str, tag_keys: list[str]) -> None:
        """Untag a resource for the tagging API; raises as `tag_resource`."""
        with self.lock:
            found = self.find_tagged(arn)
            if found is not None:
                self.untag(found, tag_keys)
            else:
                self.check_other(arn)
                super().untag_resource(arn, tag_keys)

    def other_resources(self) -> Iterator[TaggedResource]:
        """Yield the tagged resources of moto's own backend."""
        # moto lists the versions of a model card under one name, and cannot iterate over them.
        cards, self.model_cards = self.model_cards, defaultdict(list)
        try:
            found = list(super().iter_tagged_resources())
        finally:
            self.model_cards = cards
        yield from found
        for versions in cards.values():
            tags = {tag["Key"]: tag["Value"] for tag in versions[0].tags or ()}
            yield TaggedResource(versions[0].arn, tags, "sagemaker:model-card")

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        """Yield every SageMaker resource that the tagging API can find."""
        yield from self.other_resources()
        for resource in self.studio_resources():
            yield TaggedResource(resource.arn, resource.tags, f"sagemaker:{resource.kind}")
