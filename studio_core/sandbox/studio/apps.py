"""Operations on apps of spaces and of profiles."""

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
"""App types with a volume of their own, which run in spaces of the same type.

Known: spaces have AppType JupyterLab or CodeEditor [botocore, SpaceSettings.AppType].
"""

ONLY_24_HOURS = (
    "For tracking purposes, apps are available in the ListApps API results for only 24 hours after"
)


class AppOperations(SpaceOperations):
    """CreateApp to DeleteApp."""

    def create_app(self, params: Params) -> App:
        """Start an app in a space or of a profile.

        Raises:
            AWSValidationException: there is not exactly one owner, or it does not exist, is
                not InService or has another app type.
            ResourceInUseException: the app exists, or the space's storage is not ready.
            ResourceLimitExceededError: a limit of running apps is reached.

        Known: tags of domain and profile are copied to apps launched later [botocore, AddTags].
        Known: Studio Classic apps can no longer be created [developer guide, sm-q].
        Invented: texts for an owner that is not InService and for Studio Classic.
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
        """Refuse both owners or none.

        Raises:
            AWSValidationException: not exactly one is given.

        Known: either UserProfileName or SpaceName is given [botocore, CreateApp].
        Invented: the text.
        """
        if bool(params.get("SpaceName")) == bool(params.get("UserProfileName")):
            raise AWSValidationException(
                "Exactly one of UserProfileName and SpaceName must be specified."
            )

    @staticmethod
    def _check_space(space: Space, app_type: str, name: str) -> None:
        """Refuse an app of the wrong type, or before the storage is ready.

        Known: text and code while storage is not Available [seen on a real account].
        Invented: codes and texts for app types.
        """
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
        """Refuse another app in a space.

        Known: each space has a 1:1 relationship with an instance of an application
        [developer guide, studio-updated-spaces].
        Invented: code and text.
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
        """Find an app, including its record of the last 24 hours.

        Raises:
            AWSValidationException: not exactly one owner is named.
            ResourceNotFound: the domain or app does not exist.
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
            ResourceNotFound: the domain or app does not exist.
            AWSValidationException: it is Deleted or Failed.
            ResourceInUseException: it is Pending or being deleted.

        Known: text for Failed apps [seen on a real account].
        Known: text for Deleted apps, up to its first period [terraform-provider-aws].
        Invented: that Pending apps are refused.
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
