"""Requests and responses of the gate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlencode

from starlette.responses import HTMLResponse, Response

from studio_core.dashboard.serving.sign_in_page import (
    POLICY,
    entry_page,
    leave_page,
    notice_page,
    provider_page,
)

if TYPE_CHECKING:
    from starlette.datastructures import Headers
    from starlette.types import Receive, Scope, Send

FORM = "/_access"
LEAVE = "/_access/leave"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_BODY = 4096


def client_address(scope: Scope) -> str:
    """Return the address of the client, or an empty text."""
    client: Any = scope.get("client")
    return str(client[0]) if client else ""


def is_secure(scope: Scope) -> bool:
    """Return whether the client came by TLS, as a trusted proxy says."""
    return scope.get("scheme") in {"https", "wss"}


def is_page(scope: Scope, headers: Headers) -> bool:
    """Return whether a browser requests a page, and not a file or an endpoint."""
    wanted = headers.get("sec-fetch-mode") == "navigate" or "text/html" in headers.get("accept", "")
    return scope["method"] in SAFE_METHODS and wanted


def requested_path(scope: Scope) -> str:
    """Return the requested path with its query, without the token."""
    query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    rest = urlencode([(name, value) for name, value in query if name != "token"])
    return local_path(quote(scope["path"]) + (f"?{rest}" if rest else ""))


def local_path(path: str) -> str:
    """Return the path if it stays on this server, else `/`."""
    plain = path.isascii() and path.isprintable() and "\\" not in path
    return path if plain and path.startswith("/") and not path.startswith("//") else "/"


async def read_body(receive: Receive) -> bytes:
    """Return the first 4,096 bytes of a request's body; a token is far shorter."""
    body = b""
    while len(body) <= _BODY:
        message = await receive()
        if message["type"] != "http.request":
            break
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    return body[:_BODY]


def ask_for_token(onward: str, problem: str = "", *, status: int) -> Response:
    """Return the form for the token, which leads on to a path of this server."""
    return _sealed(entry_page(FORM, onward, problem), status)


def offer_sign_in(problem: str = "", *, status: int) -> Response:
    """Return the page that leads to the sign-in with the provider."""
    return _sealed(provider_page(FORM, problem), status)


def not_on_the_list(who: str) -> Response:
    """Return the page for somebody who signed in and has no role."""
    page = notice_page(
        "This is for organisers",
        f"{who or 'This account'} is not on the list of organisers.",
        "Ask an organiser to add you, or sign in with another account.",
        (LEAVE, "Sign out"),
    )
    return _sealed(page, 403)


def ask_to_leave() -> Response:
    """Return the form that ends a visit, where another site may have asked for that."""
    return _sealed(leave_page(LEAVE), 200)


def signed_out(*, was_in: bool) -> Response:
    """Return the page after the sign-out."""
    told = "You have signed out of the dashboard." if was_in else "You were not signed in."
    return _sealed(notice_page("Signed out", told, "", ("/", "Sign in again")), 200)


def failure(sentence: str, remedy: str) -> Response:
    """Return the page that says what on this server failed."""
    return _sealed(notice_page("This did not work", sentence, remedy), 500)


def refusal(title: str, sentence: str, remedy: str, *, status: int) -> Response:
    """Return a page that says why access is refused."""
    return _sealed(notice_page(title, sentence, remedy), status)


def _sealed(page: str, status: int) -> Response:
    return HTMLResponse(
        page,
        status,
        {
            "Content-Security-Policy": POLICY,
            "X-Content-Type-Options": "nosniff",
            # With no-referrer the browser would send this form with a null Origin.
            "Referrer-Policy": "same-origin",
            "Cache-Control": "no-store",
        },
    )


async def send_answer(answer: Response, scope: Scope, receive: Receive, send: Send) -> None:
    """Send a response; close a WebSocket before it is accepted, which results in a 403."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    answer.headers.setdefault("Cache-Control", "no-store")
    await answer(scope, receive, send)
