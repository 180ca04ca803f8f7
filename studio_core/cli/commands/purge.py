"""`studio purge`: delete everything that belongs to the event."""

from __future__ import annotations

from datetime import datetime

import click

from studio_core.cli.options import as_option, common_options, dry_run_option, json_option
from studio_core.cli.running import confirmation
from studio_core.cli.running.interaction import remind, run_interactively
from studio_core.cli.tools import tools
from studio_core.model.plans import Plan, Scope


@click.command()
@dry_run_option
@click.option("--confirm", metavar="DOMAIN_ID", help="The domain's id, instead of typing it.")
@click.option(
    "--whole-domain",
    is_flag=True,
    help="Delete everything in the domain, also what is not of this event.",
)
@click.option(
    "--confirm-whole-domain",
    is_flag=True,
    help="Confirm --whole-domain, instead of typing the words.",
)
@click.option(
    "--before-end", is_flag=True, help="Go ahead although the event's last day is still to come."
)
@json_option
@as_option
@common_options
@click.pass_context
def purge(
    ctx: click.Context,
    *,
    dry_run: bool,
    confirm: str | None,
    whole_domain: bool,
    confirm_whole_domain: bool,
    before_end: bool,
    as_json: bool,
) -> None:
    """Delete the event's apps, spaces, profiles and table rows, and wait until they are gone.

    Only what the tool made for this event goes, and what people started in it; everything
    else in the domain stays and is named. Files in the spaces go with them. One run is
    enough: it ends by looking again and naming what is left.

    The plan is shown first; then the id of the domain is to be typed, or given with
    --confirm. --whole-domain wants a second confirmation: the words "whole domain", or
    --confirm-whole-domain.
    """
    here = tools()
    scope = Scope.DOMAIN if whole_domain else Scope.EVENT
    if confirm_whole_domain and not whole_domain:
        raise click.UsageError("--confirm-whole-domain goes with --whole-domain.", ctx=ctx)
    given = confirmation.Consent(confirm, confirm_whole_domain, before_end)
    with here.configured() as hackathon:
        settings = hackathon.settings
        confirmation.check_given(given, settings.domain_id)

        def agree(plan: Plan) -> None:
            today = datetime.now().astimezone().date()
            interactive = here.interactive()
            confirmation.to_purge(plan, settings, given, interactive=interactive, today=today)

        proposal = hackathon.propose_purge(scope)
        status = run_interactively(hackathon, proposal, agree, dry_run=dry_run, as_json=as_json)
        remind(settings)
        ctx.exit(status)
