"""WSGI application in front of moto: counts calls, applies faults, serves pages.

Every request of a server passes here. Control addresses and pages are separate from the
AWS protocol, which is moto's own application.
"""

from __future__ import annotations

import json
import threading
import uuid
from functools import lru_cache
from http import HTTPStatus
from time import sleep
from typing import TYPE_CHECKING, Any, Protocol
from xml.sax.saxutils import escape

from botocore.model import OperationNotFoundError
from moto.backend_index import backend_url_patterns
from moto.backends import list_of_moto_modules
from moto.core.request import Request
from moto.moto_server import werkzeug_app
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from studio_core.sandbox.serving.faults import FAULT_TEXT, engine_of
from studio_core.sandbox.serving.history import CallHistory
from studio_core.sandbox.serving.requests import (
    operation_of,
    refusal_of,
    region_of,
    speaks_xml,
)
from studio_core.sandbox.serving.wsgi import respond
from studio_core.sandbox.studio.responses import STUDIO_OPERATIONS, StudioResponse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from studio_core.sandbox.serving.wsgi import StartResponse

# moto lets every web page read its answers; ours may hold real people.
werkzeug_app.DISABLE_GLOBAL_CORS = True  # type: ignore[attr-defined]  # from its settings

THROTTLED = ("ThrottlingException", "Rate exceeded", 400)
"""How SageMaker throttles.

Known: code and text [sagemaker-python-sdk#645].
"""
NO_REGION = ("InvalidSignatureException", "Credential should be scoped to a valid region.")
BROKEN = {
    "error-500": ("InternalFailure", FAULT_TEXT, 500),
    "error-503": ("ServiceUnavailable", FAULT_TEXT, 503),
}


class DroppedConnectionError(ConnectionError):
    """The connection must be cut without an answer."""


class Dispatcher(DomainDispatcherApplication):
    """moto's dispatcher, with a cache: it otherwise lists its own folder at every request."""

    @staticmethod
    @lru_cache(maxsize=256)
    def get_backend_for_host(host: str | None) -> Any:
        """Find the service behind a host name."""
        if host is None or host == "moto_api" or host in list_of_moto_modules():
            return host
        for backend, pattern in backend_url_patterns:
            if pattern.match(f"http://{host}"):
                return backend
        raise NotImplementedError(f"The sandbox has no service at {host}")

    def infer_service_region_host(self, environ: dict[str, Any], path: str) -> str | None:
        """Find the host that a request is for; moto takes targets to be well-formed."""
        try:
            host: str | None = super().infer_service_region_host(environ, path)
        except (IndexError, KeyError, ValueError):
            raise NotImplementedError("The request names no operation") from None
        return host


class ControlSite(Protocol):
    """Answers the sandbox's own addresses; see `serving.control_page.ControlPage`."""

    def answer(
        self, gateway: Gateway, environ: dict[str, Any], start: StartResponse
    ) -> Iterable[bytes]:
        """Answer one request."""


