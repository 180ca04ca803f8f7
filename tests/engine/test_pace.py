"""The pace of a world whose waits are shorter."""

from __future__ import annotations

from dataclasses import fields

from studio_core.engine.pace import Pace

COUNTS = {"concurrency"}


def test_a_scaled_pace_has_its_times_scaled_and_nothing_else() -> None:
    pace, scaled = Pace(), Pace().scaled(0.5)
    for field in fields(Pace):
        factor = 1 if field.name in COUNTS else 0.5
        assert getattr(scaled, field.name) == factor * getattr(pace, field.name), field.name


def test_times_are_in_their_order() -> None:
    pace = Pace()
    assert 0 < pace.poll_first < pace.poll_gap < pace.poll_most < pace.persistence < pace.patience
    assert 0 < pace.retry_first < pace.retry_most <= pace.settling < pace.persistence
    assert pace.concurrency > 1
