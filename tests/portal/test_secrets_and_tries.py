from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from studio_core.access.roles import Actor, Role
from studio_core.aws.attempts import EXPIRY, WINDOW, WebAppAttempts
from studio_core.aws.secrets import Secrets
from studio_core.errors import AccessDeniedError, GuardError, SettingsError
from studio_core.hackathon.sign_in import CODES_KEPT
from studio_core.model.people import Participant, Roster
from studio_core.sandbox.demo import DemoData, control

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio_core.hackathon import Hackathon
    from studio_core.sandbox.serving.server import SandboxServer
    from tests.portal.conftest import Clock

NAME = "/studio-cli/demo/secret"


@pytest.fixture
def ssm(sandbox: SandboxServer) -> Any:
    return boto3.client("ssm")


@pytest.fixture
def tries(world: DemoData) -> WebAppAttempts:
    return WebAppAttempts(boto3.client("dynamodb"), world.table_name, world.event)


def test_the_secret_is_made_once_and_encrypted(ssm: Any) -> None:
    first = Secrets(ssm, "demo").ensure()
    assert Secrets(ssm, "demo").ensure() == first
    kept = ssm.get_parameter(Name=NAME)["Parameter"]
    assert kept["Type"] == "SecureString"
    assert first.event_code.replace("-", "") not in kept["Value"]


def test_two_who_make_it_at_once_have_the_same(ssm: Any) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: Secrets(ssm, "demo").ensure(), range(8)))
    assert len({codes.secret for codes in made}) == 1


def test_rotating_keeps_the_secret_and_changes_the_codes(ssm: Any) -> None:
    secrets = Secrets(ssm, "demo")
    old = secrets.ensure()
    new = secrets.rotate()
    assert (new.version, new.secret) == (old.version + 1, old.secret)
    assert secrets.read() == new
    assert new.event_code != old.event_code


def test_no_secret_is_none_and_dropping_it_twice_is_no_matter(ssm: Any) -> None:
    secrets = Secrets(ssm, "demo")
    assert secrets.read() is None
    secrets.ensure()
    secrets.drop()
    secrets.drop()
    assert secrets.read() is None


@pytest.mark.parametrize("value", ["hello", "{}", '{"secret": "AAAA", "version": 1}', "[1]"])
def test_a_parameter_that_is_something_else_is_not_overwritten(ssm: Any, value: str) -> None:
    ssm.put_parameter(Name=NAME, Type="SecureString", Value=value)
    for act in (Secrets(ssm, "demo").ensure, Secrets(ssm, "demo").rotate):
        with pytest.raises(SettingsError, match="does not hold a secret"):
            act()
    assert ssm.get_parameter(Name=NAME, WithDecryption=True)["Parameter"]["Value"] == value


def test_what_is_not_allowed_names_the_permission(ssm: Any, sandbox: SandboxServer) -> None:
    errors = {"ssm.GetParameter": "AccessDeniedException"}
    control(sandbox.url, "PUT", "faults", {"errors": errors})
    with pytest.raises(AccessDeniedError) as refused:
        Secrets(ssm, "demo").read()
    assert "ssm:GetParameter" in refused.value.remedy


def test_a_first_setup_makes_the_event_code(hackathon: Hackathon, ssm: Any) -> None:
    hackathon.run(hackathon.propose_setup(Roster((Participant("new@example.com", "1"),))))
    deadline = time.monotonic() + 10
    while Secrets(ssm, "demo").read() is None:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_setup_goes_through_where_parameter_store_is_forbidden(
    hackathon: Hackathon, sandbox: SandboxServer
) -> None:
    errors = {f"ssm.{name}": "AccessDeniedException" for name in ("GetParameter", "PutParameter")}
    control(sandbox.url, "PUT", "faults", {"errors": errors})
    report = hackathon.run(hackathon.propose_setup(Roster((Participant("new@example.com", "1"),))))
    assert report.ok
    with pytest.raises(AccessDeniedError):
        hackathon.codes()


def test_helpers_get_no_codes(hackathon: Hackathon) -> None:
    helper = hackathon.acting_as(Actor("hugo", Role.HELPER))
    for act in (helper.codes, helper.rotate_codes):
        with pytest.raises(GuardError):
            act()


def test_codes_are_read_again_when_they_have_been_kept_long_enough(
    make_hackathon: Callable[..., Hackathon], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal, organiser = make_hackathon(), make_hackathon()
    monkeypatch.setattr(portal.sign_in, "clock", clock)
    old = portal.sign_in.recent_codes()
    new = organiser.rotate_codes()
    assert portal.sign_in.recent_codes() == old
    clock.forward(seconds=CODES_KEPT.total_seconds())
    assert portal.sign_in.recent_codes() == new
    noted = organiser.audit.entries()
    assert any(entry.deed == "access codes renewed" for entry in noted)


def test_no_try_too_many_however_many_instances_count(tries: WebAppAttempts, clock: Clock) -> None:
    with ThreadPoolExecutor(16) as pool:
        waits = list(pool.map(lambda _: tries.take("client#a", 7, clock.now), range(40)))
    assert waits.count(0) == 7
    assert {0 < wait <= WINDOW for wait in waits if wait} == {True}


def test_keys_are_counted_apart_and_windows_end(tries: WebAppAttempts, clock: Clock) -> None:
    assert tries.take("a", 1, clock.now) == 0
    assert tries.take("b", 1, clock.now) == 0
    wait = tries.take("a", 1, clock.now)
    clock.forward(seconds=wait - 1)
    assert tries.take("a", 1, clock.now) == 1
    clock.forward(seconds=1)
    assert tries.take("a", 1, clock.now) == 0


def test_a_try_given_back_can_be_taken_again_and_no_more(
    tries: WebAppAttempts, clock: Clock
) -> None:
    for _ in range(3):
        tries.give_back("a", clock.now)
    assert tries.take("a", 1, clock.now) == 0
    assert tries.take("a", 1, clock.now) > 0
    tries.give_back("a", clock.now)
    assert tries.take("a", 1, clock.now) == 0
    assert tries.take("a", 1, clock.now) > 0


def test_a_one_time_code_works_once_and_in_time_and_the_last_one_alone(
    tries: WebAppAttempts, clock: Clock
) -> None:
    until = clock.now + timedelta(minutes=10)
    tries.keep_code("ada", "one", until)
    tries.keep_code("ada", "two", until)
    assert not tries.use_code("ada", "one", clock.now)
    assert not tries.use_code("grace", "two", clock.now)
    assert not tries.use_code("ada", "two", until)
    with ThreadPoolExecutor(8) as pool:
        used = list(pool.map(lambda _: tries.use_code("ada", "two", clock.now), range(8)))
    assert used.count(True) == 1


def test_what_the_portal_keeps_expires_and_is_nobody(
    tries: WebAppAttempts, clock: Clock, hackathon: Hackathon, world: DemoData
) -> None:
    before = hackathon.participants()
    tries.take("a", 1, clock.now)
    tries.keep_code("ada", "one", clock.now)
    tries.let_expire()
    tries.let_expire()
    assert hackathon.participants() == before
    assert hackathon.observe().foreign == ()
    table = boto3.client("dynamodb")
    kept = [
        item
        for item in table.scan(TableName=world.table_name)["Items"]
        if "@" not in item["pk"]["S"]
    ]
    assert len(kept) == 2
    assert all(EXPIRY in item for item in kept)
    state = table.describe_time_to_live(TableName=world.table_name)["TimeToLiveDescription"]
    assert (state["TimeToLiveStatus"], state["AttributeName"]) == ("ENABLED", EXPIRY)
