"""Security headers of the dashboard."""

from __future__ import annotations

import asyncio

from studio_core.dashboard.serving import headers
from studio_core.dashboard.serving.gate import Gate
from studio_core.dashboard.serving.tokens import GateSettings, Mode
from tests.dashboard.serving.browser import Browser


def test_answers_have_our_headers_once_and_nothing_else_is_touched():
    seen = []

    async def inner(scope, receive, send):
        head = [(b"Referrer-Policy", b"unsafe-url"), (b"x-own", b"1")]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": b"ok"})

    async def send(message):
        seen.append(message)

    app = headers.SecurityHeaders(inner)
    asyncio.run(app({"type": "http"}, None, send))
    names = [name for name, _ in seen[0]["headers"]]
    assert names.count(b"referrer-policy") == 1
    assert b"Referrer-Policy" not in names
    assert (b"x-own", b"1") in seen[0]["headers"]
    assert seen[1]["body"] == b"ok"


def test_a_page_may_be_in_no_frame_and_load_nothing_from_elsewhere():
    """With the gate around it, as the dashboard is served."""

    async def page(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})

    app = Gate(headers.SecurityHeaders(page), GateSettings(Mode.OPEN))
    answer = Browser(app).get("/")
    policy = dict(
        part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; ")
    )
    assert policy == {
        "frame-ancestors": "'none'",
        "img-src": "'self' data: blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
    }
    told = {
        "x-frame-options": "DENY",
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cache-control": "no-store",
    }
    assert {name: answer.headers[name] for name in told} == told
