"""The questions of `studio configure`, with the current settings as defaults."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from studio_core import config
from studio_core.aws import session
from studio_core.cli.console import say
from studio_core.config import Settings
from studio_core.errors import SettingsError, StudioError
from studio_core.insight.readiness import CheckState, check_domain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from studio_core.cli.tools import Tools
    from studio_core.model.studio import Domain


def default_table(event: str) -> str:
    """Return the name of an event's table: `studio-cli-<event>`."""
    return f"studio-cli-{event}"


def ask_settings(
    settings: Settings, tools: Tools, *, again: bool, given: Mapping[str, object]
) -> Settings:
    """Ask for missing settings, or with `again` for all that were not given as options.

    Raises:
        StudioError: The region has no domain that can be used.
    """

    def open_question(name: str) -> bool:
        return given.get(name) is None and (again or name not in config.overridden())

    if open_question("event") and (again or settings.event == Settings().event):
        settings = _ask_text(settings, "event", "Short name of the event", settings.event)
    if open_question("profile") and (again or not settings.profile):
        settings = _ask_profile(settings)
    if not settings.region or (again and open_question("region")):
        settings = _ask_region(settings)
    if not settings.domain_id or (again and open_question("domain_id")):
        settings = _ask_domain(settings, tools)
    if not settings.table_name or (again and open_question("table_name")):
        default = settings.table_name or default_table(settings.event)
        settings = _ask_text(settings, "table_name", "Participants table", default)
    return settings


def _ask_text(settings: Settings, name: str, question: str, default: str) -> Settings:
    """Ask until the answer is valid."""
    while True:
        text = str(click.prompt(question, default=default, show_default=bool(default), err=True))
        try:
            answer: dict[str, Any] = {name: text.strip()}
            return config.check(replace(settings, **answer))
        except SettingsError as error:
            say(f"{error.sentence} {error.remedy}")


def _ask_profile(settings: Settings) -> Settings:
    """Ask for the AWS profile when there are several."""
    known = session.profiles()
    if len(known) < 2 and not settings.profile:  # noqa: PLR2004 - a choice
        return settings
    say(f"AWS profiles: {', '.join(known)}. Leave empty for the SDK's own choice.")
    while True:
        name = str(click.prompt("AWS profile", default=settings.profile, err=True)).strip()
        if not name or name in known:
            return replace(settings, profile=name)
        say(f"There is no AWS profile {name}.")


def _ask_region(settings: Settings) -> Settings:
    default = settings.region or os.environ.get("AWS_REGION", "")
    default = default or os.environ.get("AWS_DEFAULT_REGION", "")
    known = session.regions()
    while True:
        asked = _ask_text(settings, "region", "AWS region", default)
        if asked.region in known:
            return asked
        say(f"SageMaker is not in {asked.region or 'a region without a name'}.")


def _ask_domain(settings: Settings, tools: Tools) -> Settings:
    """List the region's domains with their modes, and ask for one by number or id."""
    with tools.hackathon(settings) as hackathon:
        domains = hackathon.domains()
    usable = [d for d in domains if check_domain(d).state is CheckState.OK]
    say(f"Studio domains in {settings.region}:")
    for number, domain in enumerate(domains, 1):
        say(f"  {number}  {domain.domain_id}  {domain.name}, {_mode(domain)}")
    if not usable:
        raise StudioError(
            f"There is no domain in {settings.region} that can be used.",
            "Create a Studio domain with IAM authentication, or choose another region.",
        )
    current = [d for d in usable if d.domain_id == settings.domain_id]
    default = str(domains.index((current or usable)[0]) + 1)
    while True:
        answer = str(click.prompt("Domain, by number or id", default=default, err=True)).strip()
        chosen = _find(domains, answer)
        if chosen is None:
            say(f"There is no {answer!r} in the list.")
        elif chosen not in usable:
            check = check_domain(chosen)
            say(f"{check.sentence} {check.remedy}")
        else:
            return replace(settings, domain_id=chosen.domain_id)


def _find(domains: list[Domain], answer: str) -> Domain | None:
    if answer.isdecimal() and 1 <= int(answer) <= len(domains):
        return domains[int(answer) - 1]
    return next((d for d in domains if d.domain_id == answer), None)


def _mode(domain: Domain) -> str:
    if domain.auth_mode == "SSO":
        return "SSO mode: AWS makes no login links for it"
    return f"{domain.auth_mode or 'unknown'} mode, {domain.status}"
