"""WSGI shared by the gateway, the control addresses and the pages."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    StartResponse = Callable[[str, list[tuple[str, str]]], Any]


def respond(
    start: StartResponse, status: int, body: str, content_type: str, **headers: str
) -> Iterable[bytes]:
    """Respond with a text; header names are written with underscores."""
    data = body.encode()
    named = [(name.replace("_", "-").title(), value) for name, value in headers.items()]
    start(
        f"{status} {HTTPStatus(status).phrase}",
        [("Content-Type", content_type), ("Content-Length", str(len(data))), *named],
    )
    return [data]
