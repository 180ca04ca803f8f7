"""Access to the dashboard: mode, tokens, hosts and origins."""

from __future__ import annotations

import ipaddress
import os
import secrets
import socket
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from studio_core.access.addresses import host_key
from studio_core.access.roles import split_list
from studio_core.errors import GuardError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from studio_core.config import Settings

TOKEN = "STUDIO_TOKEN"  # noqa: S105 - the name of a variable
HELPER_TOKEN = "STUDIO_HELPER_TOKEN"  # noqa: S105 - the name of a variable
HOSTS = "STUDIO_HOSTS"
MODE = "STUDIO_DASHBOARD_ACCESS"
VARIABLES = (TOKEN, HELPER_TOKEN, HOSTS, MODE)

SHORTEST = 16
"""Minimum length of a token where other machines can guess it."""


class Mode(StrEnum):
    """How visitors authenticate."""

    TOKEN = "token"  # noqa: S105 - a word
    OIDC = "oidc"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class GateSettings:
    """Settings of the gate. Tokens are credentials, so they are not in the repr.

    `hosts` are names of the dashboard besides those of this machine; with one, others can reach
    it through a proxy.
    """

    mode: Mode = Mode.TOKEN
    token: str = field(default="", repr=False)
    helper_token: str = field(default="", repr=False)
    hosts: tuple[str, ...] = ()

    def environment(self) -> dict[str, str]:
        """Return the variables from which `from_environ` restores these settings."""
        values = {
            MODE: self.mode.value,
            TOKEN: self.token,
            HELPER_TOKEN: self.helper_token,
            HOSTS: ",".join(self.hosts),
        }
        return {name: value for name, value in values.items() if value}

    def entrance(self, address: str, port: int, *, helper: bool = False) -> str:
        """Return the URL to open, with the token in mode TOKEN."""
        host = "127.0.0.1" if address in {"", "0.0.0.0", "::"} else address  # noqa: S104 - compared
        host = f"[{host}]" if ":" in host else host
        token = self.helper_token if helper else self.token
        return f"http://{host}:{port}/" + (f"?token={token}" if self.mode is Mode.TOKEN else "")


def new_token() -> str:
    """Return a random token: 256 bits as letters, digits, - and _."""
    return secrets.token_urlsafe(32)


def choose_access(
    settings: Settings,
    *,
    token: str | None = None,
    open_access: bool = False,
    oidc_configured: bool = False,
    environ: Mapping[str, str] = os.environ,
) -> GateSettings:
    """Return how visitors authenticate, secure by default.

    OPEN on request; OIDC when a provider is configured, organisers are listed and no token
    is given; else TOKEN, with a random token unless one is set.

    Raises:
        SettingsError: The tokens of organisers and helpers are the same.
        GuardError: Others can reach it by a name in `STUDIO_HOSTS`, and access would be open or
            a token easy to guess.
    """
    chosen = token or environ.get(TOKEN, "")
    hosts = tuple(split_list(environ.get(HOSTS, "")))
    if open_access:
        return _checked(GateSettings(Mode.OPEN, hosts=hosts))
    if oidc_configured and settings.organisers and not chosen:
        return GateSettings(Mode.OIDC, hosts=hosts)
    helper = environ.get(HELPER_TOKEN, "")
    return _checked(GateSettings(Mode.TOKEN, chosen or new_token(), helper, hosts))


def from_environ(environ: Mapping[str, str] = os.environ) -> GateSettings:
    """Return the launcher's settings; without any, a random token that nobody knows.

    Raises:
        SettingsError: A variable is invalid.
        GuardError: As of `choose_access`.
    """
    text = environ.get(MODE) or Mode.TOKEN.value
    try:
        mode = Mode(text)
    except ValueError:
        raise SettingsError(
            f"{MODE} cannot be {text!r}.", f"Choose one of {', '.join(Mode)}."
        ) from None
    hosts = tuple(split_list(environ.get(HOSTS, "")))
    if mode is not Mode.TOKEN:
        return _checked(GateSettings(mode, hosts=hosts))
    token = environ.get(TOKEN) or new_token()
    return _checked(GateSettings(mode, token, environ.get(HELPER_TOKEN, ""), hosts))


def check_binding(address: str, access: GateSettings) -> None:
    """Raise if the dashboard may not listen at an address.

    Args:
        address: Address to listen at; empty means every address.
        access: How visitors authenticate.

    Raises:
        GuardError: Other machines could reach it without a token or a sign-in, or with a
            token that is easy to guess.
    """
    if not is_loopback(address):
        _check_reach(address or "every address", access)


def is_loopback(address: str) -> bool:
    """Return whether only this machine can reach the address; empty means every address."""
    if address.casefold() == "localhost":
        return True
    try:
        return ipaddress.ip_address(address.strip("[]").partition("%")[0]).is_loopback
    except ValueError:
        return False


def host_allowed(host: str, access: GateSettings) -> bool:
    """Return whether a Host header names this dashboard; protects against DNS rebinding.

    A web page can point its own name here, but not change the name that the browser sends.
    IP addresses cannot be rebound, so they are allowed.
    """
    name = host_name(host)
    if name is None:
        return False
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        own = {"localhost", socket.gethostname().lower(), *map(host_key, access.hosts)}
        return name in own
    return True


def host_name(host: str) -> str | None:
    """Return the lower-case name in a Host header or authority, or None when malformed."""
    text = host_key(host)
    if text.startswith("["):
        name, bracket, rest = text[1:].partition("]")
        port = rest.removeprefix(":") if rest.startswith(":") else rest and "-"
        return name if bracket and (not port or port.isdecimal()) else None
    name, colon, port = text.partition(":")
    if colon and not port.isdecimal():
        return None
    name = name.removesuffix(".")
    return name or None


def origin_allowed(origin: str | None, host: str, access: GateSettings) -> bool:
    """Return whether a request comes from a page of this dashboard, or from no page.

    Browsers send Origin with WebSockets and with every request that changes something.
    Programs send none, and need a credential anyway.
    """
    if origin is None:
        return True
    scheme, separator, authority = origin.partition("://")
    if not separator or scheme.casefold() not in {"http", "https"}:
        return False
    if host_key(authority) == host_key(host):
        return True
    # A proxy may have changed the Host header, so listed names are allowed too.
    return host_name(authority) in set(map(host_key, access.hosts))


def _checked(access: GateSettings) -> GateSettings:
    if access.mode is Mode.TOKEN and access.token == access.helper_token:
        raise SettingsError(
            f"{TOKEN} and {HELPER_TOKEN} are the same.",
            "Helpers may do less than organisers, so they need another one.",
        )
    if access.hosts:  # a proxy brings others here, wherever the server listens
        _check_reach(" and ".join(access.hosts), access)
    return access


def _check_reach(where: str, access: GateSettings) -> None:
    """Raise unless access is safe at a place that others can reach."""
    if access.mode is Mode.OPEN:
        raise GuardError(
            f"Open access is for this machine alone, and {where} can be reached by others.",
            "Leave --open away (a token is then asked for), or listen on 127.0.0.1 and unset "
            f"{HOSTS}.",
        )
    if access.mode is Mode.TOKEN:
        for name, token in ((TOKEN, access.token), (HELPER_TOKEN, access.helper_token)):
            if token and len(token) < SHORTEST:
                raise GuardError(
                    f"The token in {name} is too short for {where}, which others can reach.",
                    f"Take one of {SHORTEST} characters or more, or leave it out: one is made up.",
                )
