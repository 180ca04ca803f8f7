"""Check and find free ports."""

from __future__ import annotations

import errno
import socket

from studio_core.errors import SettingsError

LOOPBACK = "127.0.0.1"


def check_free(port: int, address: str = LOOPBACK, option: str = "--port") -> None:
    """Raise unless the port is free.

    Raises:
        SettingsError: The port is not free; the remedy names the option.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # Servers do the same: a port whose last user has just ended counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address.strip("[]"), port))
        except OSError as error:
            raise taken(port, address, error, option) from None


def taken(port: int, address: str, error: OSError, option: str = "--port") -> SettingsError:
    """Return the error for a port that is not free."""
    if error.errno == errno.EADDRINUSE:
        return SettingsError(
            f"Port {port} is in use already.", f"Choose another with {option}, or end what uses it."
        )
    return SettingsError(
        f"Nothing can listen at {address}, port {port}: {error.strerror}.",
        f"Choose another with {option}.",
    )


def free_port(preferred: int) -> int:
    """Return the preferred port if it is free on the loopback address, else any free port."""
    for port in (preferred, 0):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            number: int = probe.getsockname()[1]
            return number
    raise SettingsError("No port of this machine is free.", "End something that listens.")
