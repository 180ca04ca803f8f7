"""Drives a sandbox with sagemaker-core, in that package's own environment.

Run as `python sagemaker_core_client.py DOMAIN_ID ANSWER`, with the sandbox's variables set;
what was seen is written to the file ANSWER as JSON.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from sagemaker.core.resources import App, Domain, Space, Tag, UserProfile
from sagemaker.core.shapes import (
    OwnershipSettings,
    ResourceSpec,
    SpaceJupyterLabAppSettings,
    SpaceSettings,
    SpaceSharingSettings,
)

POLL = 0  # seconds; the package takes whole ones, and the sandbox is quick
PATIENCE = 30


def refused(call: Any) -> str:
    """Give the code of the error that a call ends in."""
    try:
        call()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "nothing"


def drive(domain_id: str) -> dict[str, Any]:
    """Create, wait, list, refuse, delete and wait, as the package's users do."""
    seen: dict[str, Any] = {}
    domain = Domain.get(domain_id=domain_id)
    seen["domain"] = [domain.domain_name, domain.status, domain.auth_mode]

    # Some resources take one Tag class, some another; all take the plain form.
    tags = [{"key": "studio-cli:event", "value": "core"}]
    people = [
        UserProfile.create(domain_id=domain_id, user_profile_name=f"person-{n}", tags=tags)
        for n in range(12)
    ]
    seen["created as"] = people[0].status
    for person in people:
        person.wait_for_status("InService", poll=POLL, timeout=PATIENCE)
    listed = UserProfile.get_all(domain_id_equals=domain_id)
    arn = people[0].user_profile_arn
    seen["tags"] = [[tag.key, tag.value] for tag in Tag.get_all(resource_arn=arn)]
    seen["profiles"] = [person.user_profile_name for person in listed]

    space = Space.create(
        domain_id=domain_id,
        space_name="team-1",
        tags=tags,
        ownership_settings=OwnershipSettings(owner_user_profile_name="person-0"),
        space_sharing_settings=SpaceSharingSettings(sharing_type="Shared"),
        space_settings=SpaceSettings(
            app_type="JupyterLab",
            jupyter_lab_app_settings=SpaceJupyterLabAppSettings(
                default_resource_spec=ResourceSpec(instance_type="ml.t3.medium")
            ),
        ),
    )
    space.wait_for_status("InService", poll=POLL, timeout=PATIENCE)
    seen["spaces"] = [each.space_name for each in Space.get_all(space_name_contains="TEAM")]

    where = {"domain_id": domain_id, "app_type": "JupyterLab", "app_name": "default"}
    # After CreateApp, this package's create() describes the app without its owner, which the
    # model's documentation rules out: the app is there, and the caller gets an error.
    seen["create"] = refused(lambda: App.create(space_name="team-1", **where))
    app = App.get(space_name="team-1", **where)
    seen["started as"] = app.status
    seen["again"] = refused(lambda: App.create(space_name="team-1", **where))
    app.wait_for_status("InService", poll=POLL, timeout=PATIENCE)
    seen["instance"] = app.resource_spec.instance_type
    seen["apps"] = [
        [each.app_name, each.status] for each in App.get_all(space_name_equals="team-1")
    ]
    seen["held"] = [refused(space.delete), refused(people[0].delete)]

    app.delete()
    app.wait_for_delete(poll=POLL, timeout=PATIENCE)
    space.delete()
    space.wait_for_delete(poll=POLL, timeout=PATIENCE)
    for person in people:
        person.delete()
    for person in people:
        person.wait_for_delete(poll=POLL, timeout=PATIENCE)
    seen["left"] = [
        len(list(UserProfile.get_all())),
        len(list(Space.get_all())),
        [each.status for each in App.get_all()],
    ]
    return seen


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(json.dumps(drive(sys.argv[1])))
