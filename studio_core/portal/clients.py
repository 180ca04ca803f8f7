"""Identify the client of a request, as far as headers can be trusted."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

UNKNOWN = "unknown"
_IPV6_NETWORK = 64  # a household or phone has a whole network of this size


def client_of(peer: str | None, forwarded: Iterable[str], trusted: str) -> str:
    """Return the client that attempts are counted for.

    Args:
        peer: Address of the connection, or in API Gateway's event.
        forwarded: Values of X-Forwarded-For headers, which anybody can send.
        trusted: Address of the trusted proxy, or empty. It appends the client, so only the
            last address counts.

    Returns:
        An IPv4 address, an IPv6 network, or `unknown`.
    """
    found = _address(peer or "")
    if found is not None and trusted and found == _address(trusted):
        found = _address(",".join(forwarded).rpartition(",")[2]) or found
    if found is None:
        return UNKNOWN
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, _IPV6_NETWORK), strict=False))
    return str(found)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
