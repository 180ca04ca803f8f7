"""The gate in front of Streamlit, through which every request and WebSocket goes.

It is plain ASGI, so nothing bypasses it. It adds a pass to each request, signed with a key of
this process; pages verify it (see `visitor`), so they show nothing when served without the gate.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse

from studio_core.access.roles import Role
from studio_core.dashboard.serving import oidc
from studio_core.dashboard.serving.passes import PROCESS_SIGNER, Pass, issue, still_good
from studio_core.dashboard.serving.responses import (
    SAFE_METHODS,
    ask_to_leave,
    client_address,
    is_secure,
    send_answer,
)
from studio_core.dashboard.serving.rules import from_other_site, refused
from studio_core.dashboard.serving.sign_in import SignIn
from studio_core.dashboard.serving.sockets import Told, noting, while_in
from studio_core.dashboard.serving.tokens import GateSettings, Mode
from studio_core.dashboard.serving.visits import LASTS, Visits, kept

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from studio_core.audit import Audit

PASS_HEADER = "x-studio-pass"  # noqa: S105 - the name of a header
HEALTH = "/_stcore/health"


def access_middleware(access: GateSettings, *, audit: Audit | None = None) -> list[Middleware]:
    """Return the gate as middleware of `st.App`, to put before all other middleware."""
    return [Middleware(Gate, access=access, audit=audit)]


class Gate:
    """ASGI middleware that authenticates visitors.

    Args:
        app: The app behind the gate.
        access: How visitors authenticate.
        audit: Log of accepted and refused sign-ins.
        visits: Where visits are kept; by default in the state folder.
        clock: Seconds since 1970.
    """

    def __init__(
        self,
        app: ASGIApp,
        access: GateSettings,
        *,
        audit: Audit | None = None,
        visits: Visits | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._app = app
        self._access = access
        self._visits = visits or kept()
        self._sign_in = SignIn(access, self._visits, audit)
        self._clock = clock
        self._told = Told()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with a signed pass, or respond to it."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        http = scope["type"] == "http"
        if (answer := refused(scope, headers, self._access)) is not None:
            await send_answer(answer, scope, receive, send)
        elif http and scope["path"] == HEALTH and scope["method"] in SAFE_METHODS:
            await self._app(_with_pass(scope, None), receive, send)
        elif http and self._sign_in.is_ours(scope):
            await send_answer(
                await self._sign_in.answer(scope, headers, receive), scope, receive, send
            )
        elif http and self._access.mode is Mode.OIDC and scope["path"] in oidc.SIGNING_IN:
            if scope["path"] == oidc.LOGOUT and from_other_site(headers):
                await send_answer(ask_to_leave(), scope, receive, send)
            else:
                answering = self._sign_in.with_provider(scope, headers, _guarded(scope, send))
                await self._app(_with_pass(scope, None), receive, answering)
        elif (found := self._pass(scope, headers)) is None:
            await send_answer(self._sign_in.ask(scope, headers), scope, receive, send)
        elif found.visit and not self._told.may_ask(_whose(found), scope["path"]):
            await send_answer(PlainTextResponse("Not found", 404), scope, receive, send)
        else:
            await self._through(found, scope, receive, send)

    def _pass(self, scope: Scope, headers: Headers) -> Pass | None:
        """Return the pass of a visitor who may go on, or None."""
        address = client_address(scope)
        if self._access.mode is Mode.OPEN:
            return Pass(Role.ORGANISER, int(self._clock()) + LASTS, "organiser", address)
        visit = self._sign_in.visit(headers)
        role = visit.role_now() if visit is not None else None
        if visit is None or role is None:
            return None
        return Pass(role, visit.until, visit.who, address, visit.id)

    async def _through(self, found: Pass, scope: Scope, receive: Receive, send: Send) -> None:
        scope = _with_pass(scope, found)
        if scope["type"] == "websocket":
            self._told.forget(lambda who: self._visits.get(who.partition(" ")[0]) is not None)
            who = _whose(found) if found.visit else ""
            coming = while_in(receive, send, lambda: still_good(found, self._clock(), self._visits))
            mine = self._told.without_others(who, scope) if who else scope
            await self._app(mine, coming, noting(self._told, who, send))
            return
        await self._app(scope, receive, _guarded(scope, send))


def _guarded(scope: Scope, send: Send) -> Send:
    """Add headers that keep answers with this visitor, and cookies to TLS where it is used."""
    asset = scope["path"].startswith("/static/")

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=message.setdefault("headers", []))
            headers.setdefault("X-Content-Type-Options", "nosniff")
            headers["Cross-Origin-Resource-Policy"] = "same-origin"
            headers["Cross-Origin-Opener-Policy"] = "same-origin"
            if not asset:
                headers["Cache-Control"] = "no-store"
            if is_secure(scope) and (cookies := headers.getlist("set-cookie")):
                del headers["set-cookie"]
                for cookie in cookies:
                    marked = "; secure" in cookie.casefold()
                    headers.append("set-cookie", cookie if marked else f"{cookie}; Secure")
        await send(message)

    return sending


def _with_pass(scope: Scope, found: Pass | None) -> Scope:
    """Replace any pass that came from outside with the visitor's own."""
    name = PASS_HEADER.encode()
    headers = [(key, value) for key, value in scope["headers"] if key.lower() != name]
    if found is not None:
        headers.append((name, issue(PROCESS_SIGNER, found).encode()))
    return {**scope, "headers": headers}


def _whose(found: Pass) -> str:
    return f"{found.visit} {found.role}"
