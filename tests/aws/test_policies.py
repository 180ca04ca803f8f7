"""Policies come from the table of operations, and suffice for what each role does."""

from __future__ import annotations

import json
import re
import urllib.request
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import yaml

from studio_core.access.roles import Actor, Role
from studio_core.aws.policies import documents, main, policy, policy_target, statements
from studio_core.aws.statements import PolicyTarget, Who, iam_action
from studio_core.config import Settings, save
from studio_core.model.people import Participant, Roster
from studio_core.model.studio import EVENT_TAG, HOST_TAG
from studio_core.naming import EVENT_LIMIT, assign_profiles, host_names
from tests.aws.allowed import FREE, operations
from tests.first_generation import OldTool

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio_core.hackathon import Hackathon
    from studio_core.sandbox.serving.server import SandboxServer

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = Settings("eu-west-1", "d-abc", "people", "demo", account="123456789012")
ROSTER = Roster((Participant("ada@example.com", "1"), Participant("bo@example.com", "2")))


def test_the_files_are_what_the_table_says():
    folder = ROOT / "docs" / "iam"
    written = {"README.md", "link-role-trust.json", *(f"{who}.json" for who in Who)}
    assert {file.name for file in folder.iterdir()} == set(documents()) == written
    for name, text in documents().items():
        file = folder / name
        assert file.read_text() == text, f"run python -m studio_core.aws.policies for {name}"


@pytest.mark.parametrize("who", Who)
def test_policies_are_within_what_iam_takes(who: Who):
    text = json.dumps(
        policy(who, PolicyTarget("1" * 12, "eu-central-1", "d-" + "a" * 12, "t" * 60))
    )
    assert len(re.sub(r"\s", "", text)) < 6144  # characters of a managed policy (IAM quotas)


def test_helpers_and_the_portal_can_neither_make_nor_delete_nor_read_all():
    words = re.compile(r":(Create|Delete|Put|Update|BatchWrite|AddTags|TagResource)")
    for statement in (s for s in statements(Who.HELPER) if not s.denies):
        changing = [a for a in statement.actions if words.search(a)]
        assert set(changing) <= {"sagemaker:CreatePresignedDomainUrl", "dynamodb:PutItem"}
    allowing = (s for s in statements(Who.PORTAL) if not s.denies)
    portal = {action for s in allowing for action in s.actions}
    assert not portal & {"dynamodb:Scan", "dynamodb:Query", "sagemaker:ListUserProfiles"}
    for statement in statements(Who.PORTAL):
        if not statement.denies and any(words.search(action) for action in statement.actions):
            assert statement.condition, statement.sid


def _may_mint(document: dict[str, Any], profile: str, event: str, host: str = "") -> bool:
    """Judge as IAM does: a Deny that fits wins, and something must allow.

    `event` and `host` are the profile's tags.
    """
    tags = {f"aws:ResourceTag/{EVENT_TAG}": event, f"aws:ResourceTag/{HOST_TAG}": host}
    arn = f"arn:aws:sagemaker:eu-west-1:123456789012:user-profile/d-abc/{profile}"
    effects = set()
    for statement in document["Statement"]:
        resources = statement["Resource"]
        fits = any(
            fnmatchcase(arn, r) for r in ([resources] if isinstance(resources, str) else resources)
        )
        asked = statement.get("Condition", {}).get("StringEquals", {})
        if (
            fits
            and "sagemaker:CreatePresignedDomainUrl" in statement["Action"]
            and all(tags.get(key) == value for key, value in asked.items())
        ):
            effects.add(statement["Effect"])
    return effects == {"Allow"}


@pytest.mark.parametrize("who", [Who.HELPER, Who.PORTAL, Who.LINK_ROLE])
@pytest.mark.parametrize("event", ["demo", "e" * EVENT_LIMIT])
def test_helpers_and_the_portal_cannot_mint_links_for_the_host(who: Who, event: str):
    document = policy(who, policy_target(replace(SETTINGS, event=event)))
    assert _may_mint(document, "ana", event)
    assert not _may_mint(document, "ana", "another")
    for host in host_names(event):
        assert not _may_mint(document, host, event)
        assert not _may_mint(document, host.upper(), event, host=event)
    # Somebody whose mailbox has the host's name gets a profile of their own, with a hash.
    address = f"{event}-host@example.com"
    [namesake] = assign_profiles([address], {}, host_names(event)).values()
    assert _may_mint(document, namesake, event)


