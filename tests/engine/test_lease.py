"""One run at a time, over all organisers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from bench.world import people
from studio_core.engine.lease import new_run_id
from studio_core.errors import RunBusyError
from studio_core.hackathon import Hackathon
from studio_core.model.runs import Lease

Make = Callable[..., Hackathon]


def test_a_second_organiser_is_told_who_runs_what(
    make_hackathon: Make, hackathon: Hackathon
) -> None:
    hackathon.ensure_table()
    now = datetime.now(UTC)
    lease = Lease("bo@desk", "purge", "elsewhere:1:abc", now, now + timedelta(seconds=60))
    hackathon.table.take_lease(hackathon.settings.event, lease, now)
    with pytest.raises(RunBusyError, match="bo@desk runs purge"):
        hackathon.run(hackathon.propose_setup(people(2, 1)))
    assert hackathon.observe().profiles == ()
    seen = hackathon.lease()
    assert seen is not None
    assert seen.owner == "bo@desk"


def test_a_dead_runs_lease_is_over_after_a_while_and_at_once_on_this_machine(
    hackathon: Hackathon,
) -> None:
    hackathon.ensure_table()
    now = datetime.now(UTC)
    event = hackathon.settings.event
    over = Lease("bo@desk", "purge", "elsewhere:1:abc", now, now - timedelta(seconds=1))
    hackathon.table.take_lease(event, over, now - timedelta(seconds=60))
    assert hackathon.run(hackathon.propose_setup(people(2, 1))).ok
    host = new_run_id().split(":")[0]
    killed = Lease("ana@laptop", "setup", f"{host}:4194304:abc", now, now + timedelta(seconds=60))
    hackathon.table.take_lease(event, killed, now)
    assert hackathon.run(hackathon.propose_setup(people(3, 1))).ok
    assert hackathon.lease() is None
