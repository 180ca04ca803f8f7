"""One run at a time, over all organisers."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bench.world import people
from studio_core.engine.lease import EVERY, Leases, LeaseWatch, new_run_id
from studio_core.errors import AwsError, RunBusyError, StudioError
from studio_core.hackathon import Hackathon
from studio_core.model.plans import Scope
from studio_core.model.runs import Lease

Make = Callable[..., Hackathon]
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ANA = Lease("ana@laptop", "setup", "laptop/1:7:aaa", NOW, NOW)
BO = Lease("bo@desk", "purge", "desk/1:7:bbb", NOW, NOW + timedelta(seconds=60))


class Store:
    """Leases in memory, refusing as the table does."""

    def __init__(self, **leases: Lease) -> None:
        self.leases = dict(leases)
        self.failing = False

    def take_lease(self, event: str, lease: Lease, over: Lease | None = None) -> None:
        if self.failing:
            raise AwsError("no network")
        holder = self.leases.get(event)
        if holder is not None and holder.run_id != lease.run_id and holder != over:
            raise RunBusyError("busy")
        self.leases[event] = lease

    def drop_lease(self, event: str, run_id: str) -> None:
        if event in self.leases and self.leases[event].run_id == run_id:
            del self.leases[event]

    def lease(self, event: str) -> Lease | None:
        return self.leases.get(event)

    def leased(self) -> set[str]:
        return set(self.leases)


def leases(store: Store, watch: LeaseWatch | None = None, ahead: float = 0, **more) -> Leases:
    return Leases(store, clock=lambda: NOW + timedelta(seconds=ahead), watch=watch, **more)


@pytest.mark.parametrize("ahead", [0, 90, 3600, -3600])
def test_a_live_lease_is_not_taken_whatever_the_clocks_say(ahead: float) -> None:
    store, seconds = Store(demo=BO), [0.0]
    taking = leases(store, LeaseWatch(lambda: seconds[0]), ahead)
    for beat in range(10):
        store.leases["demo"] = replace(BO, expires=BO.expires + timedelta(seconds=20 * beat))
        with pytest.raises(RunBusyError, match="bo@desk runs purge on demo"):
            taking.held({"demo"}, ANA, lambda _: None).__enter__()
        seconds[0] += 20


@pytest.mark.parametrize("ahead", [0, 90, -3600])
def test_a_lease_that_stays_unchanged_for_its_time_is_taken(ahead: float) -> None:
    store, seconds = Store(demo=BO), [0.0]
    taking = leases(store, LeaseWatch(lambda: seconds[0]), ahead)
    for seconds[0] in (0.0, 59.0):
        with pytest.raises(RunBusyError):
            taking.held({"demo"}, ANA, lambda _: None).__enter__()
    seconds[0] = 60.0
    with taking.held({"demo"}, ANA, lambda _: None):
        assert store.leases["demo"].run_id == ANA.run_id
    assert store.leases == {}


def test_the_wait_for_a_dead_run_is_told_only_when_its_lease_seems_over() -> None:
    for ahead, wait in ((0, None), (61, 60)):
        with pytest.raises(RunBusyError) as caught:
            leases(Store(demo=BO), LeaseWatch(lambda: 0.0), ahead).held(
                {"demo"}, ANA, lambda _: None
            ).__enter__()
        assert caught.value.wait == wait


def test_a_lease_of_the_same_machine_is_taken_only_from_a_process_that_has_ended() -> None:
    machine = new_run_id().split(":")[0]
    ended = replace(BO, run_id=f"{machine}:4194304:bbb")
    with leases(Store(demo=ended)).held({"demo"}, ANA, lambda _: None):
        pass
    elsewhere = replace(BO, run_id=f"{machine.split('/')[0]}/another-namespace:4194304:bbb")
    alive = replace(BO, run_id=f"{machine}:1:bbb")
    for lease in (elsewhere, alive):
        with pytest.raises(RunBusyError):
            leases(Store(demo=lease)).held({"demo"}, ANA, lambda _: None).__enter__()


def test_a_run_is_told_when_another_takes_its_lease() -> None:
    store, told = Store(), list[StudioError]()
    with leases(store, ttl=timedelta(seconds=0.3)).held({"demo"}, ANA, told.append):
        store.leases["demo"] = BO
        _until(lambda: told)
        time.sleep(0.3)
    assert [type(error) for error in told] == [RunBusyError]
    assert store.leases["demo"] == BO


def test_a_run_is_told_when_renewing_fails_past_the_leases_end_and_not_before() -> None:
    store, told = Store(), list[StudioError]()
    with leases(store, ttl=timedelta(seconds=0.6)).held({"demo"}, ANA, told.append):
        store.failing = True
        time.sleep(0.45)
        assert told == []
        _until(lambda: told)
    assert [type(error) for error in told] == [AwsError]


def test_a_lease_is_renewed_well_before_it_ends() -> None:
    store, told = Store(), list[StudioError]()
    clock = [NOW]
    taking = Leases(store, clock=lambda: clock[0], ttl=timedelta(seconds=0.3))
    with taking.held({"demo"}, ANA, told.append):
        clock[0] += timedelta(seconds=30)
        time.sleep(0.2)
        assert store.leases["demo"].expires > NOW + timedelta(seconds=30)
    assert told == []


def test_either_all_leases_of_a_domain_are_held_or_none() -> None:
    store = Store(spring=BO)
    with pytest.raises(RunBusyError, match="on spring"):
        leases(store).held({"autumn", "demo", "spring"}, ANA, lambda _: None).__enter__()
    assert store.leases == {"spring": BO}
    del store.leases["spring"]
    with leases(store).held({"autumn", "demo", "spring"}, ANA, lambda _: None):
        assert set(store.leases) == {"autumn", "demo", "spring"}
    assert store.leases == {}


def _until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_second_organiser_is_told_who_runs_what(
    make_hackathon: Make, hackathon: Hackathon
) -> None:
    hackathon.ensure_table()
    now = datetime.now(UTC)
    lease = Lease("bo@desk", "purge", "elsewhere:1:abc", now, now + timedelta(seconds=60))
    hackathon.table.take_lease(hackathon.settings.event, lease)
    with pytest.raises(RunBusyError, match="bo@desk runs purge"):
        hackathon.run(hackathon.propose_setup(people(2, 1)))
    assert hackathon.observe().profiles == ()
    seen = hackathon.lease()
    assert seen is not None
    assert seen.owner == "bo@desk"


def test_a_dead_runs_lease_is_over_at_once_on_this_machine(hackathon: Hackathon) -> None:
    hackathon.ensure_table()
    now = datetime.now(UTC)
    machine = new_run_id().split(":")[0]
    killed = Lease("ana", "setup", f"{machine}:4194304:abc", now, now + timedelta(seconds=60))
    hackathon.table.take_lease(hackathon.settings.event, killed)
    assert hackathon.run(hackathon.propose_setup(people(3, 1))).ok
    assert hackathon.lease() is None


def test_a_whole_domain_is_purged_only_when_no_event_in_it_has_a_run(
    make_hackathon: Make, hackathon: Hackathon
) -> None:
    other = make_hackathon(event="autumn")
    assert other.run(other.propose_setup(people(2, 1))).ok
    proposal = hackathon.propose_purge(Scope.DOMAIN)
    now = datetime.now(UTC)
    lease = Lease("bo@desk", "setup", "elsewhere:1:abc", now, now)
    with (
        other._backend.leases.held({"autumn"}, lease, lambda _: None),
        pytest.raises(RunBusyError, match="bo@desk runs setup on autumn"),
    ):
        hackathon.start(proposal)
    assert len(hackathon.observe().profiles) == 3
    assert hackathon.run(proposal).ok
    assert hackathon.observe().profiles == ()


def test_whether_a_process_lives_is_seen_without_touching_it() -> None:
    machine = new_run_id().split(":")[0]
    # A hang-up is the smallest signal, and ignored where the tests themselves are to survive it.
    code = "import signal as s, time; s.signal(s.SIGHUP, s.SIG_DFL); print(); time.sleep(60)"
    living = subprocess.Popen([sys.executable, "-uc", code], stdout=subprocess.PIPE)
    try:
        assert living.stdout is not None
        living.stdout.readline()
        held = replace(BO, run_id=f"{machine}:{living.pid}:bbb")
        with pytest.raises(RunBusyError):
            leases(Store(demo=held)).held({"demo"}, ANA, lambda _: None).__enter__()
        with pytest.raises(subprocess.TimeoutExpired):
            living.wait(0.2)
    finally:
        living.kill()
        living.communicate()
    with leases(Store(demo=held)).held({"demo"}, ANA, lambda _: None):
        pass


def test_a_lease_of_this_very_process_is_not_of_a_dead_one() -> None:
    machine, pid, _ = new_run_id().split(":")
    ours = replace(BO, run_id=f"{machine}:{pid}:bbb")
    odd = replace(BO, run_id=f"{machine}:x:bbb")
    for lease in (ours, odd):
        with pytest.raises(RunBusyError):
            leases(Store(demo=lease)).held({"demo"}, ANA, lambda _: None).__enter__()


def test_a_lease_that_is_not_renewed_for_a_moment_is_not_lost() -> None:
    store, told = Store(), list[StudioError]()
    with leases(store, ttl=timedelta(seconds=0.6)).held({"demo"}, ANA, told.append):
        for _ in range(3):
            store.failing = True
            time.sleep(0.3)
            store.failing = False
            time.sleep(0.3)
    assert told == []
    assert store.leases == {}


def test_a_lease_that_was_given_back_meanwhile_is_taken() -> None:
    store = Store(demo=BO)
    refuse = store.take_lease

    def given_back(event: str, lease: Lease, over: Lease | None = None) -> None:
        try:
            refuse(event, lease, over)
        finally:
            store.drop_lease(event, BO.run_id)

    store.take_lease = given_back
    with leases(store).held({"demo"}, ANA, lambda _: None):
        assert store.leases["demo"].run_id == ANA.run_id


def test_a_renewal_that_is_under_way_does_not_bring_the_lease_back() -> None:
    store, renewing = Store(), threading.Event()
    take = store.take_lease

    def slowly(event: str, lease: Lease, over: Lease | None = None) -> None:
        if event in store.leases:
            renewing.set()
            time.sleep(0.3)
        take(event, lease, over)

    store.take_lease = slowly
    with leases(store, ttl=timedelta(seconds=0.3)).held({"demo"}, ANA, lambda _: None):
        assert renewing.wait(5)
    time.sleep(0.5)
    assert store.leases == {}


def test_a_run_on_the_whole_domain_waits_for_every_run_that_goes_on() -> None:
    """Also for one on an event of which there is nothing yet, so that no plan names it."""
    store = Store(autumn=BO)
    with pytest.raises(RunBusyError, match="on autumn"):
        leases(store).held({"demo"}, ANA, lambda _: None, whole_domain=True).__enter__()
    assert store.leases == {"autumn": BO}


def test_no_run_begins_while_one_on_the_whole_domain_goes_on() -> None:
    store = Store()
    with leases(store).held({"demo"}, BO, lambda _: None, whole_domain=True):
        assert set(store.leases) == {EVERY, "demo"}
        with pytest.raises(RunBusyError, match="on the whole domain"):
            leases(store).held({"autumn"}, ANA, lambda _: None).__enter__()
        assert set(store.leases) == {EVERY, "demo"}
    with leases(store).held({"autumn"}, ANA, lambda _: None):
        assert set(store.leases) == {"autumn"}


def test_of_two_runs_that_begin_at_once_one_sees_the_other() -> None:
    """Between the moments at which each takes its first lease and looks at the other's."""
    store = Store()
    listed = store.leased

    def leased() -> set[str]:
        with pytest.raises(RunBusyError, match="on the whole domain"):
            leases(store).held({"autumn"}, ANA, lambda _: None).__enter__()
        return listed()

    store.leased = leased  # type: ignore[method-assign]  # another run begins here
    with leases(store).held({"demo"}, BO, lambda _: None, whole_domain=True):
        assert set(store.leases) == {EVERY, "demo"}


def test_a_dead_run_on_the_whole_domain_holds_nobody_up_twice() -> None:
    store, seconds = Store(**{EVERY: BO}), [0.0]
    taking = leases(store, LeaseWatch(lambda: seconds[0]))
    with pytest.raises(RunBusyError):
        taking.held({"demo"}, ANA, lambda _: None).__enter__()
    seconds[0] = 61
    with taking.held({"demo"}, ANA, lambda _: None):
        assert set(store.leases) == {"demo"}


def test_a_machine_without_namespaces_is_known_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def readlink(_: Path) -> Path:
        raise FileNotFoundError

    monkeypatch.setattr(Path, "readlink", readlink)
    machine, pid, _ = new_run_id().split(":")
    assert machine == f"{socket.gethostname()}/"
    assert pid == str(os.getpid())
