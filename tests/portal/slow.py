"""Clients that cost a server more than themselves: unfinished heads, slow bodies, idle ones."""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HEAD = b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "
BODY = (
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4000\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n\r\nemail="
)
WHOLE = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
KINDS = {"unfinished head": HEAD, "slow body": BODY, "idle after an answer": WHOLE, "silent": b""}


@contextmanager
def slow(port: int, number: int, sent: bytes) -> Iterator[list[socket.socket]]:
    """Hold connections that have sent the beginning of a request, or a whole one, and wait."""
    with ExitStack() as stack:
        opened = []
        for _ in range(number):
            one = socket.create_connection(("127.0.0.1", port), timeout=10)
            opened.append(stack.enter_context(one))
            one.sendall(sent)
        yield opened


def still_open(connections: list[socket.socket]) -> int:
    """Count the connections that the server has not closed."""
    return sum(not _closed(one) for one in connections)


def make_room(connections: list[socket.socket], usual: int, ask: Callable[[], object]) -> bool:
    """Ask until no more than the usual number are open; those that are too young come later."""
    until = time.monotonic() + 8
    while time.monotonic() < until:
        ask()
        if still_open(connections) <= usual:
            return True
        time.sleep(0.1)
    return False


def _closed(one: socket.socket) -> bool:
    one.setblocking(False)
    try:
        while one.recv(65536):
            pass
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
