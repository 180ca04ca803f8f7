"""Every state that a person can meet, in every access mode."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends

from studio_core.access.codes import spell
from studio_core.aws.mail import SINK
from studio_core.aws.rows import RowChange
from studio_core.errors import SettingsError
from studio_core.model.studio import EVENT_TAG
from studio_core.portal.authentication import (
    LINKS_PER_SIGN_IN,
    MAIL_PACE,
    MAILS,
    MAILS_TO_ADDRESS,
)
from studio_core.sandbox.demo import DemoData, control
from tests.portal.conftest import (
    NOT_ON_ROSTER,
    ON_ROSTER,
    WRONG,
    Instance,
    Late,
    calls,
    ticket_in,
    visit_of,
)

if TYPE_CHECKING:
    import httpx

    from studio_core.sandbox.serving.server import SandboxServer
    from tests.clock import Clock
    from tests.tally import Tally

SENDER = "hack@example.com"
Portal = Callable[..., Instance]


def test_the_form_names_the_event_and_asks_for_two_things(portal: Portal) -> None:
    page = portal().visitor().get()
    assert page.status_code == 200
    assert "retry-after" not in page.headers
    assert "<h1>Demo</h1>" in page.text
    assert re.findall(r'<label for="(\w+)"', page.text) == ["email", "code"]
    assert re.findall(r'<input id="(\w+)" name="(\w+)"', page.text) == [
        ("email", "email"),
        ("code", "code"),
    ]
    assert "<script" not in page.text


def test_the_event_code_and_an_address_open_that_persons_space(
    portal: Portal, demo: DemoData
) -> None:
    instance = portal()
    code = instance.hackathon.codes().event_code
    people = instance.hackathon.participants()
    assert len(people) == 6
    for record in people:
        answer = instance.visitor().sign_in(record.email, code)
        visit = visit_of(answer)
        assert (visit.profile, visit.space) == (record.profile, record.space)
        assert (visit.domain_id, visit.landing) == (demo.domain_id, "app:JupyterLab:")
        assert visit.expires_at - visit.issued_at == 300
        assert answer.text == ""


@pytest.mark.parametrize("spell", [str.lower, lambda c: c.replace("-", " "), lambda c: f" {c}\n"])
def test_typing_does_not_have_to_be_exact(portal: Portal, spell: Callable[[str], str]) -> None:
    instance = portal()
    code = spell(instance.hackathon.codes().event_code)
    assert visit_of(instance.visitor().sign_in("  Niklas@EXAMPLE.com ", code)).profile == "niklas"


def test_one_sign_in_costs_six_calls_and_the_next_of_the_team_two_less(
    portal: Portal, aws: SandboxServer
) -> None:
    instance = portal()
    code = instance.hackathon.codes().event_code
    team = [r for r in instance.hackathon.participants() if r.team == "1"]
    calls(aws)
    instance.visitor().sign_in(team[0].email, code)
    first = calls(aws)
    assert first == {
        "dynamodb.GetItem": 1,
        "dynamodb.UpdateItem": 1,
        "sagemaker.ListTags": 2,
        "sagemaker.DescribeSpace": 1,
        "sagemaker.CreatePresignedDomainUrl": 1,
    }
    instance.visitor().sign_in(team[1].email, code)
    again = {k: n for k, n in first.items() if k != "sagemaker.DescribeSpace"}
    assert calls(aws) == {**again, "sagemaker.ListTags": 1}


def test_who_came_in_is_noted(portal: Portal, clock: Clock) -> None:
    instance = portal()
    instance.visitor().sign_in(ON_ROSTER, instance.hackathon.codes().event_code)
    came = {r.email: r.last_link_at for r in instance.hackathon.participants()}
    assert came.pop(ON_ROSTER) == clock.now
    assert clock.now not in came.values()


def test_a_person_comes_in_although_that_cannot_be_noted(
    portal: Portal, aws: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance = portal()
    code = instance.hackathon.codes().event_code

    def touch(*_: object) -> None:
        from studio_core.errors import TransientError

        raise TransientError("The table is busy.")

    monkeypatch.setattr(instance.hackathon.table, "touch", touch)
    assert visit_of(instance.visitor().sign_in(ON_ROSTER, code)).profile == "niklas"


@pytest.mark.parametrize(
    ("email", "code"), [(ON_ROSTER, WRONG), (ON_ROSTER, ""), ("", ""), ("x", "y")]
)
def test_a_wrong_code_keeps_the_address_and_says_one_thing(
    portal: Portal, email: str, code: str
) -> None:
    page = portal().visitor().sign_in(email, code)
    assert page.status_code == 401
    assert 'role="alert"' in page.text
    assert "do not fit together" in page.text
    assert f'value="{email}"' in page.text


def test_a_personal_code_opens_its_own_persons_space_alone(portal: Portal) -> None:
    instance = portal(access="personal-code")
    codes = instance.hackathon.codes()
    people = instance.hackathon.participants()
    assert len(people) == 6
    for one in people:
        for other in people:
            answer = instance.visitor().sign_in(one.email, codes.personal_code(other.email))
            if one is other:
                assert visit_of(answer).profile == one.profile
            else:
                assert answer.status_code == 401
    assert instance.visitor().sign_in(ON_ROSTER, codes.event_code).status_code == 401


def test_the_event_code_is_none_in_the_other_modes_and_they_none_here(portal: Portal) -> None:
    instance = portal()
    personal = instance.hackathon.codes().personal_code(ON_ROSTER)
    assert instance.visitor().sign_in(ON_ROSTER, personal).status_code == 401


def test_email_only_asks_for_no_code_and_still_knows_its_people(portal: Portal) -> None:
    instance = portal(access="email-only")
    page = instance.visitor().get()
    assert 'name="code"' not in page.text
    assert visit_of(instance.visitor().sign_in(ON_ROSTER)).profile == "niklas"
    assert instance.visitor().sign_in(NOT_ON_ROSTER).status_code == 401


def test_new_codes_end_the_old_ones(portal: Portal, clock: Clock) -> None:
    instance = portal()
    old = instance.hackathon.codes().event_code
    new = instance.hackathon.rotate_codes().event_code
    assert instance.visitor().sign_in(ON_ROSTER, old).status_code == 401
    assert instance.visitor().sign_in(ON_ROSTER, new).status_code == 303


@pytest.mark.parametrize("space", [True, False], ids=["space pending", "profile pending"])
def test_a_space_that_is_not_ready_is_waited_for(
    portal: Portal, aws: SandboxServer, late: Callable[..., Late], space: bool
) -> None:
    person = late(space=space)
    instance = portal()
    visitor = instance.visitor()
    page = visitor.sign_in(person.email, instance.hackathon.codes().event_code)
    assert (page.status_code, page.headers["retry-after"]) == (409, "5")
    assert person.email not in page.text
    again = visitor.get(ticket_in(page.text))
    assert again.status_code == 409
    control(aws.url, "PUT", "clock", {"progression": "immediate"})
    assert visit_of(visitor.get(ticket_in(again.text))).profile == person.profile


def test_a_refusal_without_a_reason_is_waiting_only_when_the_profile_is_not_ready(
    portal: Portal, aws: SandboxServer, late: Callable[..., Late]
) -> None:
    person = late(space=False)
    instance = portal()
    code = instance.hackathon.codes().event_code
    errors = {"errors": {"sagemaker.CreatePresignedDomainUrl": "ValidationException"}}
    control(aws.url, "PUT", "faults", errors)
    assert instance.visitor().sign_in(person.email, code).status_code == 409
    assert instance.visitor().sign_in(ON_ROSTER, code).status_code == 500


def test_a_person_without_profile_waits(portal: Portal, demo: DemoData) -> None:
    table = boto3.client("dynamodb")
    row = {"pk": "new@example.com", "team": "1", "domain-id": demo.domain_id, "event": demo.event}
    item = {key: {"S": value} for key, value in row.items()}
    table.put_item(TableName=demo.table_name, Item=item)
    instance = portal()
    code = instance.hackathon.codes().event_code
    assert instance.visitor().sign_in("new@example.com", code).status_code == 409
    table.delete_item(TableName=demo.table_name, Key={"pk": item["pk"]})


def test_a_space_that_is_gone_is_waited_for(
    portal: Portal, demo: DemoData, late: Callable[..., Late]
) -> None:
    person = late(at_once=True)
    instance = portal()
    code = instance.hackathon.codes().event_code
    visitor = instance.visitor()
    assert visitor.sign_in(person.email, code).status_code == 303
    studio = boto3.client("sagemaker")
    studio.delete_space(DomainId=demo.domain_id, SpaceName=person.space)
    assert visitor.sign_in(person.email, code).status_code == 409


@pytest.mark.parametrize("whose", ["host", "foreign profile", "foreign space", "nobody's space"])
def test_what_is_not_of_the_event_opens_to_nobody_until_the_row_is_right(
    portal: Portal,
    demo: DemoData,
    late: Callable[..., Late],
    aws: SandboxServer,
    caplog: pytest.LogCaptureFixture,
    *,
    whose: str,
) -> None:
    """As seen with an organiser's credentials, which could do more than the portal may."""
    person = late(at_once=True)
    studio, table = boto3.client("sagemaker"), boto3.client("dynamodb")
    arn = studio.describe_space(DomainId=demo.domain_id, SpaceName=person.space)["SpaceArn"]
    if "profile" in whose:
        arn = arn.replace(f":space/{demo.domain_id}/{person.space}", "")
        arn = f"{arn}:user-profile/{demo.domain_id}/{person.profile}"
    tags = [{"Key": EVENT_TAG, "Value": "autumn"}]
    key = {"pk": {"S": person.email}}
    row = table.get_item(TableName=demo.table_name, Key=key)["Item"]
    if whose == "host":
        table.put_item(TableName=demo.table_name, Item={**row, "profile": {"S": "demo-host"}})
    elif whose == "nobody's space":
        studio.create_user_profile(DomainId=demo.domain_id, UserProfileName=f"x-{person.profile}")
        studio.create_space(
            DomainId=demo.domain_id,
            SpaceName=f"x-{person.space}",
            OwnershipSettings={"OwnerUserProfileName": f"x-{person.profile}"},
            SpaceSharingSettings={"SharingType": "Shared"},
            SpaceSettings={"AppType": "JupyterLab"},
        )
        space = {"space": {"S": f"x-{person.space}"}}
        table.put_item(TableName=demo.table_name, Item={**row, **space})
    else:
        studio.add_tags(ResourceArn=arn, Tags=tags)
    instance = portal()
    visitor = instance.visitor()
    calls(aws)
    page = visitor.sign_in(person.email, instance.hackathon.codes().event_code)
    assert page.status_code == 409
    assert "sagemaker.CreatePresignedDomainUrl" not in calls(aws)
    assert re.search(r"portal.not_ours (Profile|Space) \S+ is (not of this|the) event", caplog.text)
    assert person.email not in caplog.text
    if whose in {"host", "nobody's space"}:
        table.put_item(TableName=demo.table_name, Item=row)
    else:
        studio.add_tags(ResourceArn=arn, Tags=[{"Key": EVENT_TAG, "Value": demo.event}])
    assert visit_of(visitor.get(ticket_in(page.text))).profile == person.profile


