"""The gate in front of Streamlit, through which every request and WebSocket goes.

It is plain ASGI, so nothing bypasses it. It adds a pass to each request, signed with a key of
this process; pages verify it (see `visitor`), so they show nothing when served without the gate.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from studio_core.access.roles import Actor, Role
from studio_core.access.signing import constant_time_compare
from studio_core.dashboard.serving import oidc
from studio_core.dashboard.serving.attempts import SignInAttempts
from studio_core.dashboard.serving.passes import (
    PROCESS_SIGNER,
    VISIT,
    Pass,
    issue,
    verify,
    visit_signer,
)
from studio_core.dashboard.serving.responses import (
    FORM,
    SAFE_METHODS,
    ask_for_token,
    client_address,
    is_page,
    local_path,
    read_body,
    refusal,
    requested_path,
    send_answer,
)
from studio_core.dashboard.serving.tokens import (
    GateSettings,
    Mode,
    host_allowed,
    is_loopback,
    origin_allowed,
)
from studio_core.errors import StudioError

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from studio_core.audit import Audit

PASS_HEADER = "x-studio-pass"  # noqa: S105 - the name of a header
HEALTH = "/_stcore/health"
LEAVE = "/_access/leave"

# What a browser loads before anybody can sign in with OIDC; pages verify the sign-in themselves.
_BEFORE_SIGN_IN = ("/_stcore/stream", "/_stcore/host-config", "/static/", "/auth/", "/oauth2call")
_GUARDED = ("/media", "/_stcore/", "/component", "/app/")


def access_middleware(access: GateSettings, *, audit: Audit | None = None) -> list[Middleware]:
    """Return the gate as middleware of `st.App`, to put before all other middleware."""
    return [Middleware(Gate, access=access, audit=audit)]


class Gate:
    """ASGI middleware that authenticates visitors.

    Args:
        app: The app behind the gate.
        access: How visitors authenticate.
        audit: Log of accepted and refused sign-ins.
        clock: Seconds since 1970.
    """

    def __init__(
        self,
        app: ASGIApp,
        access: GateSettings,
        *,
        audit: Audit | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._app = app
        self._access = access
        self._audit = audit
        self._clock = clock
        self._attempts = SignInAttempts()
        self._gone: dict[str, int] = {}
        # A new helper token ends the visits of helpers only.
        self._signers = {
            role: visit_signer(role, token)
            for role, token in (
                (Role.ORGANISER, access.token),
                (Role.HELPER, access.helper_token),
            )
            if token
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with a signed pass, or respond to it."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if (answer := self._refused(scope, headers)) is not None:
            await send_answer(answer, scope, receive, send)
        elif (
            scope["type"] == "http" and scope["path"] == HEALTH and scope["method"] in SAFE_METHODS
        ):
            await self._app(_with_pass(scope, None), receive, send)
        elif scope["type"] == "http" and self._access.mode is Mode.TOKEN and _is_ours(scope):
            await send_answer(await self._ours(scope, headers, receive), scope, receive, send)
        elif (found := self._pass(scope, headers)) is None:
            await send_answer(self._not_let_in(scope, headers), scope, receive, send)
        else:
            await self._through(found, scope, receive, send)

    def _refused(self, scope: Scope, headers: Headers) -> Response | None:
        """Return a refusal that no credential changes: wrong host, other site, other machine."""
        host = headers.get("host", "")
        if not host_allowed(host, self._access):
            return refusal(
                "Unknown name",
                "This server is not known by the name in the address.",
                "Open it by the address that was printed, or start it with the name in "
                "STUDIO_HOSTS.",
                status=421,
            )
        if not origin_allowed(headers.get("origin"), host, self._access) and (
            scope["type"] == "websocket" or scope["method"] not in SAFE_METHODS
        ):
            return PlainTextResponse("Another site asks for this.", status_code=403)
        site, mode = headers.get("sec-fetch-site", ""), headers.get("sec-fetch-mode", "")
        if site in {"cross-site", "same-site"} and (
            mode != "navigate" or scope.get("method", "GET") not in SAFE_METHODS
        ):
            return PlainTextResponse("Another site asks for this.", status_code=403)
        if self._access.mode is Mode.OPEN and not is_loopback(client_address(scope)):
            return PlainTextResponse("Open access is for this machine alone.", status_code=403)
        return None

    def _pass(self, scope: Scope, headers: Headers) -> Pass | None:
        now, address = self._clock(), client_address(scope)
        until = int(now) + VISIT
        if self._access.mode is Mode.OPEN:
            return Pass(Role.ORGANISER, until, "organiser", address)
        if self._access.mode is Mode.OIDC:
            path = scope["path"]
            guarded = path.startswith(_GUARDED) and not path.startswith(_BEFORE_SIGN_IN)
            if guarded and oidc.role_in(_cookies(headers)) is None:
                return None
            return Pass(None, until, "", address)
        value = _cookies(headers).get(_cookie_name(headers), "")
        for role, signer in self._signers.items():
            found = verify(signer, value, now)
            if found is not None and found.role is role and found.id not in self._gone:
                return found
        return None

    def _not_let_in(self, scope: Scope, headers: Headers) -> Response:
        if scope["type"] == "websocket" or self._access.mode is Mode.OIDC:
            return PlainTextResponse("Sign in first.", status_code=401)
        if not is_page(scope, headers):
            return PlainTextResponse("The token is missing.", status_code=401)
        return ask_for_token(requested_path(scope), status=401)

    async def _ours(self, scope: Scope, headers: Headers, receive: Receive) -> Response:
        """Respond to the form, to a token in the address, or to a sign-out."""
        if scope["path"] == LEAVE:
            return self._left(scope, headers)
        if scope["path"] == FORM:
            if scope["method"] != "POST":
                return ask_for_token("/", status=401)
            given = dict(parse_qsl((await read_body(receive)).decode("utf-8", "replace")))
            token, onward = given.get("token", "").strip(), local_path(given.get("next", "/"))
        else:
            token = dict(parse_qsl(scope["query_string"].decode("latin-1"))).get("token", "")
            onward = requested_path(scope)
        return self._exchanged(token, onward, scope, headers)

    def _exchanged(self, token: str, onward: str, scope: Scope, headers: Headers) -> Response:
        address = client_address(scope)
        if wait := self._attempts.wait(address):
            told = f"Too many wrong tokens. Try again in {wait} seconds."
            answer = ask_for_token(onward, told, status=429)
            answer.headers["Retry-After"] = str(wait)
            return answer
        role = self._role_of(token)
        if role is None:
            self._attempts.wrong(address)
            self._note(Actor("somebody", Role.NOBODY, "dashboard", address), "refused: wrong token")
            return ask_for_token(onward, "This is not the token of this dashboard.", status=401)
        self._note(Actor(f"{role} token", role, "dashboard", address), "let in")
        until = int(self._clock()) + VISIT
        value = issue(self._signers[role], role, until, f"{role} token", address)
        answer = RedirectResponse(onward, status_code=303)
        # Lax, not Strict: a Strict cookie would be missing after a link in a chat or a mail.
        # What Lax lets through from other sites, navigation, changes nothing.
        answer.set_cookie(
            _cookie_name(headers),
            value,
            max_age=VISIT,
            httponly=True,
            samesite="lax",
            secure=scope.get("scheme") == "https",
        )
        return answer

    def _role_of(self, token: str) -> Role | None:
        # Both are always compared, so that the time does not depend on the match.
        organiser = constant_time_compare(token, self._access.token)
        helper = constant_time_compare(token, self._access.helper_token)
        if not token:
            return None
        return Role.ORGANISER if organiser else Role.HELPER if helper else None

    def _left(self, scope: Scope, headers: Headers) -> Response:
        found = self._pass(scope, headers)
        if found is not None:
            now = int(self._clock())
            self._gone = {id_: until for id_, until in self._gone.items() if until > now}
            self._gone[found.id] = found.until
        answer = ask_for_token("/", "You have left the dashboard." if found else "", status=200)
        answer.delete_cookie(_cookie_name(headers))
        return answer

    async def _through(self, found: Pass, scope: Scope, receive: Receive, send: Send) -> None:
        scope = _with_pass(scope, found)
        if scope["type"] == "websocket":
            await self._app(scope, self._until(found, receive, send), _while_there(send))
            return
        kept = scope["path"].startswith("/static/")

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message.setdefault("headers", []))
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers["Cross-Origin-Resource-Policy"] = "same-origin"
                headers["Cross-Origin-Opener-Policy"] = "same-origin"
                if not kept:  # pages and downloads are for this visitor only
                    headers["Cache-Control"] = "no-store"
            await send(message)

        await self._app(scope, receive, sending)

    def _until(self, found: Pass, receive: Receive, send: Send) -> Receive:
        """Close a WebSocket when its visit ends, because its page refreshes without a request."""

        async def receiving() -> Message:
            left = found.until - self._clock()
            try:
                return await asyncio.wait_for(receive(), max(0.0, left))
            except TimeoutError:
                await send({"type": "websocket.close", "code": 1008})
                return {"type": "websocket.disconnect", "code": 1008}

        return receiving

    def _note(self, actor: Actor, outcome: str) -> None:
        if self._audit is not None:
            with suppress(StudioError):  # the same error is shown at the visitor's first action
                self._audit.note(actor, "sign-in", outcome=outcome)


def _while_there(send: Send) -> Send:
    """Drop what is sent to a browser that has gone; the app is told by its next `receive`.

    Streamlit takes Starlette's own report of a failed send for a text frame, and raises.
    """

    async def sending(message: Message) -> None:
        with suppress(OSError):
            await send(message)

    return sending


def _is_ours(scope: Scope) -> bool:
    if scope["path"] in {FORM, LEAVE}:
        return True
    names = {name for name, _ in parse_qsl(scope["query_string"].decode("latin-1"))}
    return scope["method"] == "GET" and "token" in names


def _with_pass(scope: Scope, found: Pass | None) -> Scope:
    """Replace any pass that came from outside with the visitor's own."""
    name = PASS_HEADER.encode()
    headers = [(key, value) for key, value in scope["headers"] if key.lower() != name]
    if found is not None:
        value = issue(PROCESS_SIGNER, found.role, found.until, found.name, found.address)
        headers.append((name, value.encode()))
    return {**scope, "headers": headers}


def _cookies(headers: Headers) -> dict[str, str]:
    return cookie_parser(headers.get("cookie", ""))


def _cookie_name(headers: Headers) -> str:
    # Cookies ignore the port, but two dashboards on one machine need separate ones.
    port = headers.get("host", "").rpartition(":")[2]
    return f"studio-visit-{port}" if port.isdecimal() else "studio-visit"
