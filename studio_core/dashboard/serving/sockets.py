"""Open WebSockets: closed when their visit ends, and what the server told each visit."""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from typing import TYPE_CHECKING

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import Message, Receive, Scope, Send

LOOK_EVERY = 0.5
"""Seconds between two looks at whether an open socket's visit goes on."""

_ENDED = 1008  # RFC 6455, 7.4.1: policy violation
_LARGEST_GREETING = 1 << 16
_PROTOCOL = b"sec-websocket-protocol"

# Media and uploads have addresses that the server tells over the socket.
_TOLD = re.compile(rb"/(?:media|_stcore/upload_file)/([\w-]+(?:/[\w-]+)?)")


class Told:
    """Which addresses and sessions the server told a visit, over all its sockets.

    A file of Streamlit has an address made of its content, the same for everybody. So a visit
    may only ask for what was told to it, in its role of that time. Not thread-safe: one event
    loop uses it.
    """

    def __init__(self) -> None:
        self._addresses: dict[str, set[bytes]] = {}
        self._sessions: dict[str, set[str]] = {}

    def note(self, who: str, frame: bytes) -> None:
        """Note the addresses in a frame that is sent to a visit."""
        if found := _TOLD.findall(frame):
            self._addresses.setdefault(who, set()).update(found)

    def greeted(self, who: str, frame: bytes) -> bool:
        """Note the session in a frame; return whether there was one."""
        if len(frame) > _LARGEST_GREETING:
            return False
        message = ForwardMsg()
        try:
            message.ParseFromString(frame)
        except Exception:  # noqa: BLE001 - protobuf's error has no types; no message, no session
            return False
        if message.WhichOneof("type") != "new_session":
            return False
        self._sessions.setdefault(who, set()).add(message.new_session.initialize.session_id)
        return True

    def may_ask(self, who: str, path: str) -> bool:
        """Return whether a path is none of these addresses, or was told to the visit."""
        above, media, name = path.partition("/media/")
        _, upload, file = path.partition("/_stcore/upload_file/")
        if above.endswith("/static"):  # Streamlit's own fonts
            return True
        if not media and not upload:
            return True
        asked = name.partition(".")[0] if media else file
        return asked.encode() in self._addresses.get(who, ())

    def without_others(self, who: str, scope: Scope) -> Scope:
        """Return the scope of a socket without the session of another visit to go on with.

        Streamlit's protocols are its name, a token against forged requests, and the session.
        """
        headers = []
        for name, value in scope["headers"]:
            entries = [entry.strip() for entry in value.decode("latin-1").split(",")]
            if name.lower() == _PROTOCOL and len(entries) > 2:  # noqa: PLR2004 - see above
                if entries[2] in self._sessions.get(who, ()):
                    headers.append((name, value))
                else:
                    headers.append((name, ", ".join(entries[:2]).encode("latin-1")))
            else:
                headers.append((name, value))
        return {**scope, "headers": headers}

    def forget(self, goes_on: Callable[[str], bool]) -> None:
        """Forget the visits that have ended."""
        for kept in (self._addresses, self._sessions):
            for who in [who for who in kept if not goes_on(who)]:
                del kept[who]


def while_in(receive: Receive, send: Send, still_in: Callable[[], bool]) -> Receive:
    """Close a socket as soon as its visitor is out, and pass no message on after that."""

    async def receiving() -> Message:
        coming = asyncio.ensure_future(receive())
        try:
            while not coming.done() and still_in():
                await asyncio.wait({coming}, timeout=LOOK_EVERY)
            if coming.done() and (coming.result()["type"] != "websocket.receive" or still_in()):
                return coming.result()
        finally:
            coming.cancel()
        with suppress(OSError):
            await send({"type": "websocket.close", "code": _ENDED})
        return {"type": "websocket.disconnect", "code": _ENDED}

    return receiving


def noting(told: Told, who: str, send: Send) -> Send:
    """Note what is sent to a visit; drop what is sent to a browser that has gone.

    Streamlit takes Starlette's own report of a failed send for a text frame, and raises; the
    app is told by its next `receive`.
    """
    greeted = False

    async def sending(message: Message) -> None:
        nonlocal greeted
        frame = message.get("bytes")
        if who and message["type"] == "websocket.send" and frame:
            told.note(who, frame)
            greeted = greeted or told.greeted(who, frame)
        with suppress(OSError):
            await send(message)

    return sending
