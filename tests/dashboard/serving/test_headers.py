"""Security headers of the dashboard."""

from __future__ import annotations

import asyncio

from studio_core.dashboard.serving import headers


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
