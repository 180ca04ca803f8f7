"""Cached reads for the pages. Login links are never cached."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import streamlit as st

from studio_core.aws.session import profiles, regions
from studio_core.errors import StudioError
from studio_core.hackathon import Hackathon
from studio_core.wording import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from studio_core.audit.chain import Verdict
    from studio_core.config import Settings
    from studio_core.engine.progress import Progress
    from studio_core.engine.run import Run
    from studio_core.errors import AwsError
    from studio_core.insight.readiness import Check
    from studio_core.insight.status import Summary
    from studio_core.model.runs import Lease
    from studio_core.model.studio import Domain, Snapshot

SNAPSHOT_SECONDS = 4
"""Maximum age of a snapshot; the status page refreshes a little more slowly."""

SLOW_SECONDS = 60
"""Maximum age of what rarely changes: domains, checks."""

PRICE_SECONDS = 600


def hackathon_for(settings: Settings) -> Hackathon:
    """Return the process's `Hackathon` for these settings; its runs survive the browser tab."""
    return _hackathon(repr(settings), settings)


@st.cache_resource(
    max_entries=8, show_spinner=False, on_release=lambda hackathon: hackathon.close()
)
def _hackathon(settings: str, _settings: Settings) -> Hackathon:  # noqa: ARG001 - cache key
    return Hackathon(_settings)


def snapshot(hackathon: Hackathon) -> Snapshot:
    """Return a snapshot at most `SNAPSHOT_SECONDS` old, and not from before the end of a run."""
    run = hackathon.current_run()
    moment = f"{run.id} {run.ended}" if run else ""
    return _snapshot(repr(hackathon.settings), moment, hackathon)


@st.cache_resource(ttl=SNAPSHOT_SECONDS, max_entries=8, show_spinner="Looking at the domain")
def _snapshot(settings: str, moment: str, _hackathon: Hackathon) -> Snapshot:  # noqa: ARG001 - cache key
    return _hackathon.observe()


def look_again() -> None:
    """Clear the cached snapshots, checks and domains."""
    _snapshot.clear()
    _checks.clear()
    _audit_chains.clear()
    _domains.clear()


def hourly_cost(hackathon: Hackathon, summary: Summary) -> float | None:
    """Return the cost of the running apps in US dollars per hour, or None if unknown."""
    running = tuple(sorted(summary.instances.items()))
    return _cost(repr(hackathon.settings), running, hackathon, summary)


@st.cache_data(ttl=PRICE_SECONDS, max_entries=100, show_spinner=False)
def _cost(
    settings: str,  # noqa: ARG001 - cache key
    running: tuple[tuple[str, int], ...],  # noqa: ARG001 - cache key
    _hackathon: Hackathon,
    _summary: Summary,
) -> float | None:
    return _hackathon.hourly_cost(_summary)


def domains(hackathon: Hackathon) -> list[Domain]:
    """Return the domains in the settings' region, with the settings' AWS profile."""
    settings = hackathon.settings
    return _domains(settings.region, settings.profile, hackathon)


@st.cache_resource(ttl=SLOW_SECONDS, max_entries=8, show_spinner="Listing domains")
def _domains(region: str, profile: str, _hackathon: Hackathon) -> list[Domain]:  # noqa: ARG001 - cache key
    return _hackathon.domains()


def checks(hackathon: Hackathon) -> list[Check]:
    """Return the checks of credentials, domain, table, permissions and quotas."""
    return _checks(repr(hackathon.settings), hackathon)


@st.cache_resource(ttl=SLOW_SECONDS, max_entries=8, show_spinner="Checking")
def _checks(settings: str, _hackathon: Hackathon) -> list[Check]:  # noqa: ARG001 - cache key
    return _hackathon.check()


def audit_chains(hackathon: Hackathon) -> list[Verdict | AwsError]:
    """Return what the chains of the audit log tell; every entry is read for it."""
    return _audit_chains(repr(hackathon.settings), hackathon)


@st.cache_resource(ttl=SLOW_SECONDS, max_entries=8, show_spinner="Checking the audit log")
def _audit_chains(settings: str, _hackathon: Hackathon) -> list[Verdict | AwsError]:  # noqa: ARG001 - cache key
    return _hackathon.verify_audit()


def all_regions() -> list[str]:
    """Return the regions with SageMaker."""
    return _regions()


@st.cache_resource(show_spinner=False)
def _regions() -> list[str]:
    return regions()


def aws_profiles() -> list[str]:
    """Return the AWS profiles of the user who runs the dashboard."""
    return profiles()


def progress(hackathon: Hackathon) -> Progress | None:
    """Return the latest run's progress, or None."""
    run = hackathon.current_run()
    return run.progress() if run else None


def going_on(hackathon: Hackathon) -> Run | None:
    """Return the run in progress in this process, or None."""
    run = hackathon.current_run()
    return run if run and not run.ended else None


def elsewhere(hackathon: Hackathon) -> Lease | None:
    """Return the lease of a run of this event in another process, or None."""
    if going_on(hackathon):
        return None
    run = hackathon.current_run()
    lease = hackathon.lease()
    return None if lease is None or (run and lease.run_id == run.id) else lease


def show_problem(error: StudioError) -> None:
    """Show the sentence and the remedy of an error."""
    sentence, remedy = plain(error.sentence), plain(error.remedy)
    st.error(f"**{sentence}**  \n{remedy}", icon=":material/error:")


@contextmanager
def or_stop() -> Iterator[None]:
    """Show an error of the block with its remedy, and end the page."""
    try:
        yield
    except StudioError as error:
        show_problem(error)
        st.button("Try again", icon=":material/refresh:", on_click=look_again, key="try-again")
        st.stop()
