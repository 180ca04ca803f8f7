"""Limits on guessing."""

from __future__ import annotations

from studio_core.dashboard.serving.attempts import WINDOW, SignInAttempts


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_an_address_waits_after_too_many_wrong_tries_and_others_do_not():
    clock = Clock()
    tries = SignInAttempts(each=3, everyone=100, clock=clock)
    for _ in range(3):
        assert tries.wait("10.0.0.1") == 0
        tries.wrong("10.0.0.1")
        clock.now += 1
    assert tries.wait("10.0.0.1") == WINDOW - 3
    assert tries.wait("10.0.0.2") == 0
    clock.now += WINDOW - 3
    assert tries.wait("10.0.0.1") == 0


def test_many_addresses_together_are_limited_too():
    clock = Clock()
    tries = SignInAttempts(each=3, everyone=5, clock=clock)
    for number in range(5):
        tries.wrong(f"10.0.0.{number}")
    assert tries.wait("10.0.9.9") == WINDOW
    clock.now += WINDOW
    assert tries.wait("10.0.9.9") == 0


def test_a_network_of_ipv6_is_one_address():
    tries = SignInAttempts(each=2, everyone=100, clock=Clock())
    tries.wrong("2001:db8::1")
    tries.wrong("2001:db8::2")
    assert tries.wait("2001:db8::3") > 0
    assert tries.wait("2001:db8:0:1::3") == 0
    tries.wrong("::ffff:10.0.0.1")
    tries.wrong("10.0.0.1")
    assert tries.wait("10.0.0.1") > 0


def test_what_is_over_is_forgotten():
    clock = Clock()
    tries = SignInAttempts(each=3, everyone=100, clock=clock)
    for number in range(50):
        tries.wrong(f"10.0.0.{number}")
    clock.now += WINDOW
    tries.wait("10.0.0.1")
    assert not tries._by_address
    assert not tries._all
