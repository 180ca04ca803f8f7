"""A port for a server of the tests."""

from __future__ import annotations

import random
import socket

_CHANCE = random.SystemRandom()


def free_port() -> int:
    """Give a port below those that the system hands out by itself.

    Tests run side by side: a port that was free a moment ago must not become the other
    end of somebody's connection before the server listens at it.
    """
    while True:
        port = _CHANCE.randrange(20_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
