"""`studio dashboard` and `studio web-app`: the two servers, on this machine."""

from __future__ import annotations

import os
from importlib import import_module
from importlib.util import find_spec

import click

from studio_core.cli.options import common
from studio_core.cli.ports import LOOPBACK, check_free
from studio_core.errors import StudioError

PORTAL = "studio_core.portal.serve"
"""The module that serves the participants' web app."""

PORT = click.IntRange(1, 65535)

_address = click.option(
    "--address", default=LOOPBACK, show_default=True, help="Address to listen at."
)


@click.command()
@click.option("--port", type=PORT, default=8501, show_default=True, help="Port to listen at.")
@_address
@click.option("--open", "open_access", is_flag=True, help="Ask for no token; loopback only.")
@common
@click.pass_context
def dashboard(ctx: click.Context, *, port: int, address: str, open_access: bool) -> None:
    """Open the organiser's dashboard, until Ctrl-C.

    It prints the link to open. STUDIO_TOKEN sets the token that the link carries; with
    --open none is asked for, which only the loopback address allows.
    """
    from studio_core.dashboard import launch  # noqa: PLC0415 - tests start commands without it

    if open_access and not launch.loopback(address):
        raise click.UsageError("--open is for the loopback address alone.", ctx=ctx)
    check_free(port, address)
    token = os.environ.get("STUDIO_TOKEN") or None
    ctx.exit(launch.run(port, address, token=token, open_access=open_access))


@click.command("web-app")
@click.option("--port", type=PORT, default=8601, show_default=True, help="Port to listen at.")
@_address
@common
@click.pass_context
def web_app(ctx: click.Context, *, port: int, address: str) -> None:
    """Run the participants' web app on this machine, until Ctrl-C.

    People enter their e-mail and code and are sent on to their team's space.
    """
    if not portal_there():
        raise StudioError(
            "The participants' web app is not part of this installation.",
            "Install a version that has it, or hand out links with `studio get-urls`.",
        )
    check_free(port, address)
    ctx.exit(import_module(PORTAL).run(port, address))


def portal_there() -> bool:
    """True when the participants' web app is part of this installation."""
    return find_spec(PORTAL) is not None
