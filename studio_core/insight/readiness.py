"""Check identity, domain and quotas before anything is created."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from studio_core.model.studio import Ownership

if TYPE_CHECKING:
    from collections.abc import Mapping

    from studio_core.config import Settings
    from studio_core.model.people import Roster
    from studio_core.model.studio import Domain, Identity, Snapshot


class CheckState(StrEnum):
    """State of a check."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of `studio check`; the remedy is for states other than OK."""

    title: str
    state: CheckState
    sentence: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Need:
    """What a roster adds to the account: counts, and GiB of volumes."""

    profiles: int
    spaces: int
    ebs_gb: int


def check_identity(settings: Settings, identity: Identity) -> Check:
    """Compare the account of the credentials with the account of the settings."""
    where = f"{identity.arn} in {identity.region}"
    if settings.account and settings.account != identity.account:
        return Check(
            "Credentials",
            CheckState.ERROR,
            f"These credentials are of account {identity.account}; the settings were saved "
            f"for {settings.account}.",
            "Choose the right AWS profile, or save the settings again for this account.",
        )
    return Check("Credentials", CheckState.OK, f"You are {where}, account {identity.account}.")


def check_domain(domain: Domain) -> Check:
    """Check mode and status: only IAM mode allows login links (CreatePresignedDomainUrl)."""
    if domain.auth_mode == "SSO":
        return Check(
            "Domain",
            CheckState.ERROR,
            f"The domain {domain.name} signs people in through IAM Identity Center (SSO mode), "
            "for which AWS makes no login links.",
            "Create a Studio domain with IAM authentication; the mode cannot be changed later.",
        )
    if domain.status != "InService":
        return Check(
            "Domain",
            CheckState.ERROR,
            f"The domain {domain.name} is {domain.status}.",
            "Wait for it.",
        )
    return Check("Domain", CheckState.OK, f"{domain.name} ({domain.domain_id}) is in IAM mode.")


def needs(roster: Roster, snapshot: Snapshot, *, ebs_gb: int, personal: bool) -> Need:
    """Count what the roster needs, less what the event already has."""
    ours = Ownership.OURS
    profiles = len(roster) + (0 if personal else 1)
    spaces = len(roster) if personal else len(roster.teams)
    there_profiles = sum(p.ownership is ours for p in snapshot.profiles)
    there_spaces = sum(s.ownership is ours for s in snapshot.spaces)
    more = max(0, spaces - there_spaces)
    return Need(max(0, profiles - there_profiles), more, more * ebs_gb)


def check_quotas(
    need: Need, snapshot: Snapshot, quotas: Mapping[str, float | None], names: Mapping[str, str]
) -> list[Check]:
    """Compare each limit with what the domain has and the roster adds.

    `quotas` has the applied values by key: profiles, spaces, apps, ebs, instance; None when a
    limit could not be read. AWS also counts other domains of the account, which are not
    observed here.
    """
    held_profiles, held_spaces = len(snapshot.profiles), len(snapshot.spaces)
    wanted = {
        "profiles": held_profiles + need.profiles,
        "spaces": held_spaces + need.spaces,
        "apps": held_spaces + need.spaces,
        "instance": held_spaces + need.spaces,
        "ebs": need.ebs_gb,
    }
    return [_quota_line(key, wanted[key], quotas.get(key), names.get(key, key)) for key in wanted]


def _quota_line(key: str, wanted: int, limit: float | None, name: str) -> Check:
    title = f"Quota: {_short(name)}"
    if limit is None:
        return Check(
            title,
            CheckState.WARNING,
            f"The limit could not be read; the event wants {wanted}.",
            "Ask for servicequotas:GetServiceQuota, or look it up in the Service Quotas console.",
        )
    if wanted <= limit:
        return Check(title, CheckState.OK, f"{wanted} wanted of {limit:g}.")
    hard = key in {"profiles", "spaces"}
    return Check(
        title,
        CheckState.ERROR if hard else CheckState.WARNING,
        f"{wanted} wanted, and the account allows {limit:g}"
        + ("." if hard else ": not all teams can run at once."),
        f"Ask for {wanted} in Service Quotas under “{name}”; it can take days.",
    )


def _short(name: str) -> str:
    short = re.sub(r"^(Maximum number of |Total )", "", name)
    short = re.sub(r"( allowed)? per account$", "", short)
    return short.removeprefix("running ").removeprefix("Studio ").strip()
