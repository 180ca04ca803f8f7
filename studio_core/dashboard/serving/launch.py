"""Run the dashboard: Streamlit in a child process, with the options of our file."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import tomllib
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from studio_core import config
from studio_core.dashboard.serving import oidc
from studio_core.dashboard.serving.tokens import (
    VARIABLES as ACCESS_VARIABLES,
)
from studio_core.dashboard.serving.tokens import (
    check_binding,
    choose_access,
    is_loopback,
)
from studio_core.errors import StudioError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from studio_core.dashboard.serving.tokens import GateSettings

PACKAGE = Path(__file__).resolve().parents[2]
READY_SECONDS = 60.0
GRACE_SECONDS = 8.0
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "::1")
LOOPBACK_ADDRESSES = ("127.0.0.1", "::1")


def script() -> Path:
    """Return the path of the entry point: in the package (wheel) or in the checkout.

    Raises:
        StudioError: It is in neither.
    """
    for folder in (PACKAGE / "_app", PACKAGE.parent):
        entry = folder / "streamlit_app.py"
        if entry.is_file():
            return entry
    raise StudioError(
        "The dashboard's pages are not where this package is installed.",
        "Install the package again, from a wheel or a whole checkout.",
    )


def run(
    port: int,
    address: str,
    *,
    token: str | None = None,
    open_access: bool = False,
    announce: Callable[[str], None] | None = None,
) -> int:
    """Serve the dashboard until it is stopped; return its exit status.

    Args:
        port: Port to listen at.
        address: Address to listen at.
        token: Access token; the default is `STUDIO_TOKEN`, or a random one.
        open_access: Require no token; for loopback addresses only.
        announce: Called once with the link to open, when the server answers; prints it by
            default.

    Raises:
        StudioError: The address allows access by others, the port is taken, or the pages are
            missing.
    """
    access = access_settings(token=token, open_access=open_access)
    check_binding(address, access)
    _check_free(port, address)
    command = [
        *(sys.executable, "-m", "studio_core.dashboard.serving.server"),
        *("--server.port", str(port), "--server.address", address),
    ]
    child = subprocess.Popen(  # noqa: S603 - our own interpreter and file
        command, env=environment(access=access, address=address)
    )
    threading.Thread(
        target=_announce_when_ready,
        args=(child, access, (address, port), announce or _print),
        daemon=True,
    ).start()
    with _ended_with_us(child):
        return _wait(child)


def access_settings(*, token: str | None = None, open_access: bool = False) -> GateSettings:
    """Return how visitors authenticate, by the settings, the environment and the options.

    Raises:
        StudioError: The options contradict each other.
    """
    try:
        settings = config.load()
    except StudioError:
        settings = config.Settings()  # the settings page shows the error; a token is required
    provider = bool(settings.organisers) and oidc.configured()
    return choose_access(settings, token=token, open_access=open_access, oidc_configured=provider)


def environment(
    base: Mapping[str, str] = os.environ,
    *,
    access: GateSettings,
    address: str = "127.0.0.1",
) -> dict[str, str]:
    """Return the server's environment: Streamlit's options from our file, unless already set.

    Streamlit reads the file beside its script, `asgi.py`, which is not where ours is. Another
    working directory would hide the user's own `.streamlit` folder.
    """
    with (script().parent / ".streamlit" / "config.toml").open("rb") as file:
        options = _flat(tomllib.load(file))
    own = {_variable(name): _text(value) for name, value in options.items()}
    if is_loopback(address) and not access.hosts:  # else only the gate knows the names
        own["STREAMLIT_SERVER_ALLOWED_HOSTS"] = " ".join(LOOPBACK_NAMES)
    own["FORWARDED_ALLOW_IPS"] = ",".join(proxies(access))
    rest = {name: value for name, value in base.items() if name not in ACCESS_VARIABLES}
    return {**own, **rest, **access.environment()}


def proxies(access: GateSettings) -> tuple[str, ...]:
    """Return the addresses whose word on a client's address and TLS is believed, by uvicorn.

    None without a name that a proxy could serve: then whoever writes these headers makes them up.
    """
    if not access.hosts:
        return ()
    try:
        named = config.load().trusted_proxy
    except StudioError:
        named = ""
    return (*LOOPBACK_ADDRESSES, *([named] if named else []))


def _flat(options: Mapping[str, object], above: str = "") -> dict[str, object]:
    flat: dict[str, object] = {}
    for name, value in options.items():
        if isinstance(value, dict):
            flat.update(_flat(value, f"{above}{name}."))
        else:
            flat[above + name] = value
    return flat


def _variable(option: str) -> str:
    words = re.sub(r"([a-z])([A-Z])", r"\1_\2", option.replace(".", "_"))
    return f"STREAMLIT_{words.upper()}"


def _text(value: object) -> str:
    if isinstance(value, list):
        return json.dumps(value)  # Streamlit reads the lists of a theme as JSON
    return str(value).lower() if isinstance(value, bool) else str(value)


def _check_free(port: int, address: str) -> None:
    """Raise unless the port is free: Streamlit would silently take the next one."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address.strip("[]"), port))
        except OSError as error:
            raise StudioError(
                f"Port {port} cannot be listened at: {error.strerror}.",
                "Choose another with --port, or end what uses it.",
            ) from None


def _announce_when_ready(
    child: subprocess.Popen[bytes],
    access: GateSettings,
    where: tuple[str, int],
    announce: Callable[[str], None],
) -> None:
    until = time.monotonic() + READY_SECONDS
    health = f"{access.entrance(*where).partition('?')[0]}_stcore/health"
    while child.poll() is None and time.monotonic() < until:
        try:
            with urllib.request.urlopen(health, timeout=2):  # noqa: S310 - our own http link
                announce(access.entrance(*where))
                if access.helper_token:
                    sys.stdout.write(f"For helpers: {access.entrance(*where, helper=True)}\n")
                    sys.stdout.flush()
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)


def _print(link: str) -> None:
    sys.stdout.write(f"Dashboard: {link}\n")
    sys.stdout.flush()


def _wait(child: subprocess.Popen[bytes]) -> int:
    """Return the child's exit status, or 0 after Ctrl-C, which also reaches the child."""
    try:
        return child.wait()
    except KeyboardInterrupt:
        _end(child)
        return 0


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        child.terminate()
    try:
        child.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


@contextmanager
def _ended_with_us(child: subprocess.Popen[bytes]) -> Iterator[None]:
    """End the child when this process receives SIGTERM."""
    in_main = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGTERM, signal.default_int_handler) if in_main else None
    try:
        yield
    finally:
        _end(child)
        if in_main:
            signal.signal(signal.SIGTERM, before)
