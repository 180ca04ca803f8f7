"""`studio start-apps` and `studio stop-apps`: start and stop the event's instances."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from studio_core.cli.options import (
    as_option,
    common_options,
    dry_run_option,
    json_option,
    team_option,
    yes_option,
)
from studio_core.cli.running.interaction import ask_to_go_ahead, run_interactively
from studio_core.cli.tools import tools
from studio_core.hackathon.links import choose
from studio_core.model.plans import Action
from studio_core.wording import TERSE_KINDS, by_kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio_core.engine.run import Proposal
    from studio_core.hackathon import Hackathon
    from studio_core.model.plans import Plan
    from studio_core.model.studio import Snapshot


@click.command("start-apps")
@team_option
@dry_run_option
@yes_option
@json_option
@as_option
@common_options
@click.pass_context
def start_apps(
    ctx: click.Context, *, team: str | None, dry_run: bool, yes: bool, as_json: bool
) -> None:
    """Start an app in every team space, so that people find it running.

    Each app is an instance that costs money until it is stopped. In a terminal you are
    asked before it begins; elsewhere it begins at once.
    """

    def question(plan: Plan) -> str:
        return f"Start {by_kind(plan.counts(Action.CREATE), TERSE_KINDS)}?"

    with tools().configured() as hackathon:
        proposal = hackathon.propose_start_apps(team, _snapshot(hackathon, team))
        ctx.exit(_run(hackathon, proposal, question, dry_run=dry_run, yes=yes, as_json=as_json))


@click.command("stop-apps")
@team_option
@dry_run_option
@yes_option
@json_option
@as_option
@common_options
@click.pass_context
def stop_apps(
    ctx: click.Context, *, team: str | None, dry_run: bool, yes: bool, as_json: bool
) -> None:
    """Stop the apps of the event: what costs most ends, files stay.

    What people have open is ended, unsaved work is lost. In a terminal you are asked
    before it begins; elsewhere it begins at once.
    """

    def question(plan: Plan) -> str:
        apps = by_kind(plan.counts(Action.DELETE), TERSE_KINDS)
        return f"Stop {apps}? Unsaved work in them is lost."

    with tools().configured() as hackathon:
        proposal = hackathon.propose_stop_apps(team, _snapshot(hackathon, team))
        ctx.exit(_run(hackathon, proposal, question, dry_run=dry_run, yes=yes, as_json=as_json))


def _snapshot(hackathon: Hackathon, team: str | None) -> Snapshot:
    """Return a snapshot; refuse a team without people rather than find nothing to do."""
    snapshot = hackathon.observe()
    if team is not None:
        choose(snapshot.records, team=team)
    return snapshot


def _run(
    hackathon: Hackathon,
    proposal: Proposal,
    question: Callable[[Plan], str],
    *,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> int:
    def agree(plan: Plan) -> None:
        ask_to_go_ahead(question(plan), yes=yes)

    return run_interactively(hackathon, proposal, agree, dry_run=dry_run, as_json=as_json)
