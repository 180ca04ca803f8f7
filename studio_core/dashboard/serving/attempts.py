"""Slow down wrong sign-in attempts, by address and client, without shutting anybody out."""

from __future__ import annotations

import ipaddress
import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

FREE = 5
"""Wrong attempts of a client at an address before it has to wait."""

FREE_ADDRESS = 30
"""The same for all clients at an address together: a whole venue may share one."""

LONGEST = 60.0
"""Seconds of the longest wait; each is twice as long as the one before."""

FORGOTTEN = 900.0
"""Seconds without a wrong attempt after which the counting begins anew."""

MOST = 10_000
"""Counters kept; the oldest goes first, so that an attacker cannot fill the memory."""


@dataclass(slots=True)
class _Counter:
    wrong: int = 0
    last: float = 0.0
    until: float = 0.0


class SignInAttempts:
    """Counters of wrong attempts. Not thread-safe: one event loop uses it.

    It is asked only about wrong tokens, so the right one works whatever the counters say. An
    IPv6 address counts as its /64 network, which is what one customer gets.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._counters: dict[tuple[str, str | None], _Counter] = {}

    def wrong(self, address: str, client: str) -> int:
        """Count a wrong attempt; return 0, or the seconds that it should have waited.

        Args:
            address: Network address.
            client: What tells clients at one address apart, such as the User-Agent.
        """
        network = _network(address)
        mine = self._count((network, client[:200]), FREE)
        return max(mine, self._count((network, None), FREE_ADDRESS))

    def _count(self, key: tuple[str, str | None], free: int) -> int:
        now = self._clock()
        counter = self._counters.pop(key, None)
        if counter is None or now - counter.last > FORGOTTEN:
            counter = _Counter()
        self._counters[key] = counter  # at the end, as the newest
        while len(self._counters) > MOST:
            del self._counters[next(iter(self._counters))]
        waited = now >= counter.until
        counter.wrong += 1
        counter.last = now
        if counter.wrong >= free:
            counter.until = now + min(2.0 ** min(counter.wrong - free, 10), LONGEST)
        return 0 if waited else math.ceil(counter.until - now)


def _network(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
