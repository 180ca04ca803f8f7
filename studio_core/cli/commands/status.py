"""`studio status`: count people, profiles, spaces and apps."""

from __future__ import annotations

import sys
from shlex import quote
from typing import TYPE_CHECKING

import click

from studio_core.cli.console import print_table, result, result_json, say
from studio_core.cli.options import common_options, json_option
from studio_core.cli.processes.signals import StopSignals
from studio_core.cli.tools import tools
from studio_core.planning.before import ADOPT, from_before
from studio_core.wording import counted, not_of_this_event

if TYPE_CHECKING:
    from studio_core.hackathon import Hackathon
    from studio_core.insight.status import Summary

_CLEAR = "\x1b[H\x1b[2J"


@click.command()
@click.option("--watch", is_flag=True, help="Look again and again, until Ctrl-C.")
@click.option(
    "--interval",
    type=click.FloatRange(min=0.5),
    default=5.0,
    show_default=True,
    metavar="SECONDS",
    help="Pause between two looks of --watch.",
)
@json_option
@common_options
def status(*, watch: bool, interval: float, as_json: bool) -> None:
    """Count people, profiles, spaces and apps of the event, in all and by team."""
    with tools().configured() as hackathon:
        if not watch:
            _show(hackathon, as_json=as_json)
            return
        with StopSignals() as stop:
            while not stop.received:
                _show(hackathon, as_json=as_json, clear=sys.stdout.isatty() and not as_json)
                stop.wait(interval)


def _show(hackathon: Hackathon, *, as_json: bool, clear: bool = False) -> None:
    snapshot = hackathon.observe()
    summary = hackathon.status(snapshot)
    if clear:
        click.echo(_CLEAR, nl=False)
    if as_json:
        result_json(summary.as_json())
    else:
        _print(summary, hackathon.settings.event)
    for warning in snapshot.warnings:
        say(f"Warning: {warning}")
    if summary.from_before:
        say(f"{from_before(summary.from_before)} {ADOPT}")


def _print(summary: Summary, event: str) -> None:
    people = counted(summary.participants, "participant")
    result(f"{event}: {people} in {counted(len(summary.teams), 'team')}")
    for name, counts in (
        ("profiles", summary.profiles),
        ("spaces", summary.spaces),
        ("apps", summary.apps),
        ("running", summary.instances),
    ):
        by_status = ", ".join(f"{number} {key}" for key, number in counts.items())
        result(f"  {name:<10}{by_status or 'none'}")
    if summary.teams:
        result("")
        print_table(
            ("team", "people", "ready", "space", "space status", "app", "instance"),
            (
                (
                    team.team,
                    team.people,
                    team.profiles_ready,
                    team.space,
                    team.space_status,
                    team.app_status,
                    team.instance_type,
                )
                for team in summary.teams
            ),
        )
    for each in summary.failed:
        whose = f" of team {each.team}" if each.team else ""
        again = f" What to do: studio start-apps --team {quote(each.team)}" if each.team else ""
        result(f"Failed: {each.app.label}{whose}: {each.reason or 'AWS gives no reason.'}{again}")
    if others := not_of_this_event(summary.others):
        say(others)