@pytest.mark.parametrize("who", [Who.HELPER, Who.PORTAL, Who.LINK_ROLE])
def test_a_policy_filled_in_by_hand_denies_both_names_of_the_host(who: Who):
    text = (ROOT / "docs" / "iam" / f"{who}.json").read_text()
    for name, value in {
        "ACCOUNT": "123456789012", "REGION": "eu-west-1", "DOMAIN_ID": "d-abc", "EVENT": "demo",
    }.items():  # fmt: skip
        text = text.replace(name, value)
    document = json.loads(text)
    assert _may_mint(document, "ana", "demo")
    assert not any(_may_mint(document, host, "demo") for host in host_names("demo"))


def test_the_portals_template_grants_the_same():
    class Loader(yaml.SafeLoader):
        pass

    Loader.add_multi_constructor("!", lambda loader, _, node: _plain(loader, node))
    template = yaml.load((ROOT / "web_app" / "template.yaml").read_text(), Loader)
    roles = [
        resource["Properties"]
        for resource in template["Resources"].values()
        if resource["Type"] in {"AWS::IAM::Role", "AWS::IAM::RolePolicy"}
    ]
    granted: set[str] = set()
    for properties in roles:
        for document in properties.get("Policies", [properties]):
            for statement in document["PolicyDocument"]["Statement"]:
                actions = statement["Action"]
                granted |= {actions} if isinstance(actions, str) else set(actions)
    ours = {action for s in statements(Who.PORTAL) for action in s.actions}
    assert {action for action in granted if not action.startswith("logs:")} == ours


def _plain(loader: yaml.SafeLoader, node: yaml.Node) -> object:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node)
    return loader.construct_mapping(node)  # type: ignore[arg-type]  # the third kind there is


def test_the_host_is_made_with_the_tag_that_policies_deny(hackathon: Hackathon):
    assert hackathon.run(hackathon.propose_setup(ROSTER)).ok
    event, studio = hackathon.settings.event, boto3.client("sagemaker")
    tagged = {
        profile.name
        for profile in hackathon.observe().profiles
        for tag in studio.list_tags(
            ResourceArn=hackathon._backend.studio.arn("user-profile", profile.name)
        )["Tags"]
        if tag == {"Key": HOST_TAG, "Value": event}
    }
    assert tagged == {host_names(event)[0]}


def test_a_tag_can_be_added_only_of_this_event_and_never_over_anothers():
    (adopts,) = [s for s in statements(Who.ORGANISER) if "sagemaker.AddTags" in s.operations]
    assert adopts.rendered(PolicyTarget(event="spring"))["Condition"] == {
        "StringEquals": {"aws:RequestTag/studio-cli:event": "spring"},
        "StringEqualsIfExists": {"aws:ResourceTag/studio-cli:event": "spring"},
        "ForAllValues:StringEquals": {"aws:TagKeys": ["studio-cli:event"]},
    }


def test_apps_are_started_on_the_instance_of_the_settings_alone():
    filled = policy(Who.ORGANISER, policy_target(replace(SETTINGS, instance_type="ml.g5.xlarge")))
    starts = [s for s in filled["Statement"] if "sagemaker:CreateApp" in s["Action"]]
    conditions = [s["Condition"] for s in starts]
    assert conditions == [
        {
            "StringEquals": {"aws:RequestTag/studio-cli:event": "demo"},
            # ForAnyValue: an app for which no type is named is refused too.
            "ForAnyValue:StringEquals": {"sagemaker:InstanceTypes": ["ml.g5.xlarge"]},
        }
    ]


@pytest.mark.parametrize("who", [Who.ORGANISER, Who.HELPER, Who.PORTAL])
def test_no_policy_lets_anybody_take_away_from_the_audit_log(who: Who):
    target = policy_target(replace(SETTINGS, audit_table="log"))
    statements = [
        s for s in policy(who, target)["Statement"] if str(s["Resource"]).endswith("table/log")
    ]
    denied = {a for s in statements if s["Effect"] == "Deny" for a in s["Action"]}
    allowed = {a for s in statements if s["Effect"] == "Allow" for a in s["Action"]}
    assert denied >= {
        f"dynamodb:{name}"
        for name in (
            *("UpdateItem", "DeleteItem", "BatchWriteItem"),
            *("DeleteTable", "UpdateTable", "UpdateTimeToLive"),
        )
    }
    assert not allowed & denied
    added = [s for s in statements if s["Action"] == ["dynamodb:PutItem"]]
    keys = added[0]["Condition"]["ForAllValues:StringEquals"]["dynamodb:LeadingKeys"]
    assert keys == ["demo", "demo#head"]
    if who is not Who.ORGANISER:
        assert allowed == {"dynamodb:PutItem"}


