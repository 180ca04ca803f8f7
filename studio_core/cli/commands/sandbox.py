"""`studio sandbox`: simulated AWS on this machine."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import click

from studio_core.cli.console import say
from studio_core.cli.options import common_options, event_size_options
from studio_core.cli.processes.sandbox import REGION, SandboxOptions, running_sandbox
from studio_core.cli.processes.signals import StopSignals

_SHARE = click.FloatRange(0, 1)
_SECONDS = click.FloatRange(min=0)


@click.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="Port to listen at; 0 for a free one."
)
@event_size_options
@click.option("--empty", is_flag=True, help="Start with a domain and a table, and nobody.")
@click.option("--region", default=REGION, show_default=True, help="Region of the demo's domain.")
@click.option(
    "--timescale",
    type=_SECONDS,
    default=1.0,
    show_default=True,
    help="Multiplies every wait: 0.1 is ten times as fast as AWS.",
)
@click.option("--latency", type=_SECONDS, help="Seconds that every call takes longer.")
@click.option(
    "--rate",
    type=click.FloatRange(min=0, min_open=True),
    help="Calls a second of each operation; more are throttled.",
)
@click.option("--error-rate", type=_SHARE, help="Share of calls that fail with a server error.")
@click.option("--drop-rate", type=_SHARE, help="Share of calls cut off before they take effect.")
@click.option(
    "--lost-answer-rate", type=_SHARE, help="Share of calls that take effect without an answer."
)
@click.option("--throttle-rate", type=_SHARE, help="Share of calls that are throttled.")
@click.option("--seed", type=int, help="Where the random numbers begin.")
@click.option(
    "--state",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Keep its state in this file, and go on from it the next time.",
)
@click.option(
    "--scenario",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Play this scenario file: faults, quotas and a clock that change with time.",
)
@common_options
def sandbox(
    *,
    port: int,
    participants: int,
    teams: int,
    empty: bool,
    region: str,
    timescale: float,
    state: Path | None,
    scenario: Path | None,
    **faults: float | None,
) -> None:
    """Simulate AWS on this machine, to rehearse an event without an account.

    When it is ready to answer it prints one line for each variable to export, and goes on
    until Ctrl-C. In another shell, take the lines over and use any command:

    \b
        studio sandbox > sandbox.env &
        . ./sandbox.env
        studio status
    """  # noqa: D301 - click reads a backspace as: keep these lines
    options = SandboxOptions(
        port=port,
        timescale=timescale,
        participants=participants,
        teams=teams,
        empty=empty,
        state_file=state,
        faults=faults,
        region=region,
        scenario=scenario,
    )
    with StopSignals() as stop, running_sandbox(options) as variables:
        lines = [f"export {name}={shlex.quote(value)}\n" for name, value in variables.items()]
        sys.stdout.write("".join(lines))
        sys.stdout.flush()
        url = variables["AWS_ENDPOINT_URL"]
        say(f"The sandbox answers at {url}; Ctrl-C ends it.")
        say(f"Direct the rehearsal at {url}/_sandbox/ in a browser.")
        say("Set STUDIO_CONFIG too, if `studio configure` shall leave your own settings alone.")
        stop.wait()
