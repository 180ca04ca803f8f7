"""Run the web app as a server: on a laptop at the event, or in a container."""

from __future__ import annotations

import logging
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

if TYPE_CHECKING:
    from starlette.types import ASGIApp

WARNING = (
    "Anybody who knows a participant's e-mail gets into their space: access is e-mail only. "
    "Choose another with the setting access."
)
_AT_ONCE = 400


def run(port: int, address: str) -> int:
    """Serve the web app until it is told to stop.

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
        hackathon.sign_in.codes()  # fail now rather than at the first sign-in
        app = create_app(hackathon)
        with listening(port, address) as bound, suppress(KeyboardInterrupt):
            if settings.access == EMAIL_ONLY:
                print(WARNING, file=sys.stderr, flush=True)  # noqa: T201 - a command's message
            where = f"[{address}]" if ":" in address else address
            print(f"http://{where}:{bound.getsockname()[1]}/", flush=True)  # noqa: T201 - the result
            server(app).run(sockets=[bound])
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


def server(app: ASGIApp) -> uvicorn.Server:
    """Make the server: no access log, no header believed, no name of its own."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            access_log=False,  # a waiting page's address holds a ticket
            proxy_headers=False,  # see studio_core.portal.clients
            server_header=False,
            log_level="warning",
            lifespan="off",
            limit_concurrency=_AT_ONCE,
            timeout_keep_alive=15,
            timeout_graceful_shutdown=5,
        )
    )
