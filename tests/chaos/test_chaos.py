"""Some random sequences, the same ones at every run; `make soak` has a thousand."""

from __future__ import annotations

import pytest
from hypothesis import settings

from tests.chaos.soak import SETTINGS, play


@pytest.mark.slow
def test_nothing_is_lost_or_crossed_whatever_people_and_networks_do() -> None:
    outcome = play(settings(SETTINGS, max_examples=10, derandomize=True))
    assert outcome.ok, str(outcome)
    assert outcome.sequences >= 10
