"""Lease that allows one run per event at a time."""

from __future__ import annotations

import os
import socket
import threading
import time
import uuid
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from studio_core.errors import AwsError, RunBusyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from studio_core.errors import StudioError
    from studio_core.model.runs import Lease

EVERY = "*"
"""In place of an event: the lease of a run on the whole domain, while which no other begins."""

TTL = timedelta(seconds=60)
"""How long a lease must stay unchanged before another run may take it."""


class LeaseStore(Protocol):
    """Where leases are kept; see `studio_core.aws.table.ParticipantsTable`."""

    def take_lease(self, event: str, lease: Lease, over: Lease | None = None) -> None:
        """Take or renew, or take over exactly `over`; RunBusyError when another run has it."""

    def drop_lease(self, event: str, run_id: str) -> None:
        """Give it back when it is still this run's."""

    def lease(self, event: str) -> Lease | None:
        """Return the lease as it is stored."""

    def leased(self) -> set[str]:
        """Return what has a lease, of whomever, over or not."""


def new_run_id() -> str:
    """Return a new run id, `machine:process:random`: it tells whether a run has died."""
    return f"{_machine()}:{os.getpid()}:{uuid.uuid4().hex[:12]}"


class LeaseWatch:
    """Watches other runs' leases: one that nobody renews for its time is over.

    Clocks are not compared: those of two laptops may differ by more than a lease lasts.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: dict[str, tuple[Lease, float]] = {}

    def unchanged(self, event: str, lease: Lease) -> float:
        """Return the seconds for which this lease was seen as it is now."""
        with self._lock:
            now = self._clock()
            known, since = self._seen.get(event, (None, now))
            if known != lease:
                since = now
            self._seen[event] = (lease, since)
            return now - since


class Leases:
    """Takes, renews and gives back the leases of events, for one store."""

    def __init__(
        self,
        store: LeaseStore,
        *,
        clock: Callable[[], datetime],
        watch: LeaseWatch | None = None,
        ttl: timedelta = TTL,
    ) -> None:
        self._store = store
        self._clock = clock
        self._watch = watch or LeaseWatch()
        self._ttl = ttl

    @contextmanager
    def held(
        self,
        events: Iterable[str],
        lease: Lease,
        on_lost: Callable[[StudioError], None],
        *,
        whole_domain: bool = False,
    ) -> Iterator[None]:
        """Hold the leases of these events, renewing them in the background.

        A run on the whole domain holds `EVERY` and all that have a lease too. It takes `EVERY`
        before it looks at the others, and they look at `EVERY` when they have their own: of two
        that begin at once, one sees the other.

        `on_lost` is called, once, when another run has taken one, or when renewing failed
        for longer than a lease lasts, as on a laptop that slept: the run must stop then.

        Raises:
            RunBusyError: Another run holds one; the sentence says whose and since when.
        """
        names: list[str] = []
        stop = threading.Event()
        renewing = threading.Thread(
            target=self._renew, args=(names, lease, stop, on_lost), name="lease", daemon=True
        )
        with ExitStack() as stack:

            def hold(event: str) -> None:
                self._take(event, lease)
                stack.callback(self._drop, event, lease.run_id)
                names.append(event)

            wanted = set(events)
            if whole_domain:
                hold(EVERY)
                wanted |= self._store.leased() - {EVERY}
            for event in sorted(wanted):
                hold(event)
            if not whole_domain and (dead := self._check(EVERY)) is not None:
                self._drop(EVERY, dead.run_id)
            renewing.start()
            try:
                yield
            finally:
                stop.set()
                renewing.join()

    def _take(self, event: str, lease: Lease) -> None:
        """Take a lease, over a run that died and cannot give it back."""
        dated = self._dated(lease)
        try:
            self._store.take_lease(event, dated)
        except RunBusyError:
            self._store.take_lease(event, dated, over=self._check(event))

    def _check(self, event: str) -> Lease | None:
        """Return the lease of another run if that is over, or None if there is none.

        Raises:
            RunBusyError: It is not over.
        """
        holder = self._store.lease(event)
        left = 0.0
        if holder is not None and not _dead_here(holder.run_id):
            left = self._ttl.total_seconds() - self._watch.unchanged(event, holder)
        if holder is not None and left > 0:
            expired = holder.expires < self._clock()
            raise busy(event, holder, left if expired else None) from None
        return holder

    def _renew(
        self,
        events: list[str],
        lease: Lease,
        stop: threading.Event,
        on_lost: Callable[[StudioError], None],
    ) -> None:
        ttl = self._ttl.total_seconds()
        renewed = time.monotonic()
        while not stop.wait(ttl / 3):
            try:
                for event in events:
                    self._store.take_lease(event, self._dated(lease))
                renewed = time.monotonic()
            except RunBusyError as error:
                on_lost(error)
                return
            except AwsError as error:
                if time.monotonic() - renewed >= ttl:
                    on_lost(error)
                    return

    def _dated(self, lease: Lease) -> Lease:
        return replace(lease, expires=self._clock() + self._ttl)

    def _drop(self, event: str, run_id: str) -> None:
        with suppress(AwsError):  # it expires
            self._store.drop_lease(event, run_id)


def busy(event: str, holder: Lease, wait: float | None = None) -> RunBusyError:
    """Return the refusal that names who runs what on an event.

    `wait` is in how many seconds the lease may be taken, when its holder seems to be dead.
    """
    remedy = "Wait for it to end."
    if wait is not None:
        remedy = f"It seems to have died; if so, its lock expires in {max(1, round(wait))} seconds."
    where = "the whole domain" if event == EVERY else event
    return RunBusyError(
        f"{holder.owner} runs {holder.purpose} on {where} since {holder.since:%H:%M:%S} UTC.",
        remedy,
        wait=wait,
    )


def _machine() -> str:
    """Return the host's name and PID namespace: process ids mean nothing outside them."""
    try:
        namespace = Path("/proc/self/ns/pid").readlink().name.strip("pid:[]")
    except OSError:
        namespace = ""
    return f"{socket.gethostname()}/{namespace}"


def _dead_here(run_id: str) -> bool:
    """Return True when the run was one of a process of this machine that has ended."""
    machine, _, rest = run_id.partition(":")
    pid = rest.partition(":")[0]
    # On Windows os.kill(pid, 0) does not look: it ends the process.
    if os.name == "nt" or machine != _machine():
        return False
    if not pid.isdecimal() or int(pid) == os.getpid():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
