"""The group of all commands."""

from __future__ import annotations

import click

from studio_core.cli.group import LazyGroup
from studio_core.cli.options import common

_ROOM = "studio_core.cli.commands"

COMMANDS = {
    "configure": (f"{_ROOM}.configure:configure", "Choose region, domain, table and event."),
    "get-conf": (f"{_ROOM}.conf:get_conf", "Show the settings that hold now."),
    "check": (f"{_ROOM}.check:check", "Check credentials, domain, permissions and quotas."),
    "adopt": (f"{_ROOM}.adopt:adopt", "Take over what an earlier version of this tool left."),
    "setup-users": (f"{_ROOM}.setup:setup_users", "Make profiles and team spaces for a roster."),
    "get-urls": (f"{_ROOM}.links:get_urls", "Make login links, each good for five minutes."),
    "status": (f"{_ROOM}.status:status", "Count people, profiles, spaces and apps."),
    "start-apps": (f"{_ROOM}.apps:start_apps", "Start an app in every team space."),
    "stop-apps": (f"{_ROOM}.apps:stop_apps", "Stop the apps; files stay."),
    "codes": (f"{_ROOM}.codes:codes", "Print the codes for the web app, or make them new."),
    "purge": (f"{_ROOM}.purge:purge", "Delete all that belongs to the event."),
    "dashboard": (f"{_ROOM}.servers:dashboard", "Open the organiser's dashboard."),
    "web-app": (f"{_ROOM}.servers:web_app", "Run the participants' web app on this machine."),
    "sandbox": (f"{_ROOM}.sandbox:sandbox", "Simulate AWS, to rehearse without an account."),
    "demo": (f"{_ROOM}.demo:demo", "Sandbox, made-up event and dashboard in one."),
}
"""Every command: where it is, and the line that `studio --help` shows."""


@click.group(
    cls=LazyGroup,
    lazy=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96},
)
@click.version_option(package_name="studio-cli", message="studio %(version)s")
@common
def cli() -> None:
    """Run a hackathon on Amazon SageMaker Studio.

    A roster becomes user profiles, team spaces and login links; when the event is over,
    everything is gone again. Begin with `studio configure`, or try it all without an AWS
    account with `studio demo`.

    Results go to standard output, messages to standard error. The exit status is 0 when
    all is done, 1 when something failed or is left, 2 when the input was wrong and nothing
    was changed.
    """