def test_a_waiting_page_costs_no_more_than_it_did(
    portal: Portal, late: Callable[..., Late], aws: SandboxServer
) -> None:
    person = late()
    instance = portal()
    visitor = instance.visitor()
    page = visitor.sign_in(person.email, instance.hackathon.codes().event_code)
    calls(aws)
    assert visitor.get(ticket_in(page.text)).status_code == 409
    assert calls(aws) == {"dynamodb.GetItem": 1, "sagemaker.DescribeSpace": 1}


def test_the_app_of_the_space_is_opened_whatever_the_settings_say(
    portal: Portal, demo: DemoData
) -> None:
    instance = portal(app_type="CodeEditor")
    answer = instance.visitor().sign_in(ON_ROSTER, instance.hackathon.codes().event_code)
    assert visit_of(answer).landing == "app:JupyterLab:"
    special = portal(landing="studio::somewhere")
    answer = special.visitor().sign_in(ON_ROSTER, special.hackathon.codes().event_code)
    assert visit_of(answer).landing == "studio::somewhere"


def test_a_ticket_is_over_after_two_minutes_and_with_new_codes(
    portal: Portal, late: Callable[..., Late], clock: Clock
) -> None:
    email = late().email
    instance = portal()
    visitor = instance.visitor()
    code = instance.hackathon.codes().event_code
    ticket = ticket_in(visitor.sign_in(email, code).text)
    clock.forward(seconds=119)
    fresh = ticket_in(visitor.get(ticket).text)
    clock.forward(seconds=1)
    for spent in (ticket, "/wait", "/wait?ticket=", "/wait?ticket=a.b"):
        answer = visitor.get(spent)
        assert (answer.status_code, answer.headers["location"]) == (303, ".")
    assert visitor.get(fresh).status_code == 409
    instance.hackathon.rotate_codes()
    assert visitor.get(fresh).status_code == 303


