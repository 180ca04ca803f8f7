"""Operations on spaces and apps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from studio_core.sandbox import quota_table
from studio_core.sandbox.domains import DomainOperations, Params, chosen
from studio_core.sandbox.exceptions import (
    AWSValidationException,
    ResourceInUseException,
    ResourceLimitExceededError,
    already_exists,
    associated,
    not_found,
    wrong_status,
)
from studio_core.sandbox.faults import engines
from studio_core.sandbox.resources import DEFAULT_INSTANCE, App, Space, UserProfile, app_key

if TYPE_CHECKING:
    from studio_core.sandbox.resources import Domain

SPACE_APP_TYPES = ("JupyterLab", "CodeEditor")
"""App types that have a volume of their own, and run in spaces of just that type."""

ONLY_24_HOURS = (
    "For tracking purposes, apps are available in the ListApps API results for only 24 hours after"
)


class SpaceOperations(DomainOperations):
    """CreateSpace to DeleteSpace, CreateApp to DeleteApp."""

    def create_space_for(self, params: Params) -> Space:
        """Create a space; it is Pending for some seconds.

        Raises:
            AWSValidationException: domain or owner are not there or not InService, or owner
                and sharing do not come together.
            ResourceInUseException: the name is taken, compared without case.
            ResourceLimitExceededError: too many spaces, or too much volume, for the account.
        """
        domain = self.domain(params["DomainId"], creating=True)
        name = params["SpaceName"]
        if domain.status not in {"InService", "Updating"}:
            raise AWSValidationException(
                f"Unable to create Space [{name}] because Domain [{domain.arn}] is not in InService"
            )
        settings = chosen(
            params, "SpaceSettings", "OwnershipSettings", "SpaceSharingSettings", "SpaceDisplayName"
        )
        if ("OwnershipSettings" in settings) != ("SpaceSharingSettings" in settings):
            raise AWSValidationException(
                "OwnershipSettings and SpaceSharingSettings must be specified together."
            )
        if "OwnershipSettings" in settings:
            owner_name = settings["OwnershipSettings"]["OwnerUserProfileName"]
            owner = self.profile(domain, owner_name, creating=True)
            self.touch(owner)
            if owner.status != "InService":
                raise AWSValidationException(
                    f"Unable to create Space [{name}] because UserProfile [{owner.arn}] "
                    "is not in InService"
                )
        if taken := domain.spaces.get(name.casefold()):
            raise already_exists("Space", taken.arn)
        held = [space for each in self.studio_domains.values() for space in each.spaces.values()]
        self.check_quota(quota_table.SPACES, "Spaces", len(held))
        created = Space(domain, name, settings, **self.common(params.get("Tags")))
        if created.volume_gb:
            used = sum(space.volume_gb for space in held)
            self.check_quota(quota_table.VOLUME_GB, "Gigabytes", used, created.volume_gb)
        domain.spaces[name.casefold()] = created
        self.begin(created, "create", "Pending", "InService")
        return created

    def update_space_settings(self, params: Params) -> Space:
        """Change a space's settings; its storage is unavailable for some seconds afterwards.

        Raises:
            ResourceNotFound: there is no such domain or space.
            ResourceInUseException: an app runs in it, or it is not InService.
            AWSValidationException: the app type would change, or the volume shrink.
            ResourceLimitExceededError: too much volume for the account.
        """
        domain = self.domain(params["DomainId"])
        space = self.space(domain, params["SpaceName"])
        if space.status not in {"InService", "Update_Failed"}:
            raise ResourceInUseException(
                wrong_status("update", "Space", space.arn, space.status).message
            )
        if any(self._apps_in(space)):
            raise ResourceInUseException(
                f"Unable to update Space [{space.arn}] because App(s) are associated with it."
            )
        before, old = space.volume_gb, space.settings
        changes = chosen(params, "SpaceSettings", "SpaceDisplayName")
        if "SpaceSettings" in changes:
            old_type = space.app_type
            if old_type and changes["SpaceSettings"].get("AppType", old_type) != old_type:
                raise AWSValidationException("AppType of a Space cannot be changed.")
            changes["SpaceSettings"] = {
                **(old.get("SpaceSettings") or {}),
                **changes["SpaceSettings"],
            }
        space.settings = {**old, **changes}
        if refusal := self._refuse_volume(space, before):
            space.settings = old
            raise refusal
        self.begin(space, "update", "Updating", "InService")
        space.storage.begin("storage", "Modifying", "Available")
        return space

    def _refuse_volume(self, space: Space, before: int) -> Exception | None:
        more = space.volume_gb - before
        if more < 0:
            return AWSValidationException("EbsVolumeSizeInGb of a Space cannot be decreased.")
        held = [each for dom in self.studio_domains.values() for each in dom.spaces.values()]
        used = sum(each.volume_gb for each in held) - more
        try:
            self.check_quota(quota_table.VOLUME_GB, "Gigabytes", used, more)
        except ResourceLimitExceededError as error:
            return error if more else None
        return None

    def delete_space_of(self, domain_id: str, name: str) -> None:
        """Delete a space in which no app is live; Failed apps do not count.

        Raises:
            ResourceNotFound: there is no such domain or space.
            AWSValidationException: it is Pending (code seen on a real account).
            ResourceInUseException: an app is live in it, or it is being deleted.
        """
        domain = self.domain(domain_id)
        space = self.space(domain, name)
        if space.status == "Pending":
            raise wrong_status("delete", "Space", space.arn, space.status)
        if any(self._apps_in(space)):
            raise associated("Space", space.arn, "App")
        if space.status in {"Deleting", "Updating"}:
            raise ResourceInUseException(
                wrong_status("delete", "Space", space.arn, space.status).message
            )
        self.begin_deletion(space, space.name)

    @staticmethod
    def _apps_in(space: Space) -> list[App]:
        folded = space.name.casefold()
        return [
            app
            for app in space.domain.apps.values()
            if app.space and app.space.casefold() == folded and app.live
        ]

    def create_app(self, params: Params) -> App:
        """Start an app in a space or of a profile; it is Pending for about a minute.

        Raises:
            AWSValidationException: not exactly one owner, or one that is not there, not
                InService or of another app type.
            ResourceInUseException: the app runs already, or the space's storage is not ready.
            ResourceLimitExceededError: no instance of that type is left for the account.
        """
        domain = self.domain(params["DomainId"], creating=True)
        owner = self._owner(domain, params, creating=True)
        app_type = params["AppType"]
        if owner.status != "InService":
            raise AWSValidationException(
                f"Unable to create app [{params['AppName']}] because {owner.noun} [{owner.arn}] "
                "is not in InService"
            )
        if app_type == "JupyterServer" and engines[self.account_id].faults.refuse_classic:
            raise AWSValidationException(
                "Studio Classic is no longer available for onboarding; "
                "JupyterServer applications cannot be created."
            )
        if isinstance(owner, Space):
            self._check_space(owner, app_type, params["AppName"])
        spec = self._spec(owner, app_type, params.get("ResourceSpec"))
        created = App(
            domain,
            params["AppName"],
            app_type,
            profile=owner.name if isinstance(owner, UserProfile) else None,
            space=owner.name if isinstance(owner, Space) else None,
            spec=spec,
            recovery_mode=params.get("RecoveryMode"),
            **self.common(params.get("Tags")),
        )
        taken = domain.apps.get(created.key)
        if taken and taken.live:
            raise already_exists("App", taken.arn)
        self.check_app_quota(app_type, spec["InstanceType"])
        # Tags of domain and profile are copied to apps launched later (botocore, AddTags).
        inherited = owner.tags if isinstance(owner, UserProfile) else {}
        created.tags = {**domain.tags, **inherited, **created.tags}
        domain.apps[created.key] = created
        if engines[self.account_id].app_fails():
            created.failure_reason = "The sandbox was told to let this app fail."
            self.begin(created, "create", "Pending", "Failed")
        else:
            self.begin(created, "create", "Pending", "InService")
        return created

    def _owner(
        self, domain: Domain, params: Params, *, creating: bool = False
    ) -> UserProfile | Space:
        self.check_one_owner(params)
        found: UserProfile | Space
        if params.get("SpaceName"):
            found = self.space(domain, params["SpaceName"], creating=creating)
        else:
            found = self.profile(domain, params["UserProfileName"], creating=creating)
        self.touch(found)
        return found

    @staticmethod
    def check_one_owner(params: Params) -> None:
        """Refuse both owners or none (text invented).

        Raises:
            AWSValidationException: not exactly one is given.
        """
        if bool(params.get("SpaceName")) == bool(params.get("UserProfileName")):
            raise AWSValidationException(
                "Exactly one of UserProfileName and SpaceName must be specified."
            )

    @staticmethod
    def _check_space(space: Space, app_type: str, name: str) -> None:
        if space.app_type is None and app_type in SPACE_APP_TYPES:
            raise AWSValidationException(
                f"App type {app_type} is not supported in Space [{space.arn}]."
            )
        if space.app_type is not None and app_type != space.app_type:
            raise AWSValidationException(
                f"App type {app_type} does not match AppType {space.app_type} "
                f"of Space [{space.arn}]."
            )
        space.storage.advance()
        if space.storage.status != "Available":
            raise ResourceInUseException(
                f"Unable to create app [{name}] because storage is not in Available status."
            )

    @staticmethod
    def _spec(
        owner: UserProfile | Space, app_type: str, asked: dict[str, Any] | None
    ) -> dict[str, Any]:
        spec = dict(asked or {})
        defaults: dict[str, Any] = {}
        if isinstance(owner, Space):
            defaults = owner.default_spec(app_type)
        else:
            settings = owner.settings.get("UserSettings") or {}
            app_settings = settings.get(f"{app_type}AppSettings") or {}
            defaults = dict(app_settings.get("DefaultResourceSpec") or {})
        instance = "system" if app_type == "JupyterServer" else DEFAULT_INSTANCE
        return {"InstanceType": instance, **defaults, **spec}

    def find_app(self, params: Params) -> App:
        """Find an app, its record of the last 24 hours included.

        Raises:
            AWSValidationException: not exactly one owner is named.
            ResourceNotFound: there is no such domain or app.
        """
        self.check_one_owner(params)
        domain = self.domain(params["DomainId"])
        profile, space = params.get("UserProfileName"), params.get("SpaceName")
        found = domain.apps.get(app_key(profile, space, params["AppType"], params["AppName"]))
        if found is None:
            owner = space or profile
            path = f"{domain.id}/{owner}/{params['AppType'].lower()}/{params['AppName']}"
            raise not_found("App", f"{domain.arn.rpartition(':')[0]}:app/{path}")
        return found

    def delete_app_of(self, params: Params) -> None:
        """Stop an app.

        Raises:
            ResourceNotFound: there is no such domain or app.
            AWSValidationException: it is Deleted or Failed already (texts known from
                terraform-provider-aws and a real account).
            ResourceInUseException: it is Pending or being deleted (invented).
        """
        app = self.find_app(params)
        if app.status == "Deleted":
            raise AWSValidationException(
                f"App [{app.name}] has already been deleted. {ONLY_24_HOURS} deletion."
            )
        if app.status == "Failed":
            raise AWSValidationException(
                f"App [{app.name}] previously failed and was automatically deleted. "
                f"{ONLY_24_HOURS} failure."
            )
        if app.status != "InService":
            raise ResourceInUseException(wrong_status("delete", "App", app.arn, app.status).message)
        self.begin(app, "delete", "Deleting", "Deleted")
        label = f"{app.owner.name}/{app.type}/{app.name}"
        seconds = engines[self.account_id].app_delete_seconds(label)
        if seconds is not None:
            app.state.take(seconds)
            self.resume(app)
