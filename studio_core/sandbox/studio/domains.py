"""Operations on domains and user profiles."""

from __future__ import annotations

from typing import Any

from studio_core.sandbox.studio.account import GONE, Account
from studio_core.sandbox.studio.behaviour import behaviours
from studio_core.sandbox.studio.exceptions import (
    AWSValidationException,
    ResourceInUseException,
    already_exists,
    associated,
    wrong_status,
)
from studio_core.sandbox.studio.limits import DOMAINS, PROFILES
from studio_core.sandbox.studio.resources import Domain, UserProfile

Params = dict[str, Any]


def chosen(params: Params, *names: str) -> dict[str, Any]:
    """Return the named members that were given."""
    return {name: params[name] for name in names if params.get(name) is not None}


class DomainOperations(Account):
    """CreateDomain to DeleteDomain, CreateUserProfile to DeleteUserProfile."""

    def create_studio_domain(self, params: Params) -> Domain:
        """Create a domain.

        Raises:
            ResourceInUseException: the name is taken.
            ResourceLimitExceededError: the limit of domains is reached.

        Known: the defaults PublicInternetOnly, Enabled and DISABLED [botocore].
        Invented: that domain names are unique, ignoring case.
        """
        name = params["DomainName"]
        for domain in self.studio_domains.values():
            if domain.settings["DomainName"].casefold() == name.casefold():
                raise already_exists("Domain", domain.arn)
        self.check_limit(DOMAINS, "Domains", len(self.studio_domains))
        settings = {
            "AppNetworkAccessType": "PublicInternetOnly",
            "HomeEfsFileSystemCreation": "Enabled",
            "TagPropagation": "DISABLED",
            **{key: value for key, value in params.items() if key != "Tags" and value is not None},
        }
        created = Domain(self.new_domain_id(), settings, **self.common(params.get("Tags")))
        self.studio_domains[created.id] = created
        self.begin(created, "create", "Pending", "InService")
        return created

    def update_studio_domain(self, params: Params) -> Domain:
        """Change a domain's settings.

        Raises:
            ResourceNotFound: the domain does not exist.
            ResourceInUseException: it is not InService.

        Invented: that settings merge member by member.
        """
        domain = self.domain(params["DomainId"])
        if domain.status not in {"InService", "Update_Failed"}:
            raise ResourceInUseException(
                wrong_status("update", "Domain", domain.arn, domain.status).message
            )
        changes = {key: value for key, value in params.items() if value is not None}
        changes.pop("DomainId")
        if (update := changes.pop("DomainSettingsForUpdate", None)) is not None:
            changes["DomainSettings"] = {**(domain.settings.get("DomainSettings") or {}), **update}
        for key in ("DefaultUserSettings", "DefaultSpaceSettings"):
            if key in changes:
                changes[key] = {**(domain.settings.get(key) or {}), **changes[key]}
        domain.settings = {**domain.settings, **changes}
        self.begin(domain, "update", "Updating", "InService")
        return domain

    def delete_studio_domain(self, domain_id: str) -> None:
        """Delete an empty domain.

        Raises:
            ResourceNotFound: the domain does not exist.
            ResourceInUseException: it has profiles or spaces, or its status does not allow it.

        Known: a domain must have no profiles and no spaces [developer guide,
        gs-studio-delete-domain].
        """
        domain = self.domain(domain_id)
        for holder, held in (("UserProfile", domain.profiles), ("Space", domain.spaces)):
            if held:
                raise associated("Domain", domain.arn, holder)
        self.refuse_deleting(domain)
        self.begin(domain, "delete", "Deleting", GONE)

    @staticmethod
    def refuse_deleting(resource: Domain | UserProfile) -> None:
        """Refuse to delete what is Pending, Updating or Deleting.

        Raises:
            ResourceInUseException: it is.

        Known: the code [botocore].
        Invented: the statuses and the text.
        """
        if resource.status in {"Deleting", "Pending", "Updating"}:
            raise ResourceInUseException(
                wrong_status("delete", resource.noun, resource.arn, resource.status).message
            )

    def create_profile(self, params: Params) -> UserProfile:
        """Create a user profile.

        Raises:
            AWSValidationException: the domain does not exist or is not InService, or the
                single sign-on fields do not fit its mode.
            ResourceInUseException: the name is taken, ignoring case.
            ResourceLimitExceededError: the limit of profiles is reached.

        Known: SingleSignOnUserValue is required with AuthMode SSO and not allowed with IAM
        [botocore, CreateUserProfile].
        Invented: the texts.
        """
        domain = self.domain(params["DomainId"], creating=True)
        name = params["UserProfileName"]
        if domain.status not in {"InService", "Updating"}:
            raise AWSValidationException(
                f"Unable to create UserProfile [{name}] because Domain [{domain.arn}] "
                "is not in InService"
            )
        if domain.settings["AuthMode"] == "IAM" and params.get("SingleSignOnUserValue"):
            raise AWSValidationException(
                "SingleSignOnUserValue cannot be specified for a Domain with AuthMode IAM."
            )
        if domain.settings["AuthMode"] == "SSO" and not params.get("SingleSignOnUserValue"):
            raise AWSValidationException(
                "SingleSignOnUserIdentifier and SingleSignOnUserValue must be specified for a "
                "Domain with AuthMode SSO."
            )
        if taken := domain.profiles.get(name.casefold()):
            raise already_exists("UserProfile", taken.arn)
        held = sum(len(each.profiles) for each in self.studio_domains.values())
        self.check_limit(PROFILES, "UserProfiles", held)
        settings = chosen(
            params, "SingleSignOnUserIdentifier", "SingleSignOnUserValue", "UserSettings"
        )
        created = UserProfile(domain, name, settings, **self.common(params.get("Tags")))
        domain.profiles[name.casefold()] = created
        self.begin(created, "create", "Pending", "InService")
        return created

    def update_profile(self, params: Params) -> UserProfile:
        """Change a profile's settings.

        Raises:
            ResourceNotFound: the domain or profile does not exist.
            ResourceInUseException: the profile is not InService.

        Invented: that settings merge member by member, and the text.
        """
        profile = self.profile(self.domain(params["DomainId"]), params["UserProfileName"])
        if profile.status not in {"InService", "Update_Failed"}:
            raise ResourceInUseException(
                wrong_status("update", "UserProfile", profile.arn, profile.status).message
            )
        settings = {**(profile.settings.get("UserSettings") or {}), **params["UserSettings"]}
        profile.settings = {**profile.settings, "UserSettings": settings}
        self.begin(profile, "update", "Updating", "InService")
        return profile

    def delete_profile(self, domain_id: str, name: str) -> None:
        """Delete a profile that has no live app and owns no space.

        Raises:
            ResourceNotFound: the domain or profile does not exist.
            ResourceInUseException: it has live apps or owns spaces, or its status does not
                allow it.

        Known: apps and owned spaces must go first [developer guide, domain-user-profile-remove].
        Known: Failed apps do not block [developer guide, gs-studio-delete-domain].
        """
        domain = self.domain(domain_id)
        profile = self.profile(domain, name)
        folded = name.casefold()
        for app in domain.apps.values():
            if app.profile and app.profile.casefold() == folded and app.live:
                raise associated("UserProfile", profile.arn, "App")
        for space in domain.spaces.values():
            if space.owner and space.owner.casefold() == folded:
                raise associated("UserProfile", profile.arn, "Space")
        self.refuse_deleting(profile)
        self.begin_deletion(profile, profile.name)

    def begin_deletion(self, resource: Any, name: str) -> None:
        """Delete a profile or space, or let its deletion fail."""
        resource.failure_reason = behaviours[self.account_id].deletion_failure(name)
        target = "Delete_Failed" if resource.failure_reason else GONE
        self.begin(resource, "delete", "Deleting", target)
