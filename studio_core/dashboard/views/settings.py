"""What stands behind the form of the settings page."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from studio_core import config
from studio_core.access.roles import Act, permit
from studio_core.dashboard import loaders, visitor
from studio_core.errors import StudioError
from studio_core.insight.readiness import CheckState
from studio_core.wording import markdown_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from studio_core.access.roles import Actor
    from studio_core.config import Settings
    from studio_core.insight.readiness import Check
    from studio_core.model.studio import Domain

TABLE = "studio-cli-participants"
"""Name offered for a new table."""

_MARKS = {
    CheckState.OK: ":green[:material/check_circle:]",
    CheckState.WARNING: ":orange[:material/warning:] Warning:",
    CheckState.ERROR: ":red[:material/error:] Error:",
}


def line(check: Check) -> str:
    """Give a check as one line of Markdown: mark, title, sentence, remedy."""
    remedy = "" if check.state is CheckState.OK else check.remedy
    said = markdown_text(f"{check.sentence} {remedy}".rstrip())
    return f"{_MARKS[check.state]} **{markdown_text(check.title)}.** {said}"


class Held:
    """Tells which settings the environment holds, so that the form cannot change them."""

    def __init__(self, names: Sequence[str] | None = None) -> None:
        self.names = tuple(config.overridden() if names is None else names)

    def __call__(self, name: str) -> bool:
        """Tell whether a setting is held."""
        return name in self.names


def with_current(options: Sequence[str], current: str) -> list[str]:
    """Give the options, with the current one among them."""
    return list(options) if not current or current in options else [current, *options]


def only_or_current(options: Sequence[str], current: str) -> int | None:
    """Index of the current option; of the only one when there is no current one."""
    if current in options:
        return options.index(current)
    return 0 if len(options) == 1 else None


def place(settings: Settings, region: str, profile: str) -> Settings:
    """Give settings that are just enough to look around in a region."""
    return replace(settings, region=region, profile=profile, account="")


def domain_key(settings: Settings) -> str:
    """Key of the choice of a domain: a choice made in one region is none in another."""
    return f"domain-{settings.region}-{settings.profile}"


def domain_choices(settings: Settings) -> tuple[list[Domain], StudioError | None]:
    """List the domains to choose from; with the trouble when they cannot be listed."""
    if not settings.region:
        return [], None
    try:
        return loaders.domains(loaders.hackathon_for(settings)), None
    except StudioError as error:
        return [], error


def changes(before: Settings, after: Settings) -> str:
    """Name the settings that change, each with its old and new value, for the record."""
    pairs = zip(config.as_table(before), config.as_table(after), strict=True)
    return "; ".join(
        f"{name}: {old or 'not set'} to {new or 'not set'}"
        for (name, old), (_, new) in pairs
        if old != new
    )


def save(
    saved: Settings,
    wanted: Mapping[str, Any],
    actor: Actor,
    environ: Mapping[str, str] = os.environ,
) -> str:
    """Check, pin the account, make sure of the table, and write; give a sentence about it.

    Settings that the environment holds stay in the file as they were. What changed is put on
    record first: what cannot be recorded must not be done.

    Raises:
        StudioError: A value cannot be right, the domain cannot be used, or AWS refused.
    """
    held = config.overridden(environ)
    kept = replace(saved, **{k: v for k, v in wanted.items() if k not in held})
    effective = config.overlay(config.check(kept), environ).require()
    permit(actor.role, Act.SETTINGS)
    hackathon = loaders.hackathon_for(replace(effective, account="")).acting_as(
        actor, still=visitor.still_in
    )
    account = hackathon.pinned().account
    made = hackathon.ensure_table()
    settings = replace(kept, account=account)
    hackathon.note("settings saved", changed=changes(saved, settings))
    path = config.save(settings, environ)
    table = f" The table {effective.table_name} was created." if made else ""
    return f"Saved to {path} for account {account}.{table}"
