"""The WSGI application in front of moto: counts calls, makes faults happen, serves pages.

Everything goes through here in server mode. Control addresses and pages are kept apart
from the AWS protocol, which is moto's own application.
"""

from __future__ import annotations

import io
import json
import re
import threading
from collections import Counter
from functools import lru_cache
from time import sleep
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qs

from moto.backend_index import backend_url_patterns
from moto.backends import list_of_moto_modules
from moto.moto_server import werkzeug_app
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from studio_core.sandbox.serving.faults import FaultEngine, engines
from studio_core.sandbox.serving.wsgi import respond
from studio_core.sandbox.studio.exceptions import TOLD_TO_REFUSE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from studio_core.sandbox.serving.wsgi import StartResponse

_CREDENTIAL = re.compile(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/aws4_request")

# moto lets every web page read its answers; ours may hold real people.
werkzeug_app.DISABLE_GLOBAL_CORS = True  # type: ignore[attr-defined]  # from its settings

THROTTLED = ("ThrottlingException", "Rate exceeded", 400)
"""As SageMaker answers (sagemaker-python-sdk#645)."""
BROKEN = {
    "error-500": ("InternalFailure", "The sandbox was told to let this call fail.", 500),
    "error-503": ("ServiceUnavailable", "The sandbox was told to let this call fail.", 503),
}


class DroppedConnectionError(ConnectionError):
    """The connection is cut without an answer."""


class Dispatcher(DomainDispatcherApplication):
    """moto's dispatcher, which otherwise lists its own folder at every request."""

    @staticmethod
    @lru_cache(maxsize=256)
    def get_backend_for_host(host: str | None) -> Any:
        """Find the service behind a host name."""
        if host is None or host == "moto_api" or host in list_of_moto_modules():
            return host
        for backend, pattern in backend_url_patterns:
            if pattern.match(f"http://{host}"):
                return backend
        raise NotImplementedError(f"The sandbox holds no service at {host}")


def operation_of(environ: dict[str, Any]) -> tuple[str, str]:
    """Tell service and operation of an AWS request, `unknown` where it does not say.

    JSON services name the operation in a header, query services in the body or the query,
    REST services by method and path, which is then what stands here.
    """
    found = _CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
    service = found.group(2) if found else "unknown"
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    if target:
        return service, target.rpartition(".")[2]
    query = environ.get("QUERY_STRING", "")
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        body = environ["wsgi.input"].read()
        environ["wsgi.input"] = io.BytesIO(body)
        query = body.decode("utf-8", "replace") or query
    action = parse_qs(query).get("Action")
    if action:
        return service, action[0]
    return service, f"{environ.get('REQUEST_METHOD', '')} {environ.get('PATH_INFO', '')}"


class ControlSite(Protocol):
    """Answers the sandbox's own addresses; see `serving.control.Control`."""

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
        self._hosts = hosts
        self.calls: Counter[str] = Counter()
        self.served = 0
        """Requests of any kind so far; nothing resets it."""
        self._control = control
        self._pages = pages
        self._moto = Dispatcher(create_backend_app)
        self._counting = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}

    @property
    def engine(self) -> FaultEngine:
        """What decides about faults."""
        return engines[self.account]

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
        """True when a page of another site asks: a rehearsal may hold the roster of real people.

        Browsers name the page's site; where only this machine is listened to, a foreign
        name of the host gives away a site that had its name point here.
        """
        host = environ.get("HTTP_HOST", "")
        name = host.rpartition(":")[0] if not host.endswith("]") else host
        if self._hosts is not None and (name or host) not in self._hosts:
            return True
        origin = environ.get("HTTP_ORIGIN")
        return origin is not None and origin != f"http://{host}"

    def reset_calls(self) -> None:
        """Begin counting again."""
        with self._counting:
            self.calls.clear()

    def _call(self, environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        service, action = operation_of(environ)
        operation = f"{service}.{action}"
        with self._counting:
            self.calls[operation] += 1
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
            return refuse(environ, start, verdict, self._told(verdict, service, action), 400)
        answer = self._answer(service, environ, start)
        if verdict == "lose":
            raise DroppedConnectionError
        return answer

    def _told(self, code: str, service: str, action: str) -> str:
        if code.startswith("AccessDenied"):
            return (
                f"User: arn:aws:iam::{self.account}:user/moto is not authorized to perform: "
                f"{service}:{action}"
            )
        return TOLD_TO_REFUSE

    def _answer(
        self, service: str, environ: dict[str, Any], start: StartResponse
    ) -> Iterable[bytes]:
        # moto's backends are not made for threads; the Studio one brings its own lock.
        try:
            if service == "sagemaker":
                return list(self._moto(environ, start))
            with self._counting:
                lock = self._locks.setdefault(service, threading.Lock())
            with lock:
                return list(self._moto(environ, start))
        except NotImplementedError as error:
            return refuse(environ, start, "UnknownOperationException", str(error), 400)
        except Exception as error:  # noqa: BLE001  # what a server does with a bug of its own
            told = f"The sandbox failed: {type(error).__name__}: {error}"
            return refuse(environ, start, "InternalFailure", told, 500)


def refuse(
    environ: dict[str, Any], start: StartResponse, code: str, message: str, status: int
) -> Iterable[bytes]:
    """Answer with an error in the protocol that the caller spoke."""
    if environ.get("HTTP_X_AMZ_TARGET") or not environ.get("CONTENT_TYPE", "").startswith(
        "application/x-www-form-urlencoded"
    ):
        body = json.dumps({"__type": code, "message": message, "Message": message})
        return respond(start, status, body, "application/x-amz-json-1.1", x_amzn_errortype=code)
    kind = "Sender" if status < BROKEN["error-500"][2] else "Receiver"
    body = (
        f"<ErrorResponse><Error><Type>{kind}</Type><Code>{code}</Code>"
        f"<Message>{message}</Message></Error><RequestId>sandbox</RequestId></ErrorResponse>"
    )
    return respond(start, status, body, "text/xml")
