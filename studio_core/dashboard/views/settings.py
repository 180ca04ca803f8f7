"""Settings page: the form, its validation and saving, and the checks."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from studio_core import config
from studio_core.access.roles import Act, permit
from studio_core.dashboard import loaders, visitor
from studio_core.errors import StudioError
from studio_core.insight.readiness import CheckState
from studio_core.model.studio import AppType
from studio_core.wording import plain

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from studio_core.access.roles import Actor
    from studio_core.config import Settings
    from studio_core.hackathon import Hackathon
    from studio_core.insight.readiness import Check
    from studio_core.model.studio import Domain

TABLE = "studio-cli-participants"
"""Name offered for a new table."""

_SAVED = "settings-saved"
_PROBLEM = "settings-problem"
_MARKS = {
    CheckState.OK: ":green[:material/check_circle:]",
    CheckState.WARNING: ":orange[:material/warning:] Warning:",
    CheckState.ERROR: ":red[:material/error:] Error:",
}


def notices(overridden: Collection[str]) -> None:
    """Show the result of the last save, unreadable old settings, and what is overridden."""
    if note := st.session_state.pop(_SAVED, None):
        st.success(plain(note), icon=":material/check_circle:")
    if problem := st.session_state.pop(_PROBLEM, None):
        loaders.show_problem(problem)
    if unread := config.seed_problem():
        st.warning(plain(unread), icon=":material/warning:")
    if overridden:
        variables = ", ".join(f"`{config.variable(name)}`" for name in overridden)
        st.info(
            f"Set by the environment and not to be changed here: {variables}.",
            icon=":material/lock:",
        )


def location_fields(settings: Settings, overridden: Collection[str]) -> dict[str, Any]:
    """Ask for region, AWS profile and domain; return the settings by name.

    These fields cannot be in a form, because the domains depend on region and profile.
    """
    st.subheader("Where the event is", anchor=False)
    left, middle, right = st.columns([2, 2, 3])
    regions = _with_current(loaders.all_regions(), settings.region)
    region = left.selectbox(
        "Region",
        regions,
        index=regions.index(settings.region) if settings.region else None,
        placeholder="Choose a region",
        disabled="region" in overridden,
        key="region",
    )
    profiles = _with_current(["", *loaders.aws_profiles()], settings.profile)
    profile = middle.selectbox(
        "AWS profile",
        profiles,
        index=profiles.index(settings.profile),
        format_func=lambda name: name or "Default",
        disabled="profile" in overridden,
        key="profile",
    )
    found, problem = _domains(settings, region or "", profile)
    labels = {d.domain_id: f"{d.name} ({d.domain_id}, {d.auth_mode or '?'} mode)" for d in found}
    options = _with_current(list(labels), settings.domain_id)
    domain_id = right.selectbox(
        "Studio domain",
        options,
        index=_only_or_current(options, settings.domain_id),
        format_func=lambda one: labels.get(one, one),
        placeholder="Choose a domain, or type its id",
        accept_new_options=True,
        disabled="domain_id" in overridden,
        key=f"domain-{region or ''}-{profile}",  # a choice in one region is none in another
    )
    if problem:
        loaders.show_problem(problem)
    return {"region": region or "", "profile": profile, "domain_id": domain_id or ""}


def event_fields(settings: Settings, overridden: Collection[str]) -> dict[str, Any]:
    """Ask for the event's name, table and last day; return the settings by name."""
    left, middle, right = st.columns(3)
    event = left.text_input(
        "Event",
        settings.event,
        help="A short name; it tags all that the event creates.",
        disabled="event" in overridden,
        key="event",
    )
    table = middle.text_input(
        "Participants table",
        settings.table_name or TABLE,
        help="A DynamoDB table; it is created when it is missing.",
        disabled="table_name" in overridden,
        key="table",
    )
    ends_on = right.date_input(
        "Last day of the event",
        settings.end_date,
        format="YYYY-MM-DD",
        help="Until then a purge asks once more.",
        disabled="ends_on" in overridden,
        key="ends-on",
    )
    return {
        "event": event,
        "table_name": table,
        "ends_on": ends_on.isoformat() if ends_on else "",
    }


