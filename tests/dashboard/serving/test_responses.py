"""What the gate reads of a request, and what its own answers are."""

from __future__ import annotations

import asyncio

import pytest
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse

from studio_core.dashboard.serving.responses import (
    ask_for_token,
    failure,
    is_page,
    local_path,
    not_on_the_list,
    offer_sign_in,
    read_body,
    requested_path,
    send_answer,
    signed_out,
)


def read(*messages):
    """Return the body that is read, and how many messages were left alone."""
    coming = list(messages)

    async def receive():
        return coming.pop(0)

    return asyncio.run(read_body(receive)), len(coming)


def piece(body, *, more):
    return {"type": "http.request", "body": body, "more_body": more}


def test_a_form_may_come_in_pieces_and_ends_with_the_last():
    gone = {"type": "http.disconnect"}
    assert read(piece(b"token=", more=True), piece(b"abc", more=False), gone) == (b"token=abc", 1)
    assert read({"type": "http.request", "body": b"token=abc"}, gone) == (b"token=abc", 1)
    assert read(piece(b"token=", more=True), gone, piece(b"abc", more=False)) == (b"token=", 1)


def test_no_more_is_read_than_a_form_can_have():
    pieces = [piece(b"x" * 3000, more=True)] * 4
    assert read(*pieces) == (b"x" * 4096, 2)


def scope(path="/", query=b"", method="GET"):
    return {"type": "http", "path": path, "query_string": query, "method": method}


def test_the_way_on_has_everything_but_the_token():
    asked = scope("/links", b"team=a%20b&token=secret&note=")
    assert requested_path(asked) == "/links?team=a+b&note="
    assert requested_path(scope("/l\xf6sung")) == "/l%C3%B6sung"
    assert requested_path(scope("//evil.example", b"token=secret")) == "/"


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/links?team=2", True),
        ("/", True),
        ("//evil.example", False),
        ("https://evil.example", False),
        ("links", False),
        ("", False),
        ("/\\evil.example", False),
        ("/a\nb", False),
        ("/ö", False),
    ],
)
def test_a_path_stays_on_this_server(path, kept):
    assert local_path(path) == (path if kept else "/")


def test_a_page_is_what_a_browser_shows_in_a_tab():
    assert is_page(scope(), Headers({"accept": "text/html,*/*"}))
    assert is_page(scope(), Headers({"sec-fetch-mode": "navigate"}))
    assert not is_page(scope(), Headers({"accept": "application/json"}))
    assert not is_page(scope(), Headers({"sec-fetch-mode": "cors"}))
    assert not is_page(scope(method="POST"), Headers({"accept": "text/html"}))


def test_every_page_of_the_gate_is_kept_by_nobody_and_runs_nothing():
    pages = {
        ask_for_token("/", status=401): 401,
        offer_sign_in(status=401): 401,
        not_on_the_list("eve"): 403,
        signed_out(was_in=True): 200,
        failure("The disk is full.", "Make room."): 500,
    }
    for page, status in pages.items():
        assert page.status_code == status
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "same-origin"
        assert page.headers["x-content-type-options"] == "nosniff"
        assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert "eve is not on the list" in not_on_the_list("eve").body.decode()
    assert "This account is not on the list" in not_on_the_list("").body.decode()


@pytest.mark.parametrize("own", [{}, {"Cache-Control": "private"}])
def test_an_answer_is_not_kept_unless_it_says_how(own):
    sent = []

    async def send(message):
        sent.append(message)

    answer = PlainTextResponse("no", 403, headers=own)
    asyncio.run(send_answer(answer, scope(), None, send))
    kept = dict(sent[0]["headers"])[b"cache-control"]
    assert kept == own.get("Cache-Control", "no-store").encode()
    sent.clear()
    asyncio.run(send_answer(answer, {"type": "websocket"}, None, send))
    assert sent == [{"type": "websocket.close", "code": 1008}]
