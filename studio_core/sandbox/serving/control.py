"""The sandbox's own addresses under /_sandbox/: calls, faults, quotas, clock, reset, health."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast

from moto.core.base_backend import BackendDict
from moto.sagemaker.models import sagemaker_backends

from studio_core.sandbox.services import quota_table
from studio_core.sandbox.serving.faults import Faults, engine_of
from studio_core.sandbox.serving.scenario import Player
from studio_core.sandbox.serving.wsgi import respond
from studio_core.sandbox.studio import lifecycle

if TYPE_CHECKING:
    from collections.abc import Iterable

    from studio_core.sandbox.serving.gateway import Gateway
    from studio_core.sandbox.serving.scenario import Scenario, Step
    from studio_core.sandbox.serving.wsgi import StartResponse
    from studio_core.sandbox.studio.models import StudioBackend

Answer = tuple[int, Any]
Handler = Callable[["Gateway", Mapping[str, Any]], Answer]


def clear_account(account: str) -> None:
    """Delete everything of an account from all of moto's backends."""
    instances: list[Any] = getattr(BackendDict, "_instances")  # noqa: B009  # moto's own list of them
    for backends in list(instances):
        if account in backends.keys():  # noqa: SIM118  # its __contains__ is not a dict's
            backends[account].reset()
            del backends[account]


class Control:
    """Answers the control addresses of one server."""

    def __init__(self, account: str, *, progression: str, timescale: float) -> None:
        self.account = account
        self._first_quotas: dict[str, float] = {}
        self.player: Player | None = None
        """Plays a scenario, if one was given."""
        self.set_clock(progression, timescale)
        self._handlers: dict[tuple[str, str], Handler] = {
            ("GET", "health"): self._health,
            ("GET", "calls"): lambda gateway, _: (200, gateway.calls()),
            ("DELETE", "calls"): self._forget_calls,
            ("GET", "faults"): lambda gateway, _: (200, gateway.engine.faults.as_dict()),
            ("PUT", "faults"): self._set_faults,
            ("GET", "quotas"): lambda _, __: (200, quota_table.applied[account].as_dict()),
            ("PUT", "quotas"): self._set_quotas,
            ("GET", "clock"): lambda _, __: (200, self.clock),
            ("PUT", "clock"): self._set_clock,
            ("POST", "reset"): self._reset,
        }

    @property
    def clock(self) -> dict[str, Any]:
        """Progression and timescale."""
        return {"progression": self.progression, "timescale": self.timescale}

    def set_clock(self, progression: str, timescale: float) -> None:
        """Set progression and timescale, also for resources in transition."""
        lifecycle.configure(progression, timescale=timescale, account=self.account)
        self.progression = progression
        self.timescale = timescale
        for backend in list(sagemaker_backends[self.account].values()):
            studio = cast("StudioBackend", backend)
            with studio.lock:
                studio.reschedule()

    def start_with(self, quotas: Mapping[str, float]) -> None:
        """Empty the account and apply these quotas over the raised ones, as `reset` does again.

        Raises:
            ValueError: a quota is unknown or its value cannot be right.
        """
        self._first_quotas = dict(quotas)
        self.reset()

    def reset(self) -> None:
        """Empty the account and restore its first quotas."""
        applied = quota_table.AppliedQuotas()
        applied.set(self._first_quotas)
        clear_account(self.account)
        quota_table.applied[self.account] = applied

    def play(self, scenario: Scenario) -> None:
        """Play a scenario from its start."""
        self.stop_playing()
        first, *_ = scenario.steps
        self.apply(first)
        self.player = Player(scenario, self.apply)
        self.player.start()

    def stop_playing(self) -> None:
        """Leave everything as the scenario has it now."""
        if self.player is not None:
            self.player.stop()
            self.player = None

    def apply(self, step: Step) -> None:
        """Apply one step of a scenario."""
        if step.progression is not None or step.timescale is not None:
            timescale = self.timescale if step.timescale is None else step.timescale
            self.set_clock(step.progression or self.progression, timescale)
        quota_table.set_quotas(step.quotas, self.account)
        if step.faults is not None:
            engine_of(self.account).set(step.faults)

    def answer(
        self, gateway: Gateway, environ: dict[str, Any], start: StartResponse
    ) -> Iterable[bytes]:
        """Answer one request."""
        name = environ["PATH_INFO"].removeprefix("/_sandbox/").strip("/")
        method = environ["REQUEST_METHOD"]
        handler = self._handlers.get((method, name))
        if handler is None:
            known = any(name == each for _, each in self._handlers)
            status = 405 if known else 404
            return _json(start, status, {"error": f"{method} /_sandbox/{name} is not an address"})
        try:
            given = json.loads(environ["wsgi.input"].read() or b"{}")
            if not isinstance(given, dict):
                raise ValueError("the body must be a JSON object")  # noqa: TRY004, TRY301  # one answer to all
            status, body = handler(gateway, given)
        except (ValueError, TypeError) as error:
            return _json(start, 400, {"error": str(error)})
        return _json(start, status, body)

    def _health(self, _: Gateway, __: Mapping[str, Any]) -> Answer:
        return 200, {"status": "ok", "account": self.account, **self.clock}

    @staticmethod
    def _forget_calls(gateway: Gateway, _: Mapping[str, Any]) -> Answer:
        gateway.reset_calls()
        return 200, {}

    def _set_faults(self, _: Gateway, given: Mapping[str, Any]) -> Answer:
        faults = Faults.from_dict(given)
        engine_of(self.account).set(faults)
        return 200, faults.as_dict()

    def _set_quotas(self, _: Gateway, given: Mapping[str, Any]) -> Answer:
        quota_table.set_quotas(dict(given), self.account)
        return 200, quota_table.applied[self.account].as_dict()

    def _set_clock(self, _: Gateway, given: Mapping[str, Any]) -> Answer:
        self.set_clock(
            given.get("progression", self.progression), given.get("timescale", self.timescale)
        )
        return 200, self.clock

    def _reset(self, gateway: Gateway, _: Mapping[str, Any]) -> Answer:
        self.reset()
        gateway.reset_calls()
        return 200, {}


def _json(start: StartResponse, status: int, body: Any) -> Iterable[bytes]:
    return respond(start, status, json.dumps(body), "application/json", cache_control="no-store")
