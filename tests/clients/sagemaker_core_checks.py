"""Checks with sagemaker-core, in its own environment; prints one JSON object per check."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError
from sagemaker.core.resources import App, Domain, Space, Tag, UserProfile
from sagemaker.core.shapes import OwnershipSettings, SpaceSettings, SpaceSharingSettings

if TYPE_CHECKING:
    from collections.abc import Callable

DOMAIN = os.environ["STUDIO_DOMAIN_ID"]
PATIENCE = 30


def code_of(call: Callable[[], object]) -> str:
    try:
        call()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "nothing"


def gets_the_domain() -> None:
    assert Domain.get(domain_id=DOMAIN).status == "InService"


def creates_a_profile() -> None:
    made = UserProfile.create(domain_id=DOMAIN, user_profile_name="core-person")
    made.wait_for_status("InService", poll=1, timeout=PATIENCE)


def creates_a_space() -> None:
    made = Space.create(
        domain_id=DOMAIN,
        space_name="core-space",
        ownership_settings=OwnershipSettings(owner_user_profile_name="core-person"),
        space_sharing_settings=SpaceSharingSettings(sharing_type="Shared"),
        space_settings=SpaceSettings(app_type="JupyterLab"),
    )
    made.wait_for_status("InService", poll=1, timeout=PATIENCE)


def lists_profiles() -> None:
    names = [each.user_profile_name for each in UserProfile.get_all(domain_id_equals=DOMAIN)]
    assert "core-person" in names
    assert len(names) == len(set(names))


def lists_apps() -> None:
    assert any(each.status == "InService" for each in App.get_all(domain_id_equals=DOMAIN))


def reads_tags() -> None:
    list(Tag.get_all(resource_arn=Domain.get(domain_id=DOMAIN).domain_arn))


def refuses_a_second_profile() -> None:
    again = lambda: UserProfile.create(domain_id=DOMAIN, user_profile_name="core-person")  # noqa: E731
    assert code_of(again) == "ResourceInUse"


def misses_what_is_not_there() -> None:
    gone = lambda: UserProfile.get(domain_id=DOMAIN, user_profile_name="gone")  # noqa: E731
    assert code_of(gone) == "ResourceNotFound"


def deletes_the_space_and_the_profile() -> None:
    space = Space.get(domain_id=DOMAIN, space_name="core-space")
    space.delete()
    space.wait_for_delete(poll=1, timeout=PATIENCE)
    person = UserProfile.get(domain_id=DOMAIN, user_profile_name="core-person")
    person.delete()
    person.wait_for_delete(poll=1, timeout=PATIENCE)


CHECKS = (
    gets_the_domain,
    creates_a_profile,
    creates_a_space,
    lists_profiles,
    lists_apps,
    reads_tags,
    refuses_a_second_profile,
    misses_what_is_not_there,
    deletes_the_space_and_the_profile,
)

for check in CHECKS:
    detail = ""
    try:
        check()
    except Exception as error:  # noqa: BLE001  # every failure of a client is a result
        detail = f"{type(error).__name__}: {error}"[:300]
    name = check.__name__.replace("_", " ")
    print("\n" + json.dumps({"name": name, "ok": not detail, "detail": detail}))
