"""Requests that no credential makes good: by a wrong name, from another site or machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse

from studio_core.dashboard.serving.responses import SAFE_METHODS, client_address, refusal
from studio_core.dashboard.serving.tokens import Mode, host_allowed, is_loopback, origin_allowed

if TYPE_CHECKING:
    from starlette.datastructures import Headers
    from starlette.responses import Response
    from starlette.types import Scope

    from studio_core.dashboard.serving.tokens import GateSettings

# A proxy adds one of these, so the client is not the machine that connects.
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


def refused(scope: Scope, headers: Headers, access: GateSettings) -> Response | None:
    """Return the refusal of a request, or None when a credential decides."""
    host = headers.get("host", "")
    if not host_allowed(host, access):
        return refusal(
            "Unknown name",
            "This server is not known by the name in the address.",
            "Open it by the address that was printed, or start it with the name in STUDIO_HOSTS.",
            status=421,
        )
    changes = scope["type"] == "websocket" or scope["method"] not in SAFE_METHODS
    if changes and not origin_allowed(headers.get("origin"), host, access):
        return PlainTextResponse("Another site asks for this.", status_code=403)
    if from_other_site(headers) and (changes or not _is_link(headers)):
        return PlainTextResponse("Another site asks for this.", status_code=403)
    if access.mode is Mode.OPEN and not _is_here(scope, headers):
        return PlainTextResponse("Open access is for this machine alone.", status_code=403)
    return None


def from_other_site(headers: Headers) -> bool:
    """Return whether a browser says that another site caused the request."""
    return headers.get("sec-fetch-site", "") in {"cross-site", "same-site"}


def _is_link(headers: Headers) -> bool:
    """Return whether the request opens a page in a tab, and not in a frame."""
    if headers.get("sec-fetch-mode") != "navigate":
        return False
    return headers.get("sec-fetch-dest", "document") == "document"


def _is_here(scope: Scope, headers: Headers) -> bool:
    return is_loopback(client_address(scope)) and not any(name in headers for name in _FORWARDED)