def test_one_sign_in_opens_a_few_links_however_often_its_ticket_comes_back(
    portal: Portal, late: Callable[..., Late], aws: SandboxServer, tally: Tally
) -> None:
    person = late()
    instance = portal()
    visitor = instance.visitor()
    page = visitor.sign_in(person.email, instance.hackathon.codes().event_code)
    tickets = [ticket_in(page.text)]
    for _ in range(5):  # each waiting page has a ticket of its own, all of one sign-in
        tickets.append(ticket_in(visitor.get(tickets[-1]).text))
    control(aws.url, "PUT", "clock", {"progression": "immediate"})
    calls(aws)
    answers = visitor.ask_all(("GET", ticket, {}) for ticket in tickets * 20)
    opened = [a.headers["location"] for a in answers if a.headers["location"] != "."]
    assert len(opened) == len(set(opened)) == LINKS_PER_SIGN_IN
    assert calls(aws)["sagemaker.CreatePresignedDomainUrl"] == LINKS_PER_SIGN_IN
    tally("web app: ticket used again", len(answers), len(opened) - LINKS_PER_SIGN_IN)
    # Who signs in anew has links of their own.
    code = instance.hackathon.codes().event_code
    assert visit_of(visitor.sign_in(person.email, code)).profile == person.profile


