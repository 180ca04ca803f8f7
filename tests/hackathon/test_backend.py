"""Clients and threads behind the face: who calls, whose rows, and when the threads go."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bench.world import people
from studio_core.aws.rows import RowChange
from studio_core.model.people import Record

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio_core.hackathon import Hackathon
    from tests.control import Control


def test_the_threads_go_when_nobody_uses_them_any_more(hackathon: Hackathon) -> None:
    backend = hackathon._backend
    with backend.in_use():
        with backend.in_use():
            backend.close()
            assert backend.executor.submit(int).result() == 0
        assert backend.executor.submit(int).result() == 0
    with pytest.raises(RuntimeError):
        backend.executor.submit(int)


def test_threads_that_nobody_uses_go_at_once_and_used_ones_stay_until_closed(
    make_hackathon: Callable[..., Hackathon],
) -> None:
    idle, used = make_hackathon()._backend, make_hackathon()._backend
    idle.close()
    with pytest.raises(RuntimeError):
        idle.executor.submit(int)
    with used.in_use():
        pass
    assert used.executor.submit(int).result() == 0


def test_what_waits_for_a_thread_when_it_closes_is_not_called_any_more(
    hackathon: Hackathon,
) -> None:
    executor, go_on = hackathon._backend.executor, threading.Event()
    busy = [executor.submit(go_on.wait, 10) for _ in range(executor._max_workers)]
    waiting = executor.submit(go_on.wait, 10)
    hackathon.close()
    go_on.set()
    assert waiting.cancelled()
    assert all(future.result() for future in busy)


def test_who_calls_is_asked_again_after_a_while(hackathon: Hackathon, control: Control) -> None:
    backend, now = hackathon._backend, [datetime(2026, 11, 24, tzinfo=UTC)]
    backend.clock = lambda: now[0]
    control.forget()
    for seconds, asked in ((0, 1), (9, 1), (1, 2), (0, 2)):
        now[0] += timedelta(seconds=seconds)
        assert backend.ask_identity(timedelta(seconds=10)).account == "123456789012"
        assert control.calls()["sts.GetCallerIdentity"] == asked
    backend.ask_identity()
    assert control.calls()["sts.GetCallerIdentity"] == 3


def test_people_are_those_of_this_event_on_this_domain(
    make_hackathon: Callable[..., Hackathon],
) -> None:
    hackathon = make_hackathon()
    assert hackathon.run(hackathon.propose_setup(people(2, 1))).ok
    backend, domain = hackathon._backend, hackathon.settings.domain_id
    others = [
        Record("spring@ai.se", "1", domain, "spring", "a", "b"),
        Record("far@ai.se", "1", "d-far", hackathon.settings.event, "a", "b"),
        Record("old@ai.se", "1", domain),
        Record("older@ai.se", "1", ""),
        Record("far-old@ai.se", "1", "d-far"),
    ]
    assert backend.table.write([RowChange(None, record) for record in others]) == set()
    ours = [p.email for p in people(2, 1).participants]
    assert sorted(record.email for record in backend.people()) == ours
    assert [record.email for record in backend.person(ours[0])] == ours[:1]
    for record in others:
        assert backend.person(record.email) == []
    assert backend.from_before() == ["old@ai.se", "older@ai.se"]
    missing = make_hackathon(table_name="missing")._backend
    assert missing.people() == missing.person(ours[0]) == missing.from_before() == []
