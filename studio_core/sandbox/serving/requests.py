"""What an AWS request says about itself: service, operation, signature and protocol."""

from __future__ import annotations

import io
import re
from typing import Any
from urllib.parse import parse_qs

from moto.moto_server.werkzeug_app import UNSIGNED_ACTIONS, UNSIGNED_REQUESTS

_CREDENTIAL = re.compile(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/aws4_request")
_FORM = "application/x-www-form-urlencoded"
_SIGNED_QUERY = ("X-Amz-Signature=", "Signature=")


def operation_of(environ: dict[str, Any]) -> tuple[str, str]:
    """Return service and operation of an AWS request, `unknown` where it names no service.

    JSON services name the operation in a header and query services in the body or the query.
    For REST services, the operation is the method and path.
    """
    found = _CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
    service = found.group(2) if found else "unknown"
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    if target:
        return service, target.rpartition(".")[2]
    query = environ.get("QUERY_STRING", "")
    if environ.get("CONTENT_TYPE", "").startswith(_FORM):
        body = environ["wsgi.input"].read()
        environ["wsgi.input"] = io.BytesIO(body)
        query = body.decode("utf-8", "replace") or query
    action = parse_qs(query).get("Action")
    if action:
        return service, action[0]
    return service, f"{environ.get('REQUEST_METHOD', '')} {environ.get('PATH_INFO', '')}"


def region_of(environ: dict[str, Any]) -> str | None:
    """Return the region that a request is signed for."""
    found = _CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
    return found.group(1) if found else None


def refusal_of(environ: dict[str, Any], action: str) -> tuple[str, str] | None:
    """Return code and text with which AWS refuses a request for its signature, if it does.

    Any credentials will do, and some operations need none.

    Known: the codes and 403 [API reference, Common errors].
    Known: the text of a missing signature [API Gateway, which gives the same].
    """
    authorization = environ.get("HTTP_AUTHORIZATION", "")
    if authorization:
        if not authorization.startswith("AWS ") and not _CREDENTIAL.search(authorization):
            text = "Authorization header requires 'Credential' parameter."
            return "IncompleteSignatureException", text
        return None
    query = environ.get("QUERY_STRING", "")
    prefix = environ.get("HTTP_X_AMZ_TARGET", "").partition(".")[0]
    if (
        any(each in query for each in _SIGNED_QUERY)
        or prefix in UNSIGNED_REQUESTS
        or action in UNSIGNED_ACTIONS
        or "/.well-known/" in environ.get("PATH_INFO", "")
    ):
        return None
    return "MissingAuthenticationTokenException", "Missing Authentication Token"


def speaks_xml(environ: dict[str, Any]) -> bool:
    """Return whether the caller speaks the query protocol, whose errors are XML."""
    form = environ.get("CONTENT_TYPE", "").startswith(_FORM)
    return form and not environ.get("HTTP_X_AMZ_TARGET")
