"""The web app: four routes, security headers on every response, no URL in a log."""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
import time
from http import HTTPStatus
from traceback import format_exception
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from studio_core.errors import StudioError
from studio_core.portal.authentication import Answer, Authenticator, SignInResult
from studio_core.portal.clients import client_of
from studio_core.portal.headers import HeadersMiddleware
from studio_core.portal.origins import name_is_ours, origin, sent_by_us
from studio_core.portal.pages import Pages

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from studio_core.hackathon import Hackathon

LARGEST_BODY = 4096
"""Bytes; an e-mail address has at most 254 characters, a code far fewer."""

MAIL_STEP = 0.25
"""Seconds; after a mail, the answer leaves at a multiple of this."""

FORM_TYPE = "application/x-www-form-urlencoded"

_FIELDS = 8
_ADDRESS = re.compile(r"https?://\S+")

log = logging.getLogger("studio_core.portal")


def create_app(hackathon: Hackathon) -> HeadersMiddleware:
    """Build the app of one event.

    The only call to AWS is GetCallerIdentity, so the app starts during an outage and its pages
    report it.

    Raises:
        SettingsError: A required setting is missing.
        CredentialsError: There are no usable credentials.
    """
    endpoint = hackathon.identity.endpoint
    portal = Portal(Authenticator(hackathon.sign_in), endpoint)
    app = Starlette(
        routes=[
            Route("/", portal.home),
            Route("/", portal.enter, methods=["POST"]),
            Route("/wait", portal.wait),
            Route("/health", health),
        ],
        exception_handlers={HTTPException: portal.refused, Exception: portal.crashed},
    )
    app.router.redirect_slashes = False  # it would build an address of the Host header
    return HeadersMiddleware(app, endpoint)


async def health(_: Request) -> Response:
    """Report that the process is alive, without a call to AWS."""
    return PlainTextResponse("ok\n")


