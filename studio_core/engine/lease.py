"""One run at a time: holding the event's lease while a run goes on."""

from __future__ import annotations

import os
import socket
import threading
import uuid
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from studio_core.errors import AwsError, NotFoundError, RunBusyError, StudioError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from studio_core.model.runs import Lease

TTL = timedelta(seconds=60)
"""How long a lease lasts that nobody renews: after a crash on another machine, the wait."""


class LeaseStore(Protocol):
    """Where leases are kept; see `studio_core.aws.table.ParticipantsTable`."""

    def ensure(self) -> bool:
        """Make the place when it is missing."""

    def take_lease(self, event: str, lease: Lease, now: datetime, over: str = "") -> None:
        """Take or renew; RunBusyError when another run holds it."""

    def drop_lease(self, event: str, run_id: str) -> None:
        """Give it back when it is still this run's."""

    def lease(self, event: str) -> Lease | None:
        """The lease as it stands."""


def new_run_id() -> str:
    """Name a run: machine, process and a random part, by which a dead one can be told."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:12]}"


@contextmanager
def held(
    store: LeaseStore,
    event: str,
    lease: Lease,
    *,
    clock: Callable[[], datetime],
    on_lost: Callable[[StudioError], None],
    ttl: timedelta = TTL,
) -> Iterator[None]:
    """Hold the event's lease, renewing it in the background.

    `on_lost` is called, once, when another run has taken it, as happens when a laptop
    slept past the lease's end: the run must stop then.

    Raises:
        RunBusyError: Another run holds it; the sentence says whose and since when.
    """

    def take(over: str = "") -> None:
        now = clock()
        store.take_lease(event, replace(lease, expires=now + ttl), now, over)

    _take_first(store, event, take)
    stop = threading.Event()

    def renew() -> None:
        while not stop.wait(ttl.total_seconds() / 3):
            try:
                take()
            except RunBusyError as error:
                on_lost(error)
                return
            except AwsError:
                continue  # the lease outlasts two failed renewals

    thread = threading.Thread(target=renew, name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        with suppress(AwsError):  # it ends by itself
            store.drop_lease(event, lease.run_id)


def _take_first(store: LeaseStore, event: str, take: Callable[[str], None]) -> None:
    """Take the lease, over a run of this machine that was killed and cannot give it back."""
    try:
        take("")
    except NotFoundError:
        store.ensure()
        take("")
    except RunBusyError:
        holder = store.lease(event)
        if holder is None or not _dead_here(holder.run_id):
            raise
        take(holder.run_id)


def _dead_here(run_id: str) -> bool:
    """True when the run was one of a process of this machine that is no more."""
    host, _, rest = run_id.partition(":")
    pid = rest.partition(":")[0]
    if host != socket.gethostname() or not pid.isdecimal() or int(pid) == os.getpid():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
