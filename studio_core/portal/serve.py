"""Run the web app as a server: on a laptop at the event, or in a container."""

from __future__ import annotations

import logging
import signal
import socket
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import uvicorn

from studio_core import config
from studio_core.errors import StudioError
from studio_core.hackathon import Hackathon
from studio_core.portal.app import create_app
from studio_core.portal.authentication import EMAIL_ONLY
from studio_core.portal.connections import LimitedProtocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp

WARNING = (
    "Anybody who knows a participant's e-mail gets into their space: access is e-mail only. "
    "Choose another with the setting access."
)


def run(port: int, address: str) -> int:
    """Serve the web app until SIGINT (Ctrl-C) or SIGTERM ends it in order.

    Args:
        port: Where to listen; 0 takes a free one.
        address: Of this machine, `127.0.0.1` for this machine alone.

    Returns:
        The exit status: 0.

    Raises:
        StudioError: The settings are not complete, AWS refuses, or the port is taken.
    """
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.WARNING)
    logging.getLogger("studio_core.portal").setLevel(logging.INFO)
    settings = config.load().require()
    hackathon = Hackathon(settings)
    try:
        hackathon.sign_in.recent_codes()  # fail now rather than at the first sign-in
        app = create_app(hackathon)
        with listening(port, address) as bound, suppress(KeyboardInterrupt):
            if settings.access == EMAIL_ONLY:
                print(WARNING, file=sys.stderr, flush=True)  # noqa: T201 - a command's message
            where = f"[{address}]" if ":" in address else address
            link = f"http://{where}:{bound.getsockname()[1]}/"
            # Uvicorn ends in order and then raises the signal again: SIGTERM exits as Ctrl-C.
            signal.signal(signal.SIGTERM, signal.default_int_handler)
            server(app, lambda: print(link, flush=True)).run(sockets=[bound])  # noqa: T201 - the result
    finally:
        hackathon.close()
    return 0


def listening(port: int, address: str) -> socket.socket:
    """Return a socket that listens at the port.

    Raises:
        StudioError: The port is taken, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        return socket.create_server((address, port), family=family, backlog=512)
    except OSError as error:
        raise StudioError(
            f"Cannot listen at {address}, port {port}: {error.strerror}.",
            "Choose another with --port or --address.",
        ) from error


class _Server(uvicorn.Server):
    """Calls back when it accepts connections and its signal handlers are installed.

    Whoever starts it as a process may signal it as soon as they know its address.
    """

    def __init__(self, config: uvicorn.Config, on_started: Callable[[], object]) -> None:
        super().__init__(config)
        self._on_started = on_started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to accept connections."""
        await super().startup(sockets)
        self._on_started()


def server(app: ASGIApp, on_started: Callable[[], object] = lambda: None) -> uvicorn.Server:
    """Build the server: no access log, no header believed, no name of its own."""
    return _Server(
        uvicorn.Config(
            app,
            access_log=False,  # a waiting page's address holds a ticket
            proxy_headers=False,  # see studio_core.portal.clients
            server_header=False,
            log_level="warning",
            lifespan="off",
            http=LimitedProtocol,
            timeout_keep_alive=15,
            timeout_graceful_shutdown=5,
        ),
        on_started,
    )
