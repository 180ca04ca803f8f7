"""A step as calls: made again it is harmless, and what is not ours is left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest

from studio_core.aws.steps import AwsStepCalls
from studio_core.errors import InUseError
from studio_core.model.people import Record
from studio_core.model.plans import Action, Step
from studio_core.model.studio import App, Kind, Profile, Space
from studio_core.sandbox.serving.faults import FAULT_TEXT

if TYPE_CHECKING:
    from studio_core.hackathon import Hackathon
    from studio_core.sandbox.demo import DemoData
    from tests.control import Control


@pytest.fixture
def sagemaker(world: DemoData) -> Any:
    return boto3.client("sagemaker", region_name=world.region)


@pytest.fixture
def calls(hackathon: Hackathon, control: Control) -> AwsStepCalls:
    control.clock(progression="immediate")
    backend = hackathon._backend
    return AwsStepCalls(backend.studio, backend.studio, backend.table, hackathon.settings.event)


def profile(name: str, action: Action = Action.CREATE, status: str = "Pending") -> Step:
    return Step(name, action, Kind.PROFILE, name, Profile(name, status))


def space(name: str, owner: str = "ada", action: Action = Action.CREATE) -> Step:
    target = Space(name, "Pending", owner, "Private", "JupyterLab", 5, "ml.t3.medium")
    return Step(name, action, Kind.SPACE, name, target)


def test_what_was_made_already_counts_as_made(calls: AwsStepCalls) -> None:
    for step in (profile("ada"), space("mine")):
        for _ in range(2):
            assert calls.do(step) is False
    assert calls.statuses(Kind.PROFILE) == {"ada": "InService"}
    assert calls.statuses(Kind.SPACE) == {"mine": "InService"}


def test_a_name_that_is_not_of_the_event_is_not_taken(
    calls: AwsStepCalls, sagemaker: Any, world: DemoData
) -> None:
    sagemaker.create_user_profile(DomainId=world.domain_id, UserProfileName="ada")
    with pytest.raises(InUseError):
        calls.do(profile("ada"))


def test_what_is_gone_already_counts_as_deleted(calls: AwsStepCalls) -> None:
    calls.do(profile("ada"))
    assert calls.do(profile("ada", Action.DELETE, "InService")) is False
    assert calls.do(profile("ada", Action.DELETE, "InService")) is True
    assert calls.statuses(Kind.PROFILE) == {}
    target = App("JupyterLab", "default", "InService", space="nowhere")
    assert calls.do(Step("app", Action.DELETE, Kind.APP, target.label, target)) is True


def test_what_the_plan_saw_being_deleted_is_waited_for_and_called_only_again(
    calls: AwsStepCalls, control: Control
) -> None:
    calls.do(profile("ada"))
    control.forget()
    going = profile("ada", Action.DELETE, "Deleting")
    assert calls.do(going) is False
    assert control.changes() == {}
    assert calls.do(going, again=True) is False
    assert set(control.changes()) == {"sagemaker.DeleteUserProfile"}


def test_the_newest_are_listed_until_those_that_are_waited_for_were_seen(
    calls: AwsStepCalls, sagemaker: Any, world: DemoData
) -> None:
    for name in ("Old", "new", "Newest"):
        sagemaker.create_user_profile(DomainId=world.domain_id, UserProfileName=name)
    assert set(calls.statuses(Kind.PROFILE)) == {"old", "new", "newest"}
    assert set(calls.statuses(Kind.PROFILE, {"new"})) == {"newest", "new"}
    assert set(calls.statuses(Kind.PROFILE, {"newest"})) == {"newest"}


def test_of_two_apps_of_one_name_the_one_that_lives_counts(
    calls: AwsStepCalls, sagemaker: Any, world: DemoData
) -> None:
    calls.do(profile("ada"))
    calls.do(space("mine"))
    where = {"DomainId": world.domain_id, "SpaceName": "mine", "AppName": "default"}
    for _ in range(2):
        sagemaker.create_app(**where, AppType="JupyterLab")
        sagemaker.delete_app(**where, AppType="JupyterLab")
    assert calls.statuses(Kind.APP) == {"mine/jupyterlab/default": "Deleted"}
    sagemaker.create_app(**where, AppType="JupyterLab")
    for new in ((), {"mine/jupyterlab/default"}):
        assert calls.statuses(Kind.APP, new) == {"mine/jupyterlab/default": "InService"}


def test_adoption_tags_what_has_no_tag_and_leaves_what_another_event_has(
    calls: AwsStepCalls, sagemaker: Any, world: DemoData, hackathon: Hackathon
) -> None:
    for name, tags in (("old", []), ("theirs", [{"Key": "studio-cli:event", "Value": "spring"}])):
        sagemaker.create_user_profile(DomainId=world.domain_id, UserProfileName=name, Tags=tags)
    for _ in range(2):
        assert calls.do(profile("old", Action.ADOPT, "InService")) is True
    studio = hackathon._backend.studio
    assert studio.event_of("user-profile", "old") == world.event
    with pytest.raises(InUseError, match="spring"):
        calls.do(profile("theirs", Action.ADOPT, "InService"))
    assert studio.event_of("user-profile", "theirs") == "spring"


def test_a_reason_that_cannot_be_asked_for_is_none(calls: AwsStepCalls, control: Control) -> None:
    calls.do(profile("ada"))
    assert calls.failure(profile("nobody")) == ""
    control.faults(errors={"sagemaker.DescribeUserProfile": "AccessDeniedException"})
    assert calls.failure(profile("ada")) == ""


def test_a_row_has_no_reason_of_aws(calls: AwsStepCalls) -> None:
    target = Record("ada@example.com", "1", "d-1", "demo", "ada", "team-1")
    assert calls.failure(Step("row", Action.CREATE, Kind.ROW, target.email, target)) == ""


def test_the_reason_of_aws_is_told_for_each_kind(calls: AwsStepCalls, control: Control) -> None:
    calls.do(profile("ada"))
    calls.do(space("mine"))
    home = Space("mine", "InService", "ada", "Private", "JupyterLab")
    app = App("JupyterLab", "default", "Pending", space=home.name, instance_type="ml.t3.medium")
    start = Step("app", Action.CREATE, Kind.APP, app.label, app)
    assert calls.failure(profile("ada")) == calls.failure(space("mine")) == ""
    control.faults(app_failure_rate=1)
    calls.do(start)
    assert calls.failure(start) == FAULT_TEXT
    control.faults(stuck=["mine"])
    calls.do(space("mine", action=Action.DELETE))
    assert calls.failure(space("mine")) == FAULT_TEXT
    control.faults(stuck=["bo"])
    calls.do(profile("bo"))
    calls.do(profile("bo", Action.DELETE, "InService"))
    assert calls.failure(profile("bo")) == FAULT_TEXT
