"""Open sockets end with their visit, and a visit asks only for what was told to it."""

from __future__ import annotations

import asyncio

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from studio_core.dashboard.serving.sockets import LOOK_EVERY, Told, noting, while_in

CLOSED = {"type": "websocket.close", "code": 1008}
GONE = {"type": "websocket.disconnect", "code": 1008}


class Client:
    """What a browser sends, one message at a time, and what it is sent."""

    def __init__(self, *messages):
        self.sent = []
        self._coming = list(messages)

    async def receive(self):
        if not self._coming:
            await asyncio.sleep(60)
        return self._coming.pop(0)

    async def send(self, message):
        self.sent.append(message)


def frame(data=b"x"):
    return {"type": "websocket.receive", "bytes": data}


def test_messages_pass_while_the_visit_goes_on():
    client = Client({"type": "websocket.connect"}, frame(), {"type": "websocket.disconnect"})
    receive = while_in(client.receive, client.send, lambda: True)

    async def read():
        return [(await receive())["type"] for _ in range(3)]

    assert asyncio.run(read()) == ["websocket.connect", "websocket.receive", "websocket.disconnect"]
    assert client.sent == []


@pytest.mark.parametrize("waiting", [[], [frame()], [frame(), frame()]])
def test_no_message_passes_once_the_visit_is_over(waiting):
    client = Client(*waiting)
    receive = while_in(client.receive, client.send, lambda: False)
    assert asyncio.run(receive()) == GONE
    assert client.sent == [CLOSED]


def test_a_message_that_arrives_as_the_visit_ends_is_dropped():
    there = iter([True, False])
    client = Client(frame())
    receive = while_in(client.receive, client.send, lambda: next(there))
    assert asyncio.run(receive()) == GONE
    assert client.sent == [CLOSED]


def test_a_silent_socket_is_closed_within_a_second():
    looks = iter([True, True, False])
    client = Client()
    receive = while_in(client.receive, client.send, lambda: next(looks))
    assert asyncio.run(receive()) == GONE
    assert list(looks) == []
    assert LOOK_EVERY <= 0.5  # which leaves as much again for the rest
    assert client.sent == [CLOSED]


def test_a_browser_that_has_gone_is_told_nothing_and_stops_nobody():
    async def send(message):
        raise OSError("gone")

    receive = while_in(Client().receive, send, lambda: False)
    assert asyncio.run(receive()) == GONE
    asyncio.run(noting(Told(), "me", send)({"type": "websocket.send", "bytes": b"x"}))


def told(who="me", *frames):
    client, noted = Client(), Told()
    sending = noting(noted, who, client.send)
    for data in frames:
        asyncio.run(sending({"type": "websocket.send", "bytes": data}))
    return noted


def test_files_are_for_the_visit_that_was_told_their_address():
    noted = told("me", b"\n\x05..\x12/media/0a1b2c.csv..", b"/_stcore/upload_file/se-ss/fi-le\x1a")
    for path in ("/media/0a1b2c.csv", "/media/0a1b2c", "/_stcore/upload_file/se-ss/fi-le"):
        assert noted.may_ask("me", path)
        assert not noted.may_ask("another", path)
    others = ["/media/0a1b2d.csv", "/media/", "/media/../media/0a1b2c", "/x/media/0", "//media/0"]
    others += [f"/_stcore/upload_file/se-ss/{file}" for file in ("other", "fi-le/..", "")]
    for path in others:
        assert not noted.may_ask("me", path), path
    for path in ("/links", "/static/media/icons.woff2"):
        assert noted.may_ask("another", path)


def greeting(session):
    message = ForwardMsg()
    message.new_session.initialize.session_id = session
    return message.SerializeToString()


def protocols(text):
    return {"headers": [(b"host", b"a, b, c"), (b"sec-websocket-protocol", text)]}


def test_a_session_is_for_the_visit_that_began_it():
    other = ForwardMsg()
    other.script_finished = ForwardMsg.FINISHED_SUCCESSFULLY
    noted = told("me", other.SerializeToString(), greeting("s-1"))
    asked = protocols(b"streamlit, token, s-1")
    assert noted.without_others("me", asked) == asked
    kept = noted.without_others("another", asked)
    assert kept == protocols(b"streamlit, token")
    assert noted.without_others("me", protocols(b"streamlit,,s-2")) == protocols(b"streamlit, ")
    for plain in (b"streamlit", b"streamlit, token"):
        assert noted.without_others("another", protocols(plain)) == protocols(plain)


def test_what_ended_visits_were_told_is_forgotten():
    noted = told("me", b"/media/0a", greeting("s-1"))
    noted.forget(lambda who: who == "me")
    assert noted.may_ask("me", "/media/0a")
    noted.forget(lambda who: False)
    assert not noted.may_ask("me", "/media/0a")
    assert noted._addresses == noted._sessions == {}
