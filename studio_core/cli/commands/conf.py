"""`studio get-conf`: show the current settings and where they come from."""

from __future__ import annotations

from dataclasses import asdict

import click

from studio_core import config
from studio_core.cli.console import print_table, result_json, say
from studio_core.cli.options import common_options, json_option
from studio_core.cli.tools import warn_of_seed


@click.command("get-conf")
@json_option
@common_options
def get_conf(*, as_json: bool) -> None:
    """Show the settings that hold now: environment over file over defaults.

    Every setting can be set for one command or shell by a variable: STUDIO_REGION,
    STUDIO_DOMAIN_ID, STUDIO_TABLE_NAME, STUDIO_EVENT and so on.
    """
    warn_of_seed()
    settings = config.load()
    if as_json:
        result_json(asdict(settings))
    else:
        from_environment = {name.replace("_", "-") for name in config.overridden()}
        print_table(
            ("setting", "value", ""),
            (
                (name, value, f"from {config.variable(name.replace('-', '_'))}")
                if name in from_environment
                else (name, value, "")
                for name, value in config.as_table(settings)
            ),
        )
    path = config.config_path()
    say(f"Settings file: {path}" if path.exists() else f"Settings file: {path} (not there yet)")
    if settings.missing:
        names = ", ".join(name.replace("_", "-") for name in settings.missing)
        say(f"Not set yet: {names}. Run `studio configure`.")
