"""`studio demo`: run a made-up hackathon without an AWS account."""

from __future__ import annotations

import os
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from studio_core import config
from studio_core.cli.commands.servers import PORT
from studio_core.cli.console import result, say
from studio_core.cli.failures import without_addresses
from studio_core.cli.options import common_options, event_size_options
from studio_core.cli.processes.children import Child
from studio_core.cli.processes.ports import LOOPBACK, check_free, free_port
from studio_core.cli.processes.sandbox import SandboxOptions, running_sandbox
from studio_core.cli.processes.signals import StopSignals
from studio_core.errors import StudioError

if TYPE_CHECKING:
    from collections.abc import Mapping

READY = 60.0
"""Seconds within which the servers must answer."""

_LOOK = 0.2
_NO_PROXY = ("127.0.0.1", "localhost")


@click.command()
@click.option("--port", type=PORT, default=8501, show_default=True, help="Port of the dashboard.")
@event_size_options
@click.option(
    "--web-app-port", type=PORT, help="Port of the web app.  [default: the one after --port]"
)
@click.option(
    "--timescale",
    type=click.FloatRange(min=0),
    default=0.1,
    show_default=True,
    help="Multiplies every wait: 1 is as slow as AWS.",
)
@common_options
def demo(
    *, port: int, participants: int, teams: int, web_app_port: int | None, timescale: float
) -> None:
    """Start the sandbox with a made-up hackathon, the dashboard and the web app over it.

    It prints one link to open. Everything listens on this machine alone, your own settings
    are neither used nor changed, and Ctrl-C ends all of it and leaves nothing behind.
    """
    check_free(port)
    if web_app_port is not None:
        check_free(web_app_port, option="--web-app-port")
    web_port = web_app_port or free_port(min(port + 1, 65535))
    options = SandboxOptions(timescale=timescale, participants=participants, teams=teams)
    with StopSignals() as stop, ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="studio-demo-")))
        variables = stack.enter_context(running_sandbox(options))
        environ = _environment(os.environ, variables, folder)
        _save_settings(variables, environ, f"http://{LOOPBACK}:{web_port}/")
        dashboard = _child(stack, "Dashboard", ["dashboard", "--port", str(port)], environ)
        web_app = _child(stack, "Web app", ["web-app", "--port", str(web_port)], environ)
        children = [dashboard, web_app]
        if not _wait_for_links(children, stop):
            return
        result(dashboard.link)
        say(f"A made-up hackathon of {participants} people in {teams} teams. Ctrl-C ends it.")
        say(f"The participants' web app: {web_app.link}")
        say("The dashboard's page of links has the code that it asks for.")
        while not stop.wait(_LOOK):
            _all_alive(children)


def _child(stack: ExitStack, name: str, arguments: list[str], environ: Mapping[str, str]) -> Child:
    child = Child(name, arguments, environ)
    stack.callback(child.end)
    return child


def _environment(
    base: Mapping[str, str], variables: Mapping[str, str], folder: Path
) -> dict[str, str]:
    """Return the children's environment: the sandbox, and nothing of the user's AWS settings."""
    kept = {
        name: value
        for name, value in base.items()
        if not name.startswith(("AWS_", "STUDIO_")) or name == "STUDIO_TOKEN"
    }
    hosts = [h for h in (kept.get("NO_PROXY") or kept.get("no_proxy", "")).split(",") if h]
    direct = ",".join(dict.fromkeys([*hosts, *_NO_PROXY]))
    sdk = {name: value for name, value in variables.items() if name.startswith("AWS_")}
    return {
        **kept,
        **sdk,
        "NO_PROXY": direct,
        "no_proxy": direct,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "STUDIO_CONFIG": str(folder / "config.toml"),
        "STUDIO_STATE": str(folder / "state"),
    }


def _save_settings(
    variables: Mapping[str, str], environ: Mapping[str, str], web_app_url: str
) -> None:
    """Save the demo's settings to a file, so that the settings page can change them."""
    settings = config.Settings(
        region=variables["STUDIO_REGION"],
        domain_id=variables["STUDIO_DOMAIN_ID"],
        table_name=variables["STUDIO_TABLE_NAME"],
        event=variables["STUDIO_EVENT"],
        account=variables["STUDIO_ACCOUNT"],
        web_app_url=web_app_url,
    )
    config.save(settings, environ)


def _wait_for_links(children: list[Child], stop: StopSignals) -> bool:
    """Wait until all children have printed their links; return False when stopped before.

    Raises:
        StudioError: A child ended, or printed no link in time.
    """
    until = time.monotonic() + READY
    while silent := [child for child in children if not child.link]:
        if stop.wait(_LOOK / 2):
            return False
        _all_alive(children)
        if time.monotonic() > until:
            raise _died(silent[0], f"has not answered within {READY:.0f} seconds")
    return True


def _all_alive(children: list[Child]) -> None:
    for child in children:
        if child.status is not None:
            raise _died(child, f"has ended with status {child.status}")


def _died(child: Child, what: str) -> StudioError:
    for line in child.tail:
        say(f"  {without_addresses(line)}")
    return StudioError(
        f"The {child.name.lower()} {what}; the demo is over.",
        "Look at the lines above, and start the demo again.",
    )
