"""Operations on apps, of spaces and of profiles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from studio_core.sandbox.studio.behaviour import behaviours
from studio_core.sandbox.studio.exceptions import (
    AWSValidationException,
    ResourceInUseException,
    already_exists,
    not_found,
    wrong_status,
)
from studio_core.sandbox.studio.resources import DEFAULT_INSTANCE, App, Space, UserProfile, app_key
from studio_core.sandbox.studio.spaces import SpaceOperations

if TYPE_CHECKING:
    from studio_core.sandbox.studio.domains import Params
    from studio_core.sandbox.studio.resources import Domain

SPACE_APP_TYPES = ("JupyterLab", "CodeEditor")
"""App types that have a volume of their own, and run in spaces of just that type."""

ONLY_24_HOURS = (
    "For tracking purposes, apps are available in the ListApps API results for only 24 hours after"
)


class AppOperations(SpaceOperations):
    """CreateApp to DeleteApp."""

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
        if app_type == "JupyterServer" and behaviours[self.account_id].refuse_classic:
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
        if isinstance(owner, Space) and owner.app_type is not None:
            self._refuse_second_app(owner, created.name)
        self.check_app_limits(app_type, spec["InstanceType"])
        # Tags of domain and profile are copied to apps launched later (botocore, AddTags).
        inherited = owner.tags if isinstance(owner, UserProfile) else {}
        created.tags = {**domain.tags, **inherited, **created.tags}
        domain.apps.pop(created.key, None)  # what replaces a record comes last
        domain.apps[created.key] = created
        created.failure_reason = behaviours[self.account_id].app_failure()
        target = "Failed" if created.failure_reason else "InService"
        self.begin(created, "create", "Pending", target)
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

    def _refuse_second_app(self, space: Space, name: str) -> None:
        """Refuse another app: each space has a 1:1 relationship with an instance of an app.

        Rule: developer guide, studio-updated-spaces; code and text invented.
        """
        for app in self.apps_in(space):
            raise ResourceInUseException(
                f"Unable to create app [{name}] because App [{app.arn}] is associated with "
                f"Space [{space.arn}]."
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
        label = f"{app.space or app.profile}/{app.app_type}/{app.name}"
        seconds = behaviours[self.account_id].app_delete_seconds(label)
        if seconds is not None:
            app.state.take(seconds)
            self.resume(app)