def _made(sandbox: SandboxServer) -> set[str]:
    """What was called; the sandbox goes by the names that requests are signed with."""
    signed = {"servicequotas": "service-quotas", "tagging": "resourcegroupstaggingapi"}
    with urllib.request.urlopen(f"{sandbox.url}/_sandbox/calls") as answer:
        calls = [call.partition(".") for call in json.load(answer)]
    return {f"{signed.get(service, service)}.{operation}" for service, _, operation in calls}


def _forget(sandbox: SandboxServer) -> None:
    asked = urllib.request.Request(f"{sandbox.url}/_sandbox/calls", method="DELETE")
    urllib.request.urlopen(asked).close()


@pytest.mark.slow
def test_the_whole_flow_makes_only_calls_that_its_role_may(
    sandbox: SandboxServer, make_hackathon: Callable[..., Hackathon]
):
    hackathon = make_hackathon(audit_table="studio-cli-audit", access="event-code")
    settings = hackathon.settings
    OldTool(settings.domain_id, settings.region, settings.table_name).set_up("cy@example.com", "3")
    _forget(sandbox)
    hackathon.ensure_table()
    hackathon.domains()
    hackathon.pinned()
    hackathon.check(ROSTER)
    assert hackathon.run(hackathon.propose_adopt()).ok
    everybody = Roster((*ROSTER.participants, Participant("cy@example.com", "3")))
    assert hackathon.run(hackathon.propose_setup(everybody)).ok
    assert hackathon.run(hackathon.propose_start_apps()).ok
    hackathon.hourly_cost(hackathon.status())
    assert len(list(hackathon.links())) == 3
    hackathon.sign_in.codes()
    hackathon.sign_in.rotate()
    hackathon.lease()
    hackathon.recorded()
    assert hackathon.run(hackathon.propose_stop_apps()).ok
    organiser = _made(sandbox)
    assert organiser <= operations(Who.ORGANISER)
    assert {"sagemaker.CreateSpace", "sagemaker.AddTags"} <= organiser

    helper = hackathon.acting_as(Actor("bo", Role.HELPER))
    _forget(sandbox)
    helper.status()
    helper.hourly_cost(helper.status())
    helper.participants()
    assert len(list(helper.links(email="ada@example.com"))) == 1
    assert _made(sandbox) <= operations(Who.HELPER)

    _forget(sandbox)
    record = hackathon.sign_in.person("ada@example.com")
    assert record is not None
    now = hackathon.sign_in.clock()
    hackathon.sign_in.tries.count("client#x", now)
    hackathon.sign_in.tries.pace("mail-pace#x", 60, now)
    hackathon.sign_in.tries.give_back("client#x", now)
    hackathon.sign_in.tries.keep_code("digest", now)
    hackathon.sign_in.tries.use_code("digest", now)
    hackathon.sign_in.link(record, hackathon.sign_in.target(record))
    hackathon.sign_in.came(record)
    portal = _made(sandbox)
    assert "sagemaker.CreatePresignedDomainUrl" in portal
    assert portal <= operations(Who.PORTAL)

    _forget(sandbox)
    assert hackathon.run(hackathon.propose_purge()).ok
    hackathon.sign_in.drop()
    assert _made(sandbox) <= operations(Who.ORGANISER)


def test_a_policy_can_be_printed_for_the_settings(capsys: pytest.CaptureFixture[str]):
    save(SETTINGS)
    main(["portal"])
    printed = json.loads(capsys.readouterr().out)
    assert "user-profile/d-abc/*" in json.dumps(printed)
    assert "DOMAIN_ID" not in json.dumps(printed)
    allowed = [s for s in printed["Statement"] if s["Effect"] == "Allow"]
    assert {action for s in allowed for action in s["Action"]} == {
        iam_action(o).replace("TransactWriteItems", "PutItem")
        for o in operations(Who.PORTAL)
        if o not in FREE
    }