def test_waiting_for_a_profile_does_not_use_up_the_links(
    portal: Portal, aws: SandboxServer, late: Callable[..., Late]
) -> None:
    person = late(space=False)
    instance = portal()
    visitor = instance.visitor()
    page = visitor.sign_in(person.email, instance.hackathon.codes().event_code)
    for _ in range(LINKS_PER_SIGN_IN + 2):
        page = visitor.get(ticket_in(page.text))
        assert page.status_code == 409
    control(aws.url, "PUT", "clock", {"progression": "immediate"})
    for _ in range(2):  # a double click
        assert visit_of(visitor.get(ticket_in(page.text))).profile == person.profile


@pytest.mark.parametrize("stored", ["bo@bücher.example", "bo@xn--bcher-kva.example"])
def test_either_spelling_of_a_domain_opens_the_space(
    portal: Portal, demo: DemoData, stored: str
) -> None:
    table = boto3.client("dynamodb")
    row = table.get_item(TableName=demo.table_name, Key={"pk": {"S": ON_ROSTER}})["Item"]
    table.put_item(TableName=demo.table_name, Item={**row, "pk": {"S": stored}})
    instance = portal(access="personal-code")
    code = instance.hackathon.codes().personal_code(stored)
    for typed in ("Bo@BÜCHER.example", "bo@xn--bcher-kva.example"):
        assert visit_of(instance.visitor().sign_in(typed, code)).profile == "niklas"
    assert instance.visitor().sign_in("bo@buecher.example", code).status_code == 401
    table.delete_item(TableName=demo.table_name, Key={"pk": {"S": stored}})


