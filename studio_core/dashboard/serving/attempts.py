"""Limit wrong sign-in attempts per address and in total."""

from __future__ import annotations

import ipaddress
import time
from collections import defaultdict, deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

EACH = 10
"""Wrong attempts per address and `WINDOW`."""

ALL = 300
"""Wrong attempts from all addresses together per `WINDOW`."""

WINDOW = 60.0
"""Seconds that a wrong attempt counts."""


class SignInAttempts:
    """Wrong attempts in a sliding window. Not thread-safe: one event loop uses it.

    An IPv6 address counts as its /64 network, which is what one customer gets.
    """

    def __init__(
        self, *, each: int = EACH, everyone: int = ALL, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._each = each
        self._everyone = everyone
        self._clock = clock
        self._by_address: dict[str, deque[float]] = defaultdict(deque)
        self._all: deque[float] = deque()

    def wait(self, address: str) -> int:
        """Return the seconds until the address may try again, or 0."""
        self._forget()
        own = self._by_address.get(_network(address), deque())
        waits = [0.0]
        if len(own) >= self._each:
            waits.append(own[0] + WINDOW - self._clock())
        if len(self._all) >= self._everyone:
            waits.append(self._all[0] + WINDOW - self._clock())
        return int(max(waits) + 0.999)

    def wrong(self, address: str) -> None:
        """Count a wrong attempt."""
        now = self._clock()
        self._by_address[_network(address)].append(now)
        self._all.append(now)

    def _forget(self) -> None:
        horizon = self._clock() - WINDOW
        while self._all and self._all[0] <= horizon:
            self._all.popleft()
        for address in list(self._by_address):
            own = self._by_address[address]
            while own and own[0] <= horizon:
                own.popleft()
            if not own:
                del self._by_address[address]


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
