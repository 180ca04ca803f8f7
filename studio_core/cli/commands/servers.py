"""`studio dashboard` and `studio web-app`: run the servers on this machine."""

from __future__ import annotations

import os

import click

from studio_core.cli.options import common_options
from studio_core.cli.processes.ports import LOOPBACK, check_free

PORT = click.IntRange(1, 65535)

_address = click.option(
    "--address", default=LOOPBACK, show_default=True, help="Address to listen at."
)


@click.command()
@click.option("--port", type=PORT, default=8501, show_default=True, help="Port to listen at.")
@_address
@click.option("--open", "open_access", is_flag=True, help="Ask for no token; loopback only.")
@common_options
@click.pass_context
def dashboard(ctx: click.Context, *, port: int, address: str, open_access: bool) -> None:
    """Open the organiser's dashboard, until Ctrl-C.

    It prints the link to open. STUDIO_TOKEN sets the token that the link carries; with
    --open none is asked for, which only the loopback address allows. STUDIO_HELPER_TOKEN
    adds a second link for helpers, who see the status and make links for one person at a
    time. With a sign-in provider in Streamlit's secrets and the setting organisers, people
    sign in by name instead. STUDIO_HOSTS lists the names under which a proxy or other
    machines reach it; a proxy on another machine is believed if the setting trusted-proxy
    names it.
    """
    # The web app does without both.
    from studio_core.dashboard.serving import launch  # noqa: PLC0415 - see above
    from studio_core.dashboard.serving.tokens import is_loopback  # noqa: PLC0415 - see above

    if open_access and not is_loopback(address):
        raise click.UsageError("--open is for the loopback address alone.", ctx=ctx)
    check_free(port, address)
    token = os.environ.get("STUDIO_TOKEN") or None
    ctx.exit(launch.run(port, address, token=token, open_access=open_access))


@click.command("web-app")
@click.option("--port", type=PORT, default=8601, show_default=True, help="Port to listen at.")
@_address
@common_options
@click.pass_context
def web_app(ctx: click.Context, *, port: int, address: str) -> None:
    """Run the participants' web app on this machine, until Ctrl-C.

    People enter their e-mail and code and are sent on to their team's space.
    """
    from studio_core.portal.serve import run  # noqa: PLC0415 - the dashboard does without

    check_free(port, address)
    ctx.exit(run(port, address))
