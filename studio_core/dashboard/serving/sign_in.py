"""Signing in and out: by token or with a provider, and what begins and ends a visit."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from starlette.datastructures import MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from studio_core.access.roles import Actor, Role
from studio_core.access.signing import constant_time_compare
from studio_core.dashboard.serving import oidc
from studio_core.dashboard.serving.attempts import SignInAttempts
from studio_core.dashboard.serving.responses import (
    FORM,
    LEAVE,
    ask_for_token,
    ask_to_leave,
    client_address,
    failure,
    is_page,
    is_secure,
    local_path,
    not_on_the_list,
    offer_sign_in,
    read_body,
    requested_path,
    signed_out,
)
from studio_core.dashboard.serving.rules import from_other_site
from studio_core.dashboard.serving.tokens import GateSettings, Mode
from studio_core.dashboard.serving.visits import LASTS, Visit, Visits, tidy_name
from studio_core.errors import StudioError

if TYPE_CHECKING:
    from starlette.datastructures import Headers
    from starlette.types import Message, Receive, Scope, Send

    from studio_core.audit import Audit

_log = logging.getLogger(__name__)


class SignIn:
    """The way in and out of a dashboard.

    Args:
        access: How visitors authenticate.
        visits: Where visits are kept.
        audit: Log of accepted and refused sign-ins.
    """

    def __init__(self, access: GateSettings, visits: Visits, audit: Audit | None) -> None:
        self._access = access
        self._visits = visits
        self._audit = audit
        self._attempts = SignInAttempts()

    def visit(self, headers: Headers) -> Visit | None:
        """Return the visit of a request's cookie while it is valid, or None."""
        value = cookie_parser(headers.get("cookie", "")).get(_cookie_name(headers), "")
        return self._visits.find(self._keys(), value)

    def _keys(self) -> tuple[str, ...]:
        """Return the secrets that visits begin with; a new one ends the visits of the old."""
        if self._access.mode is Mode.OIDC:
            keys: tuple[str, ...] = (oidc.secret(),)
        else:
            keys = (self._access.token, self._access.helper_token)
        return tuple(key for key in keys if key)

    def ask(self, scope: Scope, headers: Headers) -> Response:
        """Return the answer to whoever has no valid visit, or no role."""
        page = scope["type"] == "http" and is_page(scope, headers)
        if self._access.mode is Mode.OIDC:
            if not page:
                return PlainTextResponse("Sign in first.", status_code=401)
            visit = self.visit(headers)
            return offer_sign_in(status=401) if visit is None else not_on_the_list(visit.name)
        if not page:
            return PlainTextResponse("The token is missing.", status_code=401)
        return ask_for_token(requested_path(scope), status=401)

    def is_ours(self, scope: Scope) -> bool:
        """Return whether a request is answered here: the form, a token, a sign-out."""
        if self._access.mode is Mode.OPEN:
            return False
        if scope["path"] in {FORM, LEAVE}:
            return True
        names = {name for name, _ in parse_qsl(scope["query_string"].decode("latin-1"))}
        return self._access.mode is Mode.TOKEN and scope["method"] == "GET" and "token" in names

    async def answer(self, scope: Scope, headers: Headers, receive: Receive) -> Response:
        """Respond to the form, to a token in the address, or to a sign-out."""
        try:
            if scope["path"] == LEAVE:
                return self._left(scope, headers)
            if self._access.mode is Mode.OIDC:
                return RedirectResponse(oidc.login_address(), status_code=303)
            name = ""
            if scope["path"] == FORM:
                if scope["method"] != "POST":
                    return ask_for_token("/", status=401)
                given = dict(parse_qsl((await read_body(receive)).decode("utf-8", "replace")))
                token, onward = given.get("token", "").strip(), local_path(given.get("next", "/"))
                name = tidy_name(given.get("name", ""))
            else:
                token = dict(parse_qsl(scope["query_string"].decode("latin-1"))).get("token", "")
                onward = requested_path(scope)
            return self._exchanged(token, name, onward, scope, headers)
        except StudioError as error:
            return failure(error.sentence, error.remedy)

    def _exchanged(
        self, token: str, name: str, onward: str, scope: Scope, headers: Headers
    ) -> Response:
        """Exchange a token for a visit; the right one is never refused for others' attempts."""
        role = self._role_of(token)
        if role is None:
            return self._wrong(onward, scope, headers)
        earlier = self.visit(headers)
        if earlier is not None and earlier.role is Role.ORGANISER and from_other_site(headers):
            return RedirectResponse(onward, status_code=303)  # no link makes an organiser a helper
        key = self._access.token if role is Role.ORGANISER else self._access.helper_token
        value, visit = self._visits.begin(key, role, name, client_address(scope))
        self._record(visit, role, "let in")
        if earlier is not None:
            self._visits.end(earlier.id)
        answer = RedirectResponse(onward, status_code=303)
        _set_cookie(answer, value, scope, headers)
        return answer

    def _wrong(self, onward: str, scope: Scope, headers: Headers) -> Response:
        told = "This is not the token of this dashboard."
        if from_other_site(headers):  # it is not this visitor who tries
            return ask_for_token(onward, told, status=401)
        address = client_address(scope)
        if wait := self._attempts.wrong(address, headers.get("user-agent", "")):
            told = f"{told} Wait {wait} seconds before you try another."
            answer = ask_for_token(onward, told, status=429)
            answer.headers["Retry-After"] = str(wait)
            return answer
        with suppress(StudioError):  # refused all the same
            self._note("somebody", Role.NOBODY, address, "refused: wrong token")
        return ask_for_token(onward, told, status=401)

    def _role_of(self, token: str) -> Role | None:
        # Both are always compared, so that the time does not depend on the match.
        organiser = constant_time_compare(token, self._access.token)
        helper = constant_time_compare(token, self._access.helper_token)
        if not token:
            return None
        return Role.ORGANISER if organiser else Role.HELPER if helper else None

    def _left(self, scope: Scope, headers: Headers) -> Response:
        """End the visit, unless another site may have asked for it."""
        if scope["method"] != "POST" and headers.get("sec-fetch-site") != "same-origin":
            return ask_to_leave()
        visit = self.visit(headers)
        if visit is not None:
            self._visits.end(visit.id)
        if self._access.mode is Mode.OIDC and scope["method"] != "POST":
            answer: Response = RedirectResponse(oidc.LOGOUT, status_code=303)
        else:
            answer = signed_out(was_in=visit is not None)
        answer.delete_cookie(_cookie_name(headers))
        return answer

    def with_provider(self, scope: Scope, headers: Headers, send: Send) -> Send:
        """Begin a visit when the answer to the provider's callback says who signed in."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start" and scope["path"] == oidc.CALLBACK:
                self._began(MutableHeaders(raw=message.setdefault("headers", [])), scope, headers)
            await send(message)

        return sending

    def _began(self, made: MutableHeaders, scope: Scope, headers: Headers) -> None:
        name = oidc.signed_in(made.getlist("set-cookie"))
        if name is None:
            return
        try:
            value, visit = self._visits.begin(oidc.secret(), None, name, client_address(scope))
            role = visit.role_now() or Role.NOBODY
            self._record(
                visit, role, "refused: not on the lists" if role is Role.NOBODY else "let in"
            )
        except StudioError as error:
            # The answer is Streamlit's; without a visit, the next page asks to sign in again.
            _log.warning("Nobody can sign in. %s %s", error.sentence, error.remedy)
            return
        earlier = self.visit(headers)
        if earlier is not None:
            self._visits.end(earlier.id)
        carrier = Response()
        _set_cookie(carrier, value, scope, headers)
        made.append("set-cookie", carrier.headers["set-cookie"])

    def _record(self, visit: Visit, role: Role, outcome: str) -> None:
        """Record a visit, or end it: nobody is let in without a record.

        Raises:
            StudioError: The audit log cannot be written.
        """
        try:
            self._note(visit.who or "somebody", role, visit.address, outcome)
        except StudioError:
            self._visits.end(visit.id)
            raise

    def _note(self, name: str, role: Role, address: str, outcome: str) -> None:
        if self._audit is not None:
            self._audit.note(Actor(name, role, "dashboard", address), "sign-in", outcome=outcome)


def _set_cookie(answer: Response, value: str, scope: Scope, headers: Headers) -> None:
    # Lax, not Strict: a Strict cookie would be missing after a link in a chat or a mail.
    # What Lax lets through from other sites, navigation, changes nothing.
    answer.set_cookie(
        _cookie_name(headers),
        value,
        max_age=LASTS,
        httponly=True,
        samesite="lax",
        secure=is_secure(scope),
    )


def _cookie_name(headers: Headers) -> str:
    # Cookies ignore the port, but two dashboards on one machine need separate ones.
    port = headers.get("host", "").rpartition(":")[2]
    return f"studio-visit-{port}" if port.isdecimal() else "studio-visit"
