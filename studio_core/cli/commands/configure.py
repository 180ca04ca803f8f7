"""`studio configure`: ask for the settings, check them and save them."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

from studio_core import config
from studio_core.cli import wizard
from studio_core.cli.console import result, say
from studio_core.cli.options import common_options
from studio_core.cli.tools import tools, warn_of_seed
from studio_core.errors import NotFoundError, SettingsError
from studio_core.model.studio import AppType
from studio_core.wording import listed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from studio_core.config import Settings

F = TypeVar("F", bound="Callable[..., Any]")

_HELP: dict[str, dict[str, Any]] = {
    "region": {"help": "AWS region of the domain, such as eu-west-1."},
    "domain_id": {"help": "Id of the Studio domain, such as d-abc123def456."},
    "table_name": {"help": "Participants table, made when missing.  [default: studio-cli-EVENT]"},
    "event": {"help": "Short name of the event, put on all that is made for it."},
    "profile": {"help": "AWS profile to use; empty for the SDK's own choice."},
    "app_type": {"type": click.Choice([kind.value for kind in AppType]), "help": "App of a space."},
    "instance_type": {"help": "Instance of an app, such as ml.t3.medium."},
    "ebs_gb": {"help": "Size of a space's volume in GiB, from 5."},
    "landing": {"help": "Where links lead, such as app:JupyterLab:lab/tree/README.md."},
    "personal_spaces": {"help": "A space for each person, or one for each team."},
    "concurrency": {"help": "Calls to AWS in flight at the most, 1 to 64."},
    "ends_on": {"metavar": "DATE", "help": "Last day of the event; purge asks twice before it."},
    "access": {
        "type": click.Choice(config.ACCESS_MODES),
        "help": "How the web app lets people in.",
    },
    "web_app_url": {"help": "Address at which participants reach the web app."},
    "sender": {"help": "Address that codes by mail come from."},
    "tries_per_client": {
        "help": "Wrong tries a quarter of an hour from one network address before delays."
    },
    "trusted_proxy": {"help": "Address of the proxy whose X-Forwarded-For is believed."},
    "audit_table": {"help": "Table that keeps the audit log too."},
    "link_role": {"help": "ARN of a role that makes links, one session a person."},
    "organisers": {"help": "Who may sign in to the dashboard: addresses and @domains."},
    "helpers": {"help": "Who may sign in as a helper: addresses and @domains."},
    "your_name": {"help": "Your name, shown to other organisers while you run something."},
}
"""Attributes of each setting's option. The account has none: AWS tells it."""


def _settings_options(function: F) -> F:
    """Add an option for each setting that a person chooses."""
    for field in reversed(fields(config.Settings)):
        if field.name == "account":
            continue
        attributes: dict[str, Any] = {"type": type(field.default), **_HELP.get(field.name, {})}
        name = f"--{field.name.replace('_', '-')}"
        if field.name == "personal_spaces":
            name += "/--team-spaces"
        function = click.option(name, field.name, default=None, **attributes)(function)
    return function


@click.command()
@_settings_options
@click.option("--ask", is_flag=True, help="Ask for everything, what is set already as default.")
@common_options
@click.pass_context
def configure(ctx: click.Context, /, *, ask: bool, **given: Any) -> None:
    """Choose region, domain, table and event, check them against AWS, and save them.

    Asks only for what is missing: what is saved already, or set by a STUDIO_... variable,
    counts as given. Where nobody can be asked, missing settings are named and the exit
    status is 2.

    A domain in SSO mode (IAM Identity Center) is refused, because AWS makes no login links
    for it. The participants table is made when it is not there.
    """
    here = tools()
    warn_of_seed()
    before = config.load_file()
    wanted = _chosen({name: value for name, value in given.items() if value is not None})
    if here.interactive() and (ask or wanted.missing):
        wanted = wizard.ask_settings(wanted, here, again=ask, given=given)
    elif ask:
        raise click.UsageError("--ask needs a terminal.", ctx=ctx)
    wanted = _complete(wanted)
    with here.hackathon(wanted) as hackathon:
        try:
            pinned = hackathon.pinned()
        except NotFoundError as error:
            raise SettingsError(
                f"There is no Studio domain {wanted.domain_id} in {wanted.region}.",
                "Choose one that is there, or another region or AWS profile.",
            ) from error
        if hackathon.ensure_table():
            say(f"Made the table {wanted.table_name}.")
        hackathon.note_settings(before, pinned)
        path = config.save(pinned)
    if before.account and before.account != pinned.account:
        say(f"The account is now {pinned.account}; it was {before.account}.")
    result(
        f"Saved to {path}: {pinned.event} on {pinned.domain_id} in {pinned.region}, "
        f"account {pinned.account}, table {pinned.table_name}."
    )
    _say_overridden()


def _chosen(given: Mapping[str, Any]) -> Settings:
    """Return the current settings overlaid with the options, checked."""
    return config.check(replace(config.load(), **given))


def _complete(settings: Settings) -> Settings:
    """Return the settings with a table name.

    Raises:
        SettingsError: Region or domain are missing; the remedy names the options.
    """
    if not settings.table_name:
        settings = replace(settings, table_name=wizard.default_table(settings.event))
    if settings.missing:
        options = [f"--{name.replace('_', '-')}" for name in settings.missing]
        raise SettingsError(
            f"Missing: {listed(options)}.",
            f"Give {listed(options)}, or run `studio configure` in a terminal to be asked.",
        )
    return config.check(settings)


def _say_overridden() -> None:
    """Name the settings that the environment overrides: saving them has no effect."""
    held = [config.variable(name) for name in config.overridden()]
    if held:
        say(f"Set in the environment, which goes before what is saved: {', '.join(held)}.")