def test_somebody_removed_does_not_get_in_with_a_ticket(
    portal: Portal, late: Callable[..., Late]
) -> None:
    email = late().email
    instance = portal()
    code = instance.hackathon.codes().event_code
    ticket = ticket_in(instance.visitor().sign_in(email, code).text)
    table = instance.hackathon.table
    assert table.write([RowChange(table.get(email), None)]) == set()
    assert instance.visitor().get(ticket).headers["location"] == "."


def test_the_event_is_over_when_its_last_day_is_over_everywhere(
    portal: Portal, clock: Clock, aws: SandboxServer
) -> None:
    day = clock.now.date()
    instance = portal(ends_on=day.isoformat())
    code = instance.hackathon.codes().event_code
    visitor = instance.visitor()
    clock.now = clock.now.replace(hour=23, minute=59)
    assert visitor.get().status_code == 200
    clock.forward(hours=12)
    assert visitor.sign_in(ON_ROSTER, code).status_code == 303
    clock.forward(minutes=1)
    calls(aws)
    for answer in (visitor.get(), visitor.sign_in(ON_ROSTER, code), visitor.get("/wait?ticket=x")):
        assert answer.status_code == 410
        assert "<form" not in answer.text
    assert calls(aws) == {}


def test_people_of_another_event_or_domain_are_nobody_here(portal: Portal, demo: DemoData) -> None:
    instance = portal()
    table = boto3.client("dynamodb")
    for attribute in ("event", "domain-id"):
        item = table.get_item(TableName=demo.table_name, Key={"pk": {"S": ON_ROSTER}})["Item"]
        table.put_item(TableName=demo.table_name, Item={**item, attribute: {"S": "d-other"}})
        code = instance.hackathon.codes().event_code
        assert instance.visitor().sign_in(ON_ROSTER, code).status_code == 401
        table.put_item(TableName=demo.table_name, Item=item)


@pytest.mark.parametrize(
    "operation", ["ssm.GetParameter", "dynamodb.GetItem", "sagemaker.CreatePresignedDomainUrl"]
)
def test_what_is_broken_has_a_number_that_stands_in_the_log(
    portal: Portal, aws: SandboxServer, operation: str, caplog: pytest.LogCaptureFixture
) -> None:
    instance = portal()
    code = Codes_of(instance)
    errors = {"errors": {operation: "AccessDeniedException"}}
    control(aws.url, "PUT", "faults", errors)
    with caplog.at_level(logging.INFO, "studio_core.portal"):
        page = instance.visitor().sign_in(ON_ROSTER, code)
    assert page.status_code == 500
    found = re.search(r'id="reference">([0-9A-F]{8})<', page.text)
    assert found
    assert f"portal.broken reference={found[1]} error=AccessDeniedError" in caplog.text
    service, name = operation.split(".")
    assert f"{service}:{name}" in caplog.text
    assert "AccessDenied" not in page.text
    assert ON_ROSTER not in caplog.text


def Codes_of(instance: Instance) -> str:  # noqa: N802 - reads the codes without keeping them
    code = instance.hackathon.codes().event_code
    instance.hackathon.sign_in._codes = None
    return code


