"""Connections that cost their client as much as the server: deadlines, and room for newcomers.

Uvicorn's protocol, for the web app and the dashboard, with what it leaves out. It bounds the size
of a request's head (h11: 16 KiB) and the time between two requests; this bounds the time of a whole
request, by grace and least rate as Apache's mod_reqtimeout does, the time of a client that does
not read its answer, and how many connections there may be, for one client and for all.

Where there are too many, the connection that has waited longest for its client makes room for a
newcomer. So clients that share one address, as they do behind a proxy, do not shut each other out.
"""

from __future__ import annotations

import select
from collections import Counter, defaultdict
from itertools import islice
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from studio_core.portal.clients import client_of

if TYPE_CHECKING:
    import asyncio

    from uvicorn.server import ServerState

EVERYONE = 300
"""HTTP connections of all clients together; many systems allow a process 1,024 open files."""

EACH = 150
"""HTTP connections of one client, which may be a whole venue or a proxy."""

MOST = 700
"""HTTP connections of all clients at a moment when too few can make room."""

MOST_EACH = 500
"""The same of one client; beyond it newcomers are refused."""

SOCKETS = 200
"""WebSockets of all clients together."""

SOCKETS_EACH = 100
"""WebSockets of one client. They are in use as long as they are open, so they make no room."""

GRACE = 15.0
"""Seconds for a request, however slow, and before that until it begins."""

LEAST_RATE = 500
"""Bytes a second that a request must have beyond `GRACE`: mod_reqtimeout's own default."""

READING = 60.0
"""Seconds for a client to read the 64 KiB that its answer is ahead of it."""

YOUNG = 0.1
"""Seconds that a connection waits before it makes room."""

LOOK = 1.0
"""Seconds between two looks at a connection's deadline."""

_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\n"
    b"Content-Length: 0\r\n\r\n"
)


class Room:
    """Open HTTP connections of one server, by client, and which of them wait for their client."""

    def __init__(self) -> None:
        self.open: Counter[str] = Counter()
        self.waiting: dict[LimitedProtocol, float] = {}
        self.waiting_of: defaultdict[str, dict[LimitedProtocol, float]] = defaultdict(dict)

    def full_for(self, client: str, now: float) -> bool:
        """Close what has waited longest, until there is room; return whether there is none."""
        for waiting, number, usual, most in (
            (self.waiting_of[client], self.open[client], EACH, MOST_EACH),
            (self.waiting, self.open.total(), EVERYONE, MOST),
        ):
            surplus = max(0, number - usual)
            oldest = [
                connection
                for connection, since in islice(waiting.items(), surplus)
                if since < now - YOUNG and not connection.unread
            ]
            for connection in oldest:
                connection.drop()
            if number - len(oldest) > most:
                return True
        return False

    def crowded_for(self, client: str) -> bool:
        """Return whether a connection whose request has been answered had better end."""
        return self.open[client] > EACH or self.open.total() > EVERYONE

    def wait(self, connection: LimitedProtocol, client: str, now: float) -> None:
        """Note that a connection waits for its client, from now if it has not before."""
        self.waiting.setdefault(connection, now)
        self.waiting_of[client].setdefault(connection, now)

    def go_on(self, connection: LimitedProtocol, client: str) -> None:
        """Note that a connection does not wait for its client."""
        self.waiting.pop(connection, None)
        self.waiting_of[client].pop(connection, None)

    def leave(self, connection: LimitedProtocol, client: str) -> None:
        """Forget a connection."""
        self.go_on(connection, client)
        self.open[client] -= 1
        if not self.open[client]:
            del self.open[client], self.waiting_of[client]


_rooms: WeakKeyDictionary[ServerState, Room] = WeakKeyDictionary()


class LimitedProtocol(H11Protocol):
    """One HTTP connection, until it closes or becomes a WebSocket."""

    def __init__(self, *, server_state: ServerState, **more: Any) -> None:
        super().__init__(server_state=server_state, **more)
        self._room = _rooms.setdefault(server_state, Room())
        self._inside = False
        self._since = self.loop.time()
        self._received = 0
        self._unread_since: float | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # uvicorn's own
        """Make room for a new connection, or refuse it when all others are being served."""
        super().connection_made(transport)
        self._from = client_of(self.client[0] if self.client else None, (), "")
        self._room.open[self._from] += 1
        self._inside = True
        self._look = self.loop.call_later(LOOK, self._look_again)
        if self._room.full_for(self._from, self.loop.time()):
            self._refuse()
        self._note()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._leave()
        self._look.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count what a request has sent, and take it."""
        if self.transport.is_closing():
            return
        if not self._received:
            self._since = self.loop.time()
        self._received += len(data)
        super().data_received(data)
        self._note()

    def on_response_complete(self) -> None:
        """Give the next request its own time, or close where there are too many."""
        self._since = self.loop.time()
        self._received = 0
        super().on_response_complete()
        self._room.full_for(self._from, self._since)
        if self._unread_since is None and self._room.crowded_for(self._from):
            self._leave()
            self.transport.close()
        self._note()

    def pause_writing(self) -> None:
        """Begin to wait for a client that does not read."""
        self._unread_since = self.loop.time()
        super().pause_writing()
        self._note()

    def resume_writing(self) -> None:
        """Go on with a client that has read."""
        self._unread_since = None
        super().resume_writing()
        self._note()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Hand the connection over, unless its client, or all, have enough WebSockets."""
        sockets: list[Any] = [c for c in self.connections if not isinstance(c, LimitedProtocol)]
        peers = [c.transport.get_extra_info("peername") for c in sockets]
        own = [peer for peer in peers if peer and self.client and peer[0] == self.client[0]]
        if len(own) >= SOCKETS_EACH or len(sockets) >= SOCKETS:
            self._refuse()
        else:
            self._leave()
            self._look.cancel()
            super().handle_websocket_upgrade(event)

    def drop(self) -> None:
        """Close the connection without waiting for anything."""
        self._leave()
        self.transport.abort()

    @property
    def unread(self) -> bool:
        """True when the client has sent something that a busy server has not come to read."""
        number = self.transport.get_extra_info("socket").fileno()
        if number < 0 or not hasattr(select, "poll"):  # closed; Windows has no poll
            return False
        look = select.poll()
        look.register(number, select.POLLIN)
        return bool(look.poll(0))

    @property
    def _waits(self) -> bool:
        """True while it is the client's turn."""
        if self._unread_since is not None:
            return True
        return self.conn.their_state in {h11.IDLE, h11.SEND_BODY} and not self.flow.read_paused

    def _note(self) -> None:
        if not self._inside:
            return
        if self._waits and not self.transport.is_closing():
            self._room.wait(self, self._from, self.loop.time())
        else:
            self._room.go_on(self, self._from)

    def _leave(self) -> None:
        if self._inside:
            self._inside = False
            self._room.leave(self, self._from)

    def _refuse(self) -> None:
        self._leave()
        self.transport.write(_FULL)
        self.transport.close()

    def _look_again(self) -> None:
        unread, now = self._unread_since, self.loop.time()
        until = (
            self._since + GRACE + self._received / LEAST_RATE
            if unread is None
            else unread + READING
        )
        if self._waits and now > until:
            self.drop()
        else:
            self._look = self.loop.call_later(LOOK, self._look_again)
