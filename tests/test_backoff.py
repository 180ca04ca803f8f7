"""Pauses grow from the first to the longest and never beyond."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from studio_core.backoff import backoff


def test_each_pause_is_twice_the_last_until_the_longest():
    assert [backoff(n, 0.5, 10) for n in range(1, 8)] == [0.5, 1, 2, 4, 8, 10, 10]


def test_without_growth_all_pauses_are_the_first():
    assert {backoff(n, 0.5, 10, growth=1) for n in (1, 2, 100, 10**6)} == {0.5}


@given(st.integers(1, 10**9), st.floats(0.001, 100), st.floats(1, 5))
def test_any_number_of_attempts_has_a_pause(attempt, first, growth):
    pauses = [backoff(n, first, 100, growth) for n in (attempt, attempt + 1)]
    assert all(0 < pause <= 100 for pause in pauses)
    assert all(one <= next_ for one, next_ in pairwise(pauses))
