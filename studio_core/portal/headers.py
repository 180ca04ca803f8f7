"""Security headers of every response of the web app, errors included."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.datastructures import MutableHeaders

from studio_core.portal.origins import origin
from studio_core.portal.pages import STYLE_SOURCE

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


def headers(endpoint: str | None) -> dict[str, str]:
    """Return the headers of every response.

    Args:
        endpoint: The AWS endpoint when it is not AWS's own: links then lead there.
    """
    # Chrome applies form-action to every redirect after the form, and the hosts of Studio's
    # sign-in are not documented: hence any https.
    targets = " ".join(["'self'", "https:", *filter(None, [origin(endpoint)])])
    policy = (
        f"default-src 'none'; style-src '{STYLE_SOURCE}'; img-src data:; "
        f"form-action {targets}; base-uri 'none'; frame-ancestors 'none'"
    )
    return {
        "Cache-Control": "no-store",
        "Content-Security-Policy": policy,
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Referrer-Policy": "same-origin",  # with no-referrer, our own form has `Origin: null`
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "X-Robots-Tag": "noindex",
    }


class HeadersMiddleware:
    """ASGI middleware that sets the headers of every response, including errors."""

    def __init__(self, app: ASGIApp, endpoint: str | None) -> None:
        self._app = app
        self._headers = headers(endpoint)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and add the headers to its response."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                own: Any = MutableHeaders(scope=message)
                own.update(self._headers)
                if scope.get("scheme") == "https":
                    own["Strict-Transport-Security"] = "max-age=31536000"
            await send(message)

        await self._app(scope, receive, sent)
