"""Operations on spaces."""

from __future__ import annotations

from studio_core.sandbox.studio.domains import DomainOperations, Params, chosen
from studio_core.sandbox.studio.exceptions import (
    AWSValidationException,
    ResourceInUseException,
    ResourceLimitExceededError,
    already_exists,
    associated,
    wrong_status,
)
from studio_core.sandbox.studio.limits import SPACES, VOLUME_GB
from studio_core.sandbox.studio.resources import App, Space


class SpaceOperations(DomainOperations):
    """CreateSpace to DeleteSpace."""

    def create_space_for(self, params: Params) -> Space:
        """Create a space.

        Raises:
            AWSValidationException: domain or owner do not exist or are not InService, or
                only one of owner and sharing is given.
            ResourceInUseException: the name is taken, ignoring case.
            ResourceLimitExceededError: the limit of spaces or of volume is reached.

        Known: text for an owner that is not InService [seen on a real account].
        Known: owner and sharing come together [terraform-provider-aws].
        Invented: codes, and the other texts.
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
        self.check_limit(SPACES, "Spaces", len(held))
        created = Space(domain, name, settings, **self.common(params.get("Tags")))
        if created.volume_gb:
            used = sum(space.volume_gb for space in held)
            self.check_limit(VOLUME_GB, "Gigabytes", used, created.volume_gb)
        domain.spaces[name.casefold()] = created
        self.begin(created, "create", "Pending", "InService")
        return created

    def update_space_settings(self, params: Params) -> Space:
        """Change a space's settings; its storage is unavailable for some seconds afterwards.

        Raises:
            ResourceNotFound: the domain or space does not exist.
            ResourceInUseException: an app runs in it, or it is not InService.
            AWSValidationException: the app type would change, or the volume shrink.
            ResourceLimitExceededError: the limit of volume is reached.

        Known: a space is updated with no running app alone [developer guide, domain-space-edit].
        Known: the space is InService before its storage is ready [seen on a real account].
        Invented: that AppType cannot change within SpaceSettings, and the texts.
        """
        domain = self.domain(params["DomainId"])
        space = self.space(domain, params["SpaceName"])
        if space.status not in {"InService", "Update_Failed"}:
            raise ResourceInUseException(
                wrong_status("update", "Space", space.arn, space.status).message
            )
        if any(self.apps_in(space)):
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
        """Return the error for a volume that shrinks or exceeds the limit.

        Invented: that volumes cannot shrink.
        """
        more = space.volume_gb - before
        if more < 0:
            return AWSValidationException("EbsVolumeSizeInGb of a Space cannot be decreased.")
        held = [each for dom in self.studio_domains.values() for each in dom.spaces.values()]
        used = sum(each.volume_gb for each in held) - more
        try:
            self.check_limit(VOLUME_GB, "Gigabytes", used, more)
        except ResourceLimitExceededError as error:
            return error if more else None
        return None

    def delete_space_of(self, domain_id: str, name: str) -> None:
        """Delete a space in which no app is live; Failed apps do not count.

        Raises:
            ResourceNotFound: the domain or space does not exist.
            AWSValidationException: it is Pending.
            ResourceInUseException: it has a live app, or is being updated or deleted.

        Known: a Pending space answers ValidationException [seen on a real account].
        Known: a space must have no app that is not Failed [developer guide,
        gs-studio-delete-domain].
        """
        domain = self.domain(domain_id)
        space = self.space(domain, name)
        if space.status == "Pending":
            raise wrong_status("delete", "Space", space.arn, space.status)
        if any(self.apps_in(space)):
            raise associated("Space", space.arn, "App")
        if space.status in {"Deleting", "Updating"}:
            raise ResourceInUseException(
                wrong_status("delete", "Space", space.arn, space.status).message
            )
        self.begin_deletion(space, space.name)

    @staticmethod
    def apps_in(space: Space) -> list[App]:
        """Return the live apps of a space."""
        folded = space.name.casefold()
        return [
            app
            for app in space.domain.apps.values()
            if app.space and app.space.casefold() == folded and app.live
        ]