class Portal:
    """Endpoints of the web app."""

    def __init__(self, authenticator: Authenticator, endpoint: str | None) -> None:
        self._authenticator = authenticator
        self._settings = authenticator.settings
        self._endpoint = origin(endpoint)
        self._pages = Pages(authenticator.settings.event, authenticator.settings.access)

    async def home(self, request: Request) -> Response:
        """Show the form."""
        self._require_our_name(request)
        return self._shown(
            Answer(SignInResult.OVER if self._authenticator.over else SignInResult.FORM)
        )

    async def enter(self, request: Request) -> Response:
        """Handle the submitted form."""
        self._require_our_name(request)
        if not sent_by_us(request.headers, self._settings.web_app_url):
            # Another site must not sign a visitor in under another identity.
            raise HTTPException(HTTPStatus.FORBIDDEN)
        form = await _form(request)
        email, code = form.get("email", ""), form.get("code", "")
        peer = request.client.host if request.client else None
        forwarded = request.headers.getlist("x-forwarded-for")
        client = client_of(peer, forwarded, self._settings.trusted_proxy)
        return await self._answer(lambda: self._authenticator.authenticate(email, code, client))

    async def wait(self, request: Request) -> Response:
        """Handle the repeated request of a waiting page."""
        self._require_our_name(request)
        ours = sent_by_us(request.headers, self._settings.web_app_url)
        ticket = request.query_params.get("ticket", "") if ours else ""
        return await self._answer(lambda: self._authenticator.resume(ticket))

    async def refused(self, request: Request, error: Exception) -> Response:
        """Refuse a request that no form of ours makes."""
        status = error.status_code if isinstance(error, HTTPException) else 500
        title, lead = _REFUSALS.get(status, _REFUSALS[HTTPStatus.BAD_REQUEST])
        headers = error.headers if isinstance(error, HTTPException) else None
        form = "../" * (request.scope["path"].count("/") - 1) or "."
        if status == HTTPStatus.MISDIRECTED_REQUEST:
            form = self._settings.web_app_url
        return HTMLResponse(self._pages.refused(title, lead, form), status, headers)

    async def crashed(self, _: Request, error: Exception) -> Response:
        """Respond to an unexpected error."""
        return self._broken(error)

    def _require_our_name(self, request: Request) -> None:
        if not name_is_ours(request.headers.get("host", ""), self._settings.web_app_url):
            raise HTTPException(HTTPStatus.MISDIRECTED_REQUEST)

    async def _answer(self, decide: Callable[[], Answer]) -> Response:
        begun = time.monotonic()
        try:
            answer = await run_in_threadpool(decide)
            response = self._shown(answer)
            if answer.state is SignInResult.MAILED:
                # Reading a row and mailing it takes another time than not finding one.
                await asyncio.sleep(rest_of_step(time.monotonic() - begun))
        except Exception as error:  # noqa: BLE001 - any error must lead to a page
            return self._broken(error)
        took = (time.monotonic() - begun) * 1000
        log.info("portal.answer state=%s ms=%.0f", answer.state.name.lower(), took)
        return response

    def _shown(self, answer: Answer) -> Response:
        if answer.state is SignInResult.OPEN:
            return self._redirect(answer.url)
        if answer.state is SignInResult.LOST:
            return RedirectResponse(".", HTTPStatus.SEE_OTHER)
        after = {"Retry-After": str(answer.wait)} if answer.wait else None
        return HTMLResponse(self._pages.of(answer), answer.state.status, after)

    def _redirect(self, url: str) -> Response:
        """Redirect to Studio, and nowhere else."""
        if not url.startswith("https://") and origin(url) != self._endpoint:
            raise StudioError("AWS gave an address that is not secure.", "Tell the organisers.")
        return RedirectResponse(url, HTTPStatus.SEE_OTHER)

    def _broken(self, error: Exception) -> Response:
        reference = secrets.token_hex(4).upper()
        if isinstance(error, StudioError):
            what = f"{error.sentence} {error.remedy}"
        else:
            what = "".join(format_exception(error))
        what = _ADDRESS.sub("(address)", what)  # it might be a login link
        kind = type(error).__name__
        log.error("portal.broken reference=%s error=%s %s", reference, kind, what)
        return HTMLResponse(self._pages.broken(reference), HTTPStatus.INTERNAL_SERVER_ERROR)


_REFUSALS: dict[int, tuple[str, str]] = {
    HTTPStatus.BAD_REQUEST: ("This did not arrive as it should", "Fill in the form once more."),
    HTTPStatus.FORBIDDEN: ("This form is not ours", "Sign in on this page, not on another one."),
    HTTPStatus.NOT_FOUND: ("There is nothing here", "The form is one step away."),
    HTTPStatus.METHOD_NOT_ALLOWED: ("There is nothing here", "The form is one step away."),
    HTTPStatus.MISDIRECTED_REQUEST: ("This is not our address", "Open the one that was announced."),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ("This is too long", "An e-mail and a code are enough."),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: ("This is not the form", "Fill in the form once more."),
}


async def _form(request: Request) -> dict[str, str]:
    """Parse the form; the last of repeated fields counts.

    Raises:
        HTTPException: The body is too large or not a form.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != FORM_TYPE:
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST_BODY:
                raise HTTPException(
                    HTTPStatus.REQUEST_ENTITY_TOO_LARGE, headers={"Connection": "close"}
                )
    except ClientDisconnect:  # it gave up, or was too slow; nobody reads this answer
        raise HTTPException(HTTPStatus.BAD_REQUEST) from None
    try:
        fields = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=_FIELDS)
    except ValueError:
        raise HTTPException(HTTPStatus.BAD_REQUEST) from None
    return dict(fields)


def rest_of_step(took: float) -> float:
    """Return the seconds to wait until an answer may leave after a mail."""
    return MAIL_STEP - took % MAIL_STEP
