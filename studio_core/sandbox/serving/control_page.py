"""The control page at `/_sandbox/`, from which a rehearsal is directed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from studio_core.sandbox.services import quota_table
from studio_core.sandbox.serving.faults import Faults
from studio_core.sandbox.serving.history import BUCKET_SECONDS, BUCKETS
from studio_core.sandbox.serving.overview import domains_of, tables_of
from studio_core.sandbox.serving.wsgi import respond
from studio_core.sandbox.studio.lifecycle import PROGRESSIONS
from studio_core.templating import environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from studio_core.sandbox.serving.control import Control
    from studio_core.sandbox.serving.gateway import Gateway
    from studio_core.sandbox.serving.wsgi import StartResponse

    Action = Callable[["Control", Gateway, dict[str, str]], None]

ADDRESS = "/_sandbox/"
ACT = "/_sandbox/act"
"""Where the page's forms go."""

_TEMPLATES = environment("studio_core.sandbox.serving")
_HEADERS = {
    "cache_control": "no-store",
    "referrer_policy": "same-origin",
    "content_security_policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "x_content_type_options": "nosniff",
}
_HEIGHT = 24
"""Height of the lines of calls over time, in pixels."""


@dataclass(frozen=True, slots=True)
class Switch:
    """A fault as a switch: what the page calls it, and its value when it is on."""

    fault: str
    label: str
    on: Any


SWITCHES = (
    Switch("throttle_rate", "Throttle every call", 1.0),
    Switch("error_rate", "Fail half of the calls with a server error", 0.5),
    Switch("drop_rate", "Cut one connection in five", 0.2),
    Switch("lose_next", "Lose the next answer", 1),
    Switch("latency", "Slow every call by 2 seconds", 2.0),
    Switch("list_lag", "Lists 10 seconds behind", 10.0),
    Switch("app_failure_rate", "Let new apps fail", 1.0),
    Switch("stuck_rate", "Let deletions fail", 1.0),
    Switch("refuse_classic", "Refuse Studio Classic apps", on=True),
)


class ControlPage:
    """Answers the page, its forms and, through `control`, the other control addresses."""

    def __init__(self, control: Control) -> None:
        self._control = control

    def answer(
        self, gateway: Gateway, environ: dict[str, Any], start: StartResponse
    ) -> Iterable[bytes]:
        """Answer one request."""
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        if path == ADDRESS and method == "GET":
            refresh = "refresh" in environ.get("QUERY_STRING", "")
            html = self.html(gateway, refresh=refresh)
            return respond(start, 200, html, "text/html; charset=utf-8", **_HEADERS)
        if path == ACT and method == "POST":
            return self._act(gateway, environ, start)
        return self._control.answer(gateway, environ, start)

    def html(self, gateway: Gateway, *, refresh: bool = False) -> str:
        """Render the page."""
        faults, player = gateway.engine.faults, self._control.player
        applied = quota_table.applied[self._control.account]
        return _TEMPLATES.get_template("control.html").render(
            account=self._control.account,
            act=ACT,
            refresh=refresh,
            domains=domains_of(self._control.account),
            tables=tables_of(self._control.account),
            calls=[
                (name, gateway.history.totals[name], points(series))
                for name, series in gateway.call_series().items()
            ],
            minutes=BUCKETS * BUCKET_SECONDS // 60,
            switches=[(switch, getattr(faults, switch.fault)) for switch in SWITCHES],
            other_faults={
                name: value
                for name, value in faults.as_dict().items()
                if value != getattr(Faults(), name)
            },
            stuck=faults.stuck,
            quotas=[(each, applied.value(each)) for each in quota_table.QUOTAS.values()],
            clock=self._control.clock,
            progressions=PROGRESSIONS,
            scenario=player.scenario if player else None,
            steps_done=player.done if player else 0,
        )

    def _act(
        self, gateway: Gateway, environ: dict[str, Any], start: StartResponse
    ) -> Iterable[bytes]:
        # The gateway refuses foreign origins; a form of this page always names its own.
        if "HTTP_ORIGIN" not in environ:
            return respond(start, 403, "Only the page itself may do this.\n", "text/plain")
        form = dict(parse_qsl(environ["wsgi.input"].read().decode("utf-8", "replace")))
        action = ACTIONS.get(form.get("do", ""))
        if action is None:
            return respond(start, 400, "No such action.\n", "text/plain")
        try:
            action(self._control, gateway, form)
        except (KeyError, ValueError) as error:
            return respond(start, 400, f"{error}\n", "text/plain")
        return respond(start, 303, "", "text/plain", location=ADDRESS)


def points(series: list[int]) -> str:
    """Return the points of an SVG line, as high as its largest value."""
    top = max([*series, 1])
    return " ".join(
        f"{place * 2},{_HEIGHT - count * (_HEIGHT - 2) / top:.1f}"
        for place, count in enumerate(series)
    )


def _flip(_: Control, gateway: Gateway, form: dict[str, str]) -> None:
    """Turn a switch on or off."""
    switch = next((each for each in SWITCHES if each.fault == form["fault"]), None)
    if switch is None:
        raise ValueError("no such switch")
    now = gateway.engine.faults.as_dict()
    off = getattr(Faults(), switch.fault)
    now[switch.fault] = off if now[switch.fault] else switch.on
    gateway.engine.set(Faults.from_dict(now))


def _stick(_: Control, gateway: Gateway, form: dict[str, str]) -> None:
    """Let the deletion of a space or profile, or the stop of an app, fail; or no longer."""
    faults, name = gateway.engine.faults, form["name"]
    others = tuple(each for each in faults.stuck if each != name)
    stuck = others if name in faults.stuck else (*others, name)
    gateway.engine.set(replace(faults, stuck=stuck))


def _clear(_: Control, gateway: Gateway, __: dict[str, str]) -> None:
    """Switch every fault off."""
    gateway.engine.set(Faults())


def _forget(_: Control, gateway: Gateway, __: dict[str, str]) -> None:
    """Count the calls from zero."""
    gateway.reset_calls()


def _quota(control: Control, _: Gateway, form: dict[str, str]) -> None:
    """Apply a quota."""
    quota_table.set_quotas({form["code"]: float(form["value"])}, control.account)


def _clock(control: Control, _: Gateway, form: dict[str, str]) -> None:
    """Change how statuses change."""
    control.set_clock(form["progression"], float(form["timescale"]))


ACTIONS: dict[str, Action] = {
    "switch": _flip,
    "stick": _stick,
    "clear": _clear,
    "forget": _forget,
    "quota": _quota,
    "clock": _clock,
}
"""What the forms of the page can do, by their field `do`."""