class PageSite(Protocol):
    """Answers browsers; see `serving.visits.StudioPages`."""

    paths: frozenset[str]

    def answer(self, environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        """Answer one request."""


class Gateway:
    """Application of one server: one account's state, faults and counters."""

    def __init__(
        self,
        account: str,
        control: ControlSite,
        pages: PageSite,
        *,
        hosts: frozenset[str] | None = None,
    ) -> None:
        """Serve an account; `hosts` are the names it answers to, None for any."""
        self.account = account
        self.engine = engine_of(account)
        self._hosts = hosts
        self.history = CallHistory()
        self.served = 0
        """Requests of any kind so far; nothing resets it."""
        self._control = control
        self._pages = pages
        self._moto = Dispatcher(create_backend_app)
        self._counting = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}

    def __call__(self, environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        path = environ.get("PATH_INFO", "/")
        if path in self._pages.paths and environ["REQUEST_METHOD"] in {"GET", "HEAD"}:
            self.served += 1
            return self._pages.answer(environ, start)
        if self._foreign(environ) or path.startswith("/moto-api"):
            return respond(start, 403, "This sandbox is not for other sites.\n", "text/plain")
        if path.startswith("/_sandbox/"):
            self.served += environ["REQUEST_METHOD"] != "GET"
            return self._control.answer(self, environ, start)
        self.served += 1
        environ["HTTP_X_MOTO_ACCOUNT_ID"] = self.account
        return self._call(environ, start)

    def _foreign(self, environ: dict[str, Any]) -> bool:
        """Return whether a page of another site asks.

        A rehearsal may have the roster of real people.

        Browsers send the page's origin. On loopback, a foreign host name is that of a site
        whose name resolves to this machine.
        """
        host = environ.get("HTTP_HOST", "")
        name = host.rpartition(":")[0] if not host.endswith("]") else host
        if self._hosts is not None and (name or host) not in self._hosts:
            return True
        origin = environ.get("HTTP_ORIGIN")
        return origin is not None and origin != f"http://{host}"

    def calls(self) -> dict[str, int]:
        """Return the calls of each operation."""
        with self._counting:
            return dict(sorted(self.history.totals.items()))

    def call_series(self) -> dict[str, list[int]]:
        """Return the calls of each operation over the last minutes."""
        with self._counting:
            return self.history.series()

    def reset_calls(self) -> None:
        """Count the calls from zero."""
        with self._counting:
            self.history.clear()

    def _call(self, environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        service, action = operation_of(environ)
        refusal = refusal_of(environ, action)
        if refusal is not None:
            return refuse(environ, start, *refusal, 403)
        operation = f"{service}.{action}"
        with self._counting:
            self.history.record(operation)
        if self.engine.concerns(operation) and (delay := self.engine.delay()):
            sleep(delay)
        verdict = self.engine.decide(operation)
        if verdict == "drop":
            raise DroppedConnectionError
        if verdict == "throttle":
            return refuse(environ, start, *THROTTLED)
        if verdict in BROKEN:
            return refuse(environ, start, *BROKEN[verdict])
        if verdict and verdict != "lose":
            return refuse(environ, start, verdict, self._fault_text(verdict, operation), 400)
        answer = self._answer(service, action, environ, start)
        if verdict == "lose":
            raise DroppedConnectionError
        return answer

    def _fault_text(self, code: str, operation: str) -> str:
        if code.startswith("AccessDenied"):
            return (
                f"User: arn:aws:iam::{self.account}:user/moto is not authorized to perform: "
                f"{operation.replace('.', ':', 1)}"
            )
        return FAULT_TEXT

    def _answer(
        self, service: str, action: str, environ: dict[str, Any], start: StartResponse
    ) -> Iterable[bytes]:
        try:
            return self._dispatch(service, environ, start)
        except (NotImplementedError, OperationNotFoundError) as error:
            return refuse(environ, start, "UnknownOperationException", str(error), 400)
        except Exception as error:  # noqa: BLE001  # what a server does with any bug
            if isinstance(error, KeyError) and error.args == (region_of(environ),):
                return refuse(environ, start, *NO_REGION, 403)
            text = f"{type(error).__name__}: {error}"
            if service == "sagemaker" and action not in STUDIO_OPERATIONS:
                # moto's own operations do not check their input.
                return refuse(environ, start, "ValidationException", f"moto failed: {text}", 400)
            return refuse(environ, start, "InternalFailure", f"The sandbox failed: {text}", 500)

    def _dispatch(
        self, service: str, environ: dict[str, Any], start: StartResponse
    ) -> Iterable[bytes]:
        if service == "sagemaker":  # has a lock of its own
            if environ["PATH_INFO"] == "/" and environ["REQUEST_METHOD"] == "POST":
                return answer_studio(environ, start)
            return list(self._moto(environ, start))
        with self._counting:
            lock = self._locks.setdefault(service, threading.Lock())
        with lock:
            return list(self._moto(environ, start))


class StudioRequest(Request):
    """A request to a server, which answers with addresses of its own."""

    from_wsgi_server = True


def answer_studio(environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
    """Answer a SageMaker request without moto's Flask application, which takes half the time."""
    status, headers, body = StudioResponse.dispatch(StudioRequest(environ))
    data = body.encode() if isinstance(body, str) else body
    start(f"{status} {HTTPStatus(status).phrase}", [(k, str(v)) for k, v in headers.items()])
    return [data]


def refuse(
    environ: dict[str, Any], start: StartResponse, code: str, message: str, status: int
) -> Iterable[bytes]:
    """Answer with an error in the protocol that the caller speaks."""
    request_id = str(uuid.uuid4())
    if not speaks_xml(environ):
        body = json.dumps({"__type": code, "message": message, "Message": message})
        return respond(
            start,
            status,
            body,
            "application/x-amz-json-1.1",
            x_amzn_errortype=code,
            x_amzn_requestid=request_id,
        )
    kind = "Sender" if status < BROKEN["error-500"][2] else "Receiver"
    body = (
        f"<ErrorResponse><Error><Type>{kind}</Type><Code>{code}</Code>"
        f"<Message>{escape(message)}</Message></Error>"
        f"<RequestId>{request_id}</RequestId></ErrorResponse>"
    )
    return respond(start, status, body, "text/xml", x_amzn_requestid=request_id)