def space_fields(settings: Settings, overridden: Collection[str]) -> dict[str, Any]:
    """Ask for the settings of spaces, links and calls; return the settings by name."""
    st.subheader("What a team's space is made of", anchor=False)
    left, middle, right = st.columns(3)
    types = [app_type.value for app_type in AppType]
    return {
        "app_type": left.selectbox(
            "App",
            types,
            index=types.index(settings.app_type),
            disabled="app_type" in overridden,
            key="app-type",
        ),
        "instance_type": middle.text_input(
            "Instance type",
            settings.instance_type,
            disabled="instance_type" in overridden,
            key="instance",
        ),
        "ebs_gb": right.number_input(
            "Storage in GiB",
            5,
            16384,
            settings.ebs_gb,
            disabled="ebs_gb" in overridden,
            key="ebs",
        ),
        "landing": left.text_input(
            "Links open",
            settings.landing,
            placeholder=f"app:{settings.app_type}:",
            help="Landing of every login link; empty opens the space's own app.",
            disabled="landing" in overridden,
            key="landing",
        ),
        "concurrency": middle.number_input(
            "Calls at the same time",
            1,
            64,
            settings.concurrency,
            disabled="concurrency" in overridden,
            key="concurrency",
        ),
        "personal_spaces": right.checkbox(
            "A space of their own for each person",
            settings.personal_spaces,
            help="Instead of one shared space a team.",
            disabled="personal_spaces" in overridden,
            wrap=True,
            key="personal",
        ),
    }


def save_and_rerun(saved: Settings, wanted: Mapping[str, Any], actor: Actor) -> None:
    """Save the form, and rerun the page with the result on top."""
    try:
        st.session_state[_SAVED] = save_settings(saved, wanted, actor)
    except StudioError as error:
        st.session_state[_PROBLEM] = error
    loaders.look_again()
    st.rerun()


def show_checks(hackathon: Hackathon) -> None:
    """Show the checks of credentials, domain, table, permissions and quotas."""
    st.subheader("Checks", anchor=False)
    with st.container(gap="xsmall"):
        for check in loaders.checks(hackathon):
            st.markdown(_line(check))
    st.button("Check again", icon=":material/refresh:", on_click=loaders.look_again)


def save_settings(
    saved: Settings,
    wanted: Mapping[str, Any],
    actor: Actor,
    environ: Mapping[str, str] = os.environ,
) -> str:
    """Check and save settings with their account, create the table; return a sentence about it.

    Settings that the environment overrides stay in the file as they were. The change is
    recorded first: what cannot be recorded must not be done.

    Raises:
        StudioError: A value is invalid, the domain cannot be used, or AWS refused.
    """
    held = config.overridden(environ)
    kept = replace(saved, **{k: v for k, v in wanted.items() if k not in held})
    effective = config.overlay(config.check(kept), environ).require()
    permit(actor.role, Act.SETTINGS)
    hackathon = loaders.hackathon_for(replace(effective, account="")).acting_as(
        actor, still=visitor.watch()
    )
    account = hackathon.pinned().account
    made = hackathon.ensure_table()
    settings = replace(kept, account=account)
    hackathon.note_settings(saved, settings)
    path = config.save(settings, environ)
    table = f" The table {effective.table_name} was created." if made else ""
    return f"Saved to {path} for account {account}.{table}"


def _line(check: Check) -> str:
    remedy = "" if check.state is CheckState.OK else check.remedy
    said = plain(f"{check.sentence} {remedy}".rstrip())
    return f"{_MARKS[check.state]} **{plain(check.title)}.** {said}"


def _with_current(options: Sequence[str], current: str) -> list[str]:
    return list(options) if not current or current in options else [current, *options]


def _only_or_current(options: Sequence[str], current: str) -> int | None:
    if current in options:
        return options.index(current)
    return 0 if len(options) == 1 else None


def _domains(
    settings: Settings, region: str, profile: str
) -> tuple[list[Domain], StudioError | None]:
    if not region:
        return [], None
    elsewhere = replace(settings, region=region, profile=profile, account="")
    try:
        return loaders.domains(loaders.hackathon_for(elsewhere)), None
    except StudioError as error:
        return [], error
