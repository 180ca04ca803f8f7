"""Show a plan, ask, run it and report, down to the exit status."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from studio_core.cli.console import result, result_json, say
from studio_core.cli.failures import FAILED, DeclinedError
from studio_core.cli.options import verbose
from studio_core.cli.running import report_text
from studio_core.cli.running.plan_text import nothing_to_do, outline, would
from studio_core.cli.running.progress import run_with_progress
from studio_core.cli.tools import tools
from studio_core.model.plans import Purpose
from studio_core.model.runs import Report
from studio_core.wording import web_app_remains

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio_core.config import Settings
    from studio_core.engine.run import Proposal
    from studio_core.hackathon import Hackathon
    from studio_core.model.plans import Plan


def run_interactively(
    hackathon: Hackathon,
    proposal: Proposal,
    agree: Callable[[Plan], None],
    *,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Show a plan, confirm it, run it, and return the exit status.

    `agree` raises to refuse. It is called again when the plan changes before it runs, and
    never for an empty plan.
    """
    plan = proposal.plan
    if dry_run:
        _show_only(plan, as_json=as_json)
        return 0
    for line in outline(plan, everything=verbose()):
        say(line)
    if plan.empty:
        report, told = Report(plan), nothing_to_do(plan)
    else:
        agree(plan)
        report = run_with_progress(hackathon, proposal, agree, verbose=verbose())
        told = report_text.sentence(report)
    _tell(report, told, as_json=as_json)
    return 0 if report_text.finished(report) else FAILED


def _show_only(plan: Plan, *, as_json: bool) -> None:
    if as_json:
        result_json(report_text.plan_dict(plan))
        return
    for line in would(plan):
        result(line)


def _tell(report: Report, told: str, *, as_json: bool) -> None:
    lines = [told]
    if report.cancelled:
        lines.append("Stopped before the end; run the same command again to go on.")
    elif report.plan.purpose is Purpose.PURGE and not report_text.left_over(report):
        lines.append("Nothing is left.")
    if as_json:
        result_json(report_text.report_dict(report))
    for line in lines:
        (say if as_json else result)(line)
    for line in report_text.problems(report):
        say(line)


def remind(settings: Settings) -> None:
    """Name what a purge leaves running."""
    if settings.web_app_url:
        say(web_app_remains(settings.web_app_url))


def ask_to_go_ahead(question: str, *, yes: bool) -> None:
    """Ask a person to go ahead, unless `yes` was given or nobody can be asked.

    Raises:
        DeclinedError: The answer was no.
    """
    if yes or not tools().interactive():
        return
    if not click.confirm(question, default=False, err=True):
        raise DeclinedError
