"""Judge where a request comes from: the name it was sent to, and the page that sent it."""

from __future__ import annotations

import ipaddress
import socket
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import idna

if TYPE_CHECKING:
    from starlette.datastructures import Headers

_DEFAULT_PORTS = {"http": 80, "https": 443}


def origin(url: str | None) -> str:
    """Return scheme, host and port of a URL, or an empty text."""
    parts = urlsplit(url or "")
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme and parts.netloc else ""


def name_is_ours(host: str, address: str) -> bool:
    """Return whether a Host header names this server.

    Args:
        host: The header.
        address: The web app's address by the settings; without one, any name is ours.
    """
    known = _authority(address)[0]
    name = _authority(f"//{host}")[0]
    machine = socket.gethostname().lower()
    if not known or name in {known, "localhost", machine, f"{machine}.local"}:
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True  # another site's name cannot be made to lead here by it


def sent_by_us(headers: Headers, address: str) -> bool:
    """Return whether a request may have been sent by one of our own pages, or by no page at all.

    Browsers send Sec-Fetch-Site over HTTPS and to this machine alone (Fetch Metadata, section 2),
    and otherwise Origin with a form, or Referer. A program that sends none of them has no
    visitor whom it could sign in under another identity.

    Args:
        headers: Of the request.
        address: The web app's address by the settings, or empty.
    """
    sites = headers.getlist("sec-fetch-site")
    if sites:
        return set(sites) <= {"same-origin", "none"}
    claimed = headers.getlist("origin") or headers.getlist("referer")
    own = {_authority(f"//{headers.get('host', '')}"), _authority(address)}
    return all(_authority(each) in own - {("", None)} for each in claimed)


def _authority(url: str) -> tuple[str, int | None]:
    """Return host and port of a URL, without the port that its scheme implies."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "", None
    implied = {_DEFAULT_PORTS.get(parts.scheme)} if parts.scheme else _DEFAULT_PORTS.values()
    host = (parts.hostname or "").lower()
    with suppress(UnicodeError):  # browsers send the ASCII form of a name
        host = host if host.isascii() else idna.encode(host, uts46=True).decode("ascii")
    return host, None if port in implied else port
