"""What the web app records: each link before it is made, and refusals; nothing secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3

from studio_core.access.roles import Role
from studio_core.sandbox.demo import control
from tests.portal.conftest import NOT_ON_ROSTER, ON_ROSTER, WRONG, calls, ticket_in

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from studio_core.hackathon import Hackathon
    from studio_core.sandbox.serving.server import SandboxServer
    from tests.portal.conftest import Late, Maker

ADDRESS = "198.51.100.7"
WRONG_CODE = "refused: address or code are wrong"


def told(hackathon: Hackathon) -> list[tuple[str, str, str, str]]:
    entries = [e for e in reversed(hackathon.audit.entries()) if e.actor.via == "web app"]
    assert {e.event for e in entries} <= {hackathon.settings.event}
    return [(e.actor.name, e.actor.address, e.deed, e.outcome) for e in entries]


def test_links_and_refusals_are_on_record_without_what_was_typed(portal: Maker) -> None:
    instance = portal()
    code = instance.hackathon.codes().event_code
    visitor = instance.visitor()
    link = visitor.sign_in(ON_ROSTER, code).headers["location"]
    visitor.sign_in(ON_ROSTER, WRONG)
    visitor.sign_in(NOT_ON_ROSTER, code)
    visitor.sign_in(code, code)  # a code in the wrong field
    assert told(instance.hackathon) == [
        (ON_ROSTER, ADDRESS, "link asked for", "done"),
        ("somebody", ADDRESS, "sign-in", WRONG_CODE),
        ("somebody", ADDRESS, "sign-in", WRONG_CODE),
        ("somebody", ADDRESS, "sign-in", WRONG_CODE),
    ]
    roles = {e.actor.name: e.actor.role for e in instance.hackathon.audit.entries()}
    assert (roles[ON_ROSTER], roles["somebody"]) == (Role.PARTICIPANT, Role.NOBODY)
    raw = instance.hackathon.audit.path.read_text()
    for secret in (code, WRONG, NOT_ON_ROSTER, link, link.partition("token=")[2]):
        assert secret not in raw


def test_a_waiting_page_records_a_link_and_no_look(
    portal: Maker, late: Callable[..., Late], aws: SandboxServer
) -> None:
    instance = portal()
    person = late()
    page = instance.visitor().sign_in(person.email, instance.hackathon.codes().event_code)
    for _ in range(3):
        assert instance.visitor().get(ticket_in(page.text)).status_code == 409
    assert told(instance.hackathon) == []


def test_mailed_codes_are_on_record_for_known_and_unknown_addresses(portal: Maker) -> None:
    instance = portal(access="mailed-code", sender="hack@example.com")
    for email in (ON_ROSTER, NOT_ON_ROSTER):
        assert instance.visitor().sign_in(email).status_code == 202
    names = [entry[0] for entry in told(instance.hackathon) if entry[2] == "code by mail"]
    assert names == [ON_ROSTER, "somebody"]


def test_nobody_comes_in_unrecorded(
    portal: Maker, aws: SandboxServer, caplog: pytest.LogCaptureFixture
) -> None:
    instance = portal(audit_table="nobody-made-this")
    code = portal().hackathon.codes().event_code
    calls(aws)
    answers = [
        instance.visitor().sign_in(email, typed)
        for email in (ON_ROSTER, NOT_ON_ROSTER)
        for typed in (code, WRONG)
    ]
    assert [answer.status_code for answer in answers] == [500] * 4
    assert "sagemaker.CreatePresignedDomainUrl" not in calls(aws)
    assert caplog.text.count("takes no entry") == 4


def test_the_web_app_on_lambda_needs_to_put_alone(portal: Maker, aws: SandboxServer) -> None:
    """Reading the table is refused, as its role does: the head comes with a refused put."""
    first, second = (portal(audit_table="studio-cli-audit") for _ in range(2))
    first.hackathon.ensure_table()
    code = first.hackathon.codes().event_code
    reads = ("GetItem", "Query", "Scan", "BatchGetItem")
    refuse: dict[str, Any] = {"dynamodb.Query": "AccessDeniedException"}
    control(aws.url, "PUT", "faults", {"errors": refuse})
    calls(aws)
    for instance in (second, first, second):
        assert instance.visitor().sign_in(ON_ROSTER, code).status_code == 303
    made = calls(aws)
    assert {name for name in made if name.endswith(reads)} == {"dynamodb.GetItem"}  # of the person
    assert made["dynamodb.GetItem"] == 3
    control(aws.url, "PUT", "faults", {})
    file, table = first.hackathon.verify_audit()
    assert file.problems == table.problems == ()
    client = boto3.client("dynamodb")
    client.update_table(TableName="studio-cli-audit", DeletionProtectionEnabled=False)
    client.delete_table(TableName="studio-cli-audit")
