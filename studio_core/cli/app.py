"""The group of all commands."""

from __future__ import annotations

import click

from studio_core.cli.group import LazyGroup
from studio_core.cli.options import common_options

_PACKAGE = "studio_core.cli.commands"

COMMANDS = {
    "configure": (f"{_PACKAGE}.configure:configure", "Choose region, domain, table and event."),
    "get-conf": (f"{_PACKAGE}.conf:get_conf", "Show the settings that hold now."),
    "check": (f"{_PACKAGE}.check:check", "Check credentials, domain, permissions and quotas."),
    "adopt": (f"{_PACKAGE}.adopt:adopt", "Take over what an earlier version of this tool left."),
    "setup-users": (
        f"{_PACKAGE}.setup:setup_users",
        "Make profiles and team spaces for a roster.",
    ),
    "get-urls": (f"{_PACKAGE}.links:get_urls", "Make login links, each good for five minutes."),
    "status": (f"{_PACKAGE}.status:status", "Count people, profiles, spaces and apps."),
    "start-apps": (f"{_PACKAGE}.apps:start_apps", "Start an app in every team space."),
    "stop-apps": (f"{_PACKAGE}.apps:stop_apps", "Stop the apps; files stay."),
    "codes": (f"{_PACKAGE}.codes:codes", "Print the codes for the web app, or make them new."),
    "audit": (f"{_PACKAGE}.audit:audit", "Print who did what; verify that nothing is missing."),
    "purge": (f"{_PACKAGE}.purge:purge", "Delete all that belongs to the event."),
    "dashboard": (f"{_PACKAGE}.servers:dashboard", "Open the organiser's dashboard."),
    "web-app": (f"{_PACKAGE}.servers:web_app", "Run the participants' web app on this machine."),
    "sandbox": (f"{_PACKAGE}.sandbox:sandbox", "Simulate AWS, to rehearse without an account."),
    "demo": (f"{_PACKAGE}.demo:demo", "Sandbox, made-up event and dashboard in one."),
}
"""Each command's function, and its line in `studio --help`."""


@click.group(
    cls=LazyGroup,
    lazy=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96},
)
@click.version_option(package_name="studio-cli", message="studio %(version)s")
@common_options
def cli() -> None:
    """Run a hackathon on Amazon SageMaker Studio.

    A roster becomes user profiles, team spaces and login links; when the event is over,
    everything is gone again. Begin with `studio configure`, or try it all without an AWS
    account with `studio demo`.

    Results go to standard output, messages to standard error. The exit status is 0 when
    all is done, 1 when something failed or is left, 2 when the input was wrong and nothing
    was changed.
    """
