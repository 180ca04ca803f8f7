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


def test_every_try_is_counted_however_many_instances_count(
    tries: WebAppAttempts, clock: Clock
) -> None:
    with ThreadPoolExecutor(16) as pool:
        counts = list(pool.map(lambda _: tries.count("client#a", clock.now), range(40)))
    assert sorted(counts) == list(range(1, 41))


def test_keys_are_counted_apart_and_windows_end(tries: WebAppAttempts, clock: Clock) -> None:
    assert tries.count("a", clock.now) == 1
    assert tries.count("b", clock.now) == 1
    clock.forward(seconds=WINDOW - int(clock.now.timestamp()) % WINDOW - 1)
    assert tries.count("a", clock.now) == 2
    clock.forward(seconds=1)
    assert tries.count("a", clock.now) == 1


def test_a_try_given_back_is_not_counted_and_there_is_none_below_zero(
    tries: WebAppAttempts, clock: Clock
) -> None:
    for _ in range(3):
        tries.give_back("a", clock.now)
    assert tries.count("a", clock.now) == 1
    tries.give_back("a", clock.now)
    tries.give_back("a", clock.now)
    assert tries.count("a", clock.now) == 1


def test_one_goes_on_in_each_time_of_a_pace(tries: WebAppAttempts, clock: Clock) -> None:
    with ThreadPoolExecutor(8) as pool:
        went = list(pool.map(lambda _: tries.pace("a", 60, clock.now), range(8)))
    assert went.count(True) == 1
    assert tries.pace("b", 60, clock.now)
    clock.forward(seconds=59)
    assert not tries.pace("a", 60, clock.now)
    clock.forward(seconds=1)
    assert tries.pace("a", 60, clock.now)
    assert not tries.pace("a", 60, clock.now)


def test_one_time_codes_work_once_each_in_time_and_side_by_side(
    tries: WebAppAttempts, clock: Clock
) -> None:
    until = clock.now + timedelta(minutes=10)
    for digest in ("one", "two", "three"):
        tries.keep_code(digest, until)
    assert not tries.use_code("four", clock.now)
    assert not tries.use_code("three", until)
    assert tries.use_code("one", clock.now)
    assert not tries.use_code("one", clock.now)
    with ThreadPoolExecutor(8) as pool:
        used = list(pool.map(lambda _: tries.use_code("two", clock.now), range(8)))
    assert used.count(True) == 1


def test_what_the_portal_keeps_expires_and_is_nobody(
    tries: WebAppAttempts, clock: Clock, hackathon: Hackathon, world: DemoData
) -> None:
    before = hackathon.participants()
    tries.count("a", clock.now)
    tries.pace("a", 60, clock.now)
    tries.keep_code("one", clock.now)
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
    assert len(kept) == 3
    assert all(EXPIRY in item for item in kept)
    state = table.describe_time_to_live(TableName=world.table_name)["TimeToLiveDescription"]
    assert (state["TimeToLiveStatus"], state["AttributeName"]) == ("ENABLED", EXPIRY)
