"""Limits on guessing."""

from __future__ import annotations

from studio_core.dashboard.serving.attempts import (
    FORGOTTEN,
    FREE,
    FREE_ADDRESS,
    LONGEST,
    MOST,
    SignInAttempts,
)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def tries(attempts, number, address="10.0.0.1", client="a browser"):
    return [attempts.wrong(address, client) for _ in range(number)]


def test_waits_grow_with_each_wrong_attempt_up_to_a_minute():
    clock = Clock()
    attempts = SignInAttempts(clock=clock)
    assert tries(attempts, FREE) == [0] * FREE
    assert tries(attempts, 5) == [2, 4, 8, 16, 32]
    assert set(tries(attempts, 5)) == {LONGEST}
    clock.now += LONGEST
    assert tries(attempts, 2) == [0, LONGEST]  # whoever has waited is answered, and waits again


def test_another_client_or_address_does_not_wait():
    attempts = SignInAttempts(clock=Clock())
    tries(attempts, FREE + 3)
    assert tries(attempts, 1, client="another browser") == [0]
    assert tries(attempts, 1, address="10.0.0.2") == [0]


def test_clients_with_made_up_names_are_limited_by_their_address():
    attempts = SignInAttempts(clock=Clock())
    waits = [attempts.wrong("10.0.0.1", f"client {number}") for number in range(FREE_ADDRESS + 3)]
    assert waits == [0] * FREE_ADDRESS + [2, 4, 8]
    assert tries(attempts, 1, address="10.0.0.2") == [0]


def test_an_address_and_a_client_without_a_name_have_counters_of_their_own():
    attempts = SignInAttempts(clock=Clock())
    assert tries(attempts, FREE, client="") == [0] * FREE
    assert tries(attempts, 1, client="") == [2]


def test_a_network_of_ipv6_is_one_address():
    attempts = SignInAttempts(clock=Clock())
    for number in range(FREE):
        tries(attempts, 1, address=f"2001:db8::{number}")
    assert tries(attempts, 1, address="2001:db8::99") == [2]
    assert tries(attempts, 1, address="2001:db8:0:1::3") == [0]
    tries(attempts, FREE, address="::ffff:10.0.0.9")
    assert tries(attempts, 1, address="10.0.0.9") == [2]


def test_what_is_long_ago_is_forgotten_and_the_memory_is_limited():
    clock = Clock()
    attempts = SignInAttempts(clock=clock)
    tries(attempts, FREE + 5)
    clock.now += FORGOTTEN + 1
    assert tries(attempts, FREE) == [0] * FREE
    for number in range(MOST):
        attempts.wrong(f"10.{number % 250}.{number // 250}.1", str(number))
    assert len(attempts._counters) == MOST


def test_thirty_people_behind_one_address_may_each_be_wrong_once():
    attempts = SignInAttempts(clock=Clock())
    assert {attempts.wrong("10.0.0.1", f"phone {number}") for number in range(30)} == {0}
    assert attempts.wrong("10.0.0.1", "phone 30") > 0


def test_nobody_is_forgotten_for_a_thousand_others():
    attempts = SignInAttempts(clock=Clock())
    tries(attempts, FREE + 3)
    for number in range(1000):
        attempts.wrong(f"10.1.{number // 250}.{number % 250}", str(number))
    assert tries(attempts, 1) == [16]
