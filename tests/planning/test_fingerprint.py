"""The fingerprint of a plan."""

from __future__ import annotations

from studio_core.planning.fingerprint import fingerprint
from studio_core.planning.setup import plan_setup
from tests.planning.worlds import (
    TEMPLATE,
    empty,
    roster,
)

BOTH = roster(("niklas@amazon.com", "1"), ("niklas@ai.se", "2"))


def test_the_fingerprint_sees_changes_and_not_statuses() -> None:
    plan = plan_setup(BOTH, empty(), TEMPLATE)
    assert fingerprint(plan) == fingerprint(plan_setup(BOTH, empty(), TEMPLATE))
    moved = roster(("niklas@amazon.com", "2"), ("niklas@ai.se", "2"))
    assert fingerprint(plan) != fingerprint(plan_setup(moved, empty(), TEMPLATE))
