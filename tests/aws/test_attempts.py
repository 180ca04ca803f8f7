"""Limits on the web app's tries, counted in the table, and the codes that it mails."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

import boto3
import pytest

from studio_core.aws.attempts import EXPIRY, WINDOW, WebAppAttempts

if TYPE_CHECKING:
    from studio_core.hackathon import Hackathon
    from studio_core.sandbox.demo import DemoData
    from tests.clock import Clock


@pytest.fixture
def tries(world: DemoData) -> WebAppAttempts:
    return WebAppAttempts(boto3.client("dynamodb"), world.table_name, world.event)


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