def test_a_failure_of_our_own_is_a_page_too_and_tells_no_address(
    portal: Portal, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    instance = portal()
    code = instance.hackathon.codes().event_code

    def fail(_: object) -> None:
        raise RuntimeError("at https://x.studio.eu-west-1.sagemaker.aws/auth?token=abc")

    monkeypatch.setattr(instance.hackathon.sign_in, "came", fail)
    page = instance.visitor().sign_in(ON_ROSTER, code)
    assert page.status_code == 500
    assert "RuntimeError" in caplog.text
    assert "(address)" in caplog.text
    assert "token" not in caplog.text + page.text


def test_health_asks_aws_nothing(portal: Portal, aws: SandboxServer) -> None:
    visitor = portal().visitor()
    calls(aws)
    answer = visitor.get("/health")
    assert (answer.status_code, answer.text) == (200, "ok\n")
    assert calls(aws) == {}


@pytest.fixture
def mail(aws: SandboxServer) -> Callable[[], list[Any]]:
    boto3.client("ses").verify_email_identity(EmailAddress=SENDER)

    def sent() -> list[Any]:
        messages = ses_backends[DEFAULT_ACCOUNT_ID]["eu-west-1"].sent_messages
        out = list(messages)
        messages.clear()
        return out

    sent()
    return sent


def code_in(message: Any) -> str:
    found = re.search(r"^    ([A-Z0-9]{4}-[A-Z0-9]{4})$", message.body, re.MULTILINE)
    assert found, message.body
    return found[1]


def mailed(answer: httpx.Response) -> None:
    assert answer.status_code == 202, answer.text
    assert "Check your mail" in answer.text
    assert "10 minutes" in answer.text


def test_a_mailed_code_opens_once(portal: Portal, mail: Callable[[], list[Any]]) -> None:
    instance = portal(access="mailed-code", sender=SENDER)
    visitor = instance.visitor()
    assert 'name="code"' not in visitor.get().text
    mailed(visitor.sign_in("Niklas@Example.com"))
    (message,) = mail()
    assert message.destinations["ToAddresses"] == [ON_ROSTER]
    assert message.source == SENDER
    assert "It works once, within 10 minutes," in message.body
    wrong = visitor.sign_in(ON_ROSTER, WRONG)
    assert (wrong.status_code, "Check your mail" in wrong.text) == (401, True)
    assert visit_of(visitor.sign_in(ON_ROSTER, code_in(message).lower())).profile == "niklas"
    assert visitor.sign_in(ON_ROSTER, code_in(message)).status_code == 401


def test_a_mailed_code_is_over_after_ten_minutes_and_not_by_the_next_one(
    portal: Portal, mail: Callable[[], list[Any]], clock: Clock
) -> None:
    instance = portal(access="mailed-code", sender=SENDER)
    visitor = instance.visitor()
    for _ in range(3):
        mailed(visitor.sign_in(ON_ROSTER))
    first, second, third = mail()
    assert visitor.sign_in(ON_ROSTER, code_in(second)).status_code == 303
    assert visitor.sign_in(ON_ROSTER, code_in(first)).status_code == 303
    clock.forward(minutes=10)
    assert visitor.sign_in(ON_ROSTER, code_in(third)).status_code == 401


def test_a_mailed_code_is_its_persons_alone(portal: Portal, mail: Callable[[], list[Any]]) -> None:
    instance = portal(access="mailed-code", sender=SENDER)
    mailed(instance.visitor().sign_in(ON_ROSTER))
    (message,) = mail()
    other = "niklas@example.org"
    assert instance.visitor().sign_in(other, code_in(message)).status_code == 401


def test_mailing_is_the_same_work_for_strangers_who_get_nothing(
    portal: Portal, mail: Callable[[], list[Any]], aws: SandboxServer
) -> None:
    instance = portal(access="mailed-code", sender=SENDER)
    visitor = instance.visitor()
    instance.hackathon.codes()
    calls(aws)
    known = visitor.sign_in(ON_ROSTER)
    for_known = calls(aws)
    unknown = visitor.sign_in(NOT_ON_ROSTER)
    assert calls(aws) == for_known
    assert known.text.replace(ON_ROSTER, "x") == unknown.text.replace(NOT_ON_ROSTER, "x")
    assert [m.destinations["ToAddresses"] for m in mail()] == [[ON_ROSTER], [SINK]]


def test_strangers_do_not_keep_a_code_from_its_owner(
    portal: Portal, mail: Callable[[], list[Any]], clock: Clock, tally: Tally
) -> None:
    """By asking for others, from anywhere, or by guessing."""
    clock.now = clock.now.replace(minute=0, second=0)
    instance = portal(access="mailed-code", sender=SENDER)
    owner = instance.visitor()
    mailed(owner.sign_in(ON_ROSTER))
    (message,) = mail()
    mine = code_in(message)
    for number in range(5):
        for _ in range(6):
            mailed(instance.visitor(f"203.0.113.{number}").sign_in(ON_ROSTER))
    assert len(mail()) <= MAILS_TO_ADDRESS + 1
    guesses = owner.guess(ON_ROSTER, [spell(999_983 * (n + 1)) for n in range(60)])
    tally("web app: wrong mailed-code", 60, sum(a.status_code == 303 for a in guesses))
    visit_of(owner.sign_in(ON_ROSTER, mine))
    clock.forward(seconds=MAIL_PACE)
    mailed(owner.sign_in(ON_ROSTER))
    (message,) = mail()
    visit_of(owner.sign_in(ON_ROSTER, code_in(message)))


def test_five_strangers_do_not_use_up_the_owners_mails(
    portal: Portal, mail: Callable[[], list[Any]]
) -> None:
    instance = portal(access="mailed-code", sender=SENDER)
    for number in range(MAILS):
        mailed(instance.visitor(f"203.0.113.{number}").sign_in(ON_ROSTER))
    mail()
    mailed(instance.visitor().sign_in(ON_ROSTER))
    (message,) = mail()
    visit_of(instance.visitor().sign_in(ON_ROSTER, code_in(message)))


def test_mails_to_one_address_are_paced_on_the_roster_or_not(
    portal: Portal, mail: Callable[[], list[Any]], clock: Clock
) -> None:
    visitor = portal(access="mailed-code", sender=SENDER).visitor()
    clock.now = clock.now.replace(minute=0, second=0)
    for email in (ON_ROSTER, NOT_ON_ROSTER):
        for _ in range(MAILS + 4):
            mailed(visitor.sign_in(email))
        assert len(mail()) == MAILS + 1


def test_a_client_that_has_mails_sent_to_many_is_delayed_and_may_still_type_a_code(
    portal: Portal, mail: Callable[[], list[Any]]
) -> None:
    instance = portal(access="mailed-code", sender=SENDER, tries_per_client=10)
    visitor = instance.visitor()
    mailed(visitor.sign_in(ON_ROSTER))
    (message,) = mail()
    post = [("POST", "/", {"data": {"email": f"p{n}@example.com"}}) for n in range(40)]
    assert sorted(a.status_code for a in visitor.ask_all(post)) == [202] * 39 + [429]
    page = visitor.sign_in(ON_ROSTER)
    assert (page.status_code, page.headers["retry-after"]) == (429, "4")
    assert 'name="code"' in page.text
    visit_of(visitor.sign_in(ON_ROSTER, code_in(message)))


def test_a_recipient_that_ses_refuses_is_logged_and_not_told(
    portal: Portal, caplog: pytest.LogCaptureFixture
) -> None:
    instance = portal(access="mailed-code", sender="unverified@example.org")
    mailed(instance.visitor().sign_in(ON_ROSTER))
    assert "portal.mail_refused" in caplog.text


def test_mailing_needs_a_sender(portal: Portal) -> None:
    with pytest.raises(SettingsError, match="sender"):
        portal(access="mailed-code")


def test_a_mail_that_cannot_be_sent_is_not_said_to_have_been(
    portal: Portal, mail: Callable[[], list[Any]], aws: SandboxServer
) -> None:
    instance = portal(access="mailed-code", sender=SENDER)
    operation = "ses.POST /v2/email/outbound-emails"
    control(aws.url, "PUT", "faults", {"errors": {operation: "AccessDeniedException"}})
    answer = instance.visitor().sign_in(ON_ROSTER)
    assert answer.status_code == 500
    assert "Check your mail" not in answer.text
    assert mail() == []
