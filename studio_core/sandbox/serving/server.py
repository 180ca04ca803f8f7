"""The sandbox as a server: one process, many clients, connections kept alive."""

from __future__ import annotations

import threading
from contextlib import suppress
from ipaddress import ip_address
from typing import TYPE_CHECKING, Self

from moto.core.models import DEFAULT_ACCOUNT_ID

from studio_core.sandbox.extension import install
from studio_core.sandbox.serving import state
from studio_core.sandbox.serving.connections import Server
from studio_core.sandbox.serving.control import Control
from studio_core.sandbox.serving.control_page import ControlPage
from studio_core.sandbox.serving.faults import Faults, engine_of
from studio_core.sandbox.serving.gateway import Gateway
from studio_core.sandbox.serving.visits import StudioPages

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from studio_core.sandbox.serving.scenario import Scenario

ACCESS_KEY = "SANDBOXACCESSKEYID00"
SECRET_KEY = "sandbox"  # noqa: S105  # the sandbox takes any; nothing is protected by it

LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
"""Names of this machine, as they stand in addresses."""

SAVE_SECONDS = 5
"""How often state is saved to a state file."""

_accounts_in_use: set[str] = set()
_accounts_lock = threading.Lock()


class StateSaver(threading.Thread):
    """Save an account's state every few seconds if it was called, and at the end."""

    def __init__(self, account: str, path: Path, gateway: Gateway) -> None:
        super().__init__(daemon=True)
        self._account = account
        self._path = path
        self._gateway = gateway
        self._ended = threading.Event()

    def run(self) -> None:
        """Save until stopped."""
        saved = self._gateway.served
        while not self._ended.wait(SAVE_SECONDS):
            if self._gateway.served != saved:
                saved = self._gateway.served
                with suppress(OSError):  # a full disk must not end the rehearsal
                    state.save(self._account, self._path)

    def stop(self) -> None:
        """Save for the last time.

        Raises:
            OSError: the file cannot be written.
        """
        self._ended.set()
        self.join()
        state.save(self._account, self._path)


class SandboxServer:
    """The simulated AWS on a port of this machine.

    Args:
        port: where to listen; 0 takes a free one.
        host: address to listen at.
        faults: what goes wrong from the start; can be changed while it runs.
        timescale: multiplies every duration; 1 is realistic, 0 is at once.
        progression: how statuses change: `time`, `immediate` or `manual`.
        state_file: where state is loaded from at start, and saved to while it runs and at stop.
        quotas: applied service quotas by code or name, over those of `quota_table.RAISED`.

    The first server of a process has account 123456789012; others that run at the same
    time have an account each, and so see nothing of one another. Each starts empty.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        faults: Faults | None = None,
        timescale: float = 1.0,
        progression: str = "time",
        state_file: Path | None = None,
        quotas: Mapping[str, float] | None = None,
    ) -> None:
        self._port = port
        self._host = host
        self._faults = faults or Faults()
        self._timescale = timescale
        self._progression = progression
        self._state_file = state_file
        self._quotas = dict(quotas or {})
        self._server: Server | None = None
        self._thread: threading.Thread | None = None
        self._saver: StateSaver | None = None
        self._control: Control | None = None
        self.account = ""

    def play(self, scenario: Scenario) -> None:
        """Play a scenario from now on.

        Raises:
            RuntimeError: the server does not run.
        """
        if self._control is None:
            raise RuntimeError("The sandbox is not running; call start() first.")
        self._control.play(scenario)

    def start(self) -> Self:
        """Start serving; requests are answered when this returns.

        Raises:
            OSError: the port is taken or the address is not this machine's.
            ValueError: progression, timescale or quotas cannot be right, or the state file
                is not one.
        """
        if self._server is not None:
            return self
        install()
        self.account = _take_account()
        try:
            control = Control(
                self.account, progression=self._progression, timescale=self._timescale
            )
            control.start_with(self._quotas)
            engine_of(self.account).set(self._faults)
            if self._state_file is not None and self._state_file.exists():
                state.load(self.account, self._state_file)
            gateway = Gateway(
                self.account,
                ControlPage(control),
                StudioPages(self.account),
                hosts=_names_of(self._host),
            )
            self._server = Server(self._host, self._port, gateway)
        except BaseException:
            _leave_account(self.account)
            raise
        self._control = control
        if self._state_file is not None:
            self._saver = StateSaver(self.account, self._state_file, gateway)
            self._saver.start()
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """End all connections and stop serving; safe to call again."""
        server, self._server = self._server, None
        if server is None:
            return
        if self._control is not None:
            self._control.stop_playing()
            self._control = None
        server.shutdown()
        server.end_connections()
        if self._thread is not None:
            self._thread.join()
        if self._saver is not None:
            self._saver.stop()
            self._saver = None
        _leave_account(self.account)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def port(self) -> int:
        """The port of the server.

        Raises:
            RuntimeError: the server does not run.
        """
        if self._server is None:
            raise RuntimeError("The sandbox is not running; call start() first.")
        return int(self._server.port)

    @property
    def url(self) -> str:
        """The address of the sandbox; raises as `port`."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self.port}"

    def environment(self, region: str = "eu-west-1") -> dict[str, str]:
        """Return the variables with which any AWS client of a process reaches the sandbox."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_DEFAULT_REGION": region,
            "AWS_REGION": region,
            "AWS_EC2_METADATA_DISABLED": "true",
        }


def _names_of(host: str) -> frozenset[str] | None:
    """Return the host names a server answers to, None for any; on loopback only its own."""
    try:
        loopback = ip_address(host).is_loopback
    except ValueError:
        loopback = host == "localhost"
    return LOOPBACK | {host} if loopback else None


def _take_account() -> str:
    with _accounts_lock:
        number = int(DEFAULT_ACCOUNT_ID)
        while str(number) in _accounts_in_use:
            number += 1
        _accounts_in_use.add(str(number))
        return str(number)


def _leave_account(account: str) -> None:
    with _accounts_lock:
        _accounts_in_use.discard(account)
