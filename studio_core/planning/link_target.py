"""Decide what a person's link opens: a profile and a space of the event, never its host's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio_core.errors import GuardError, NotReadyError
from studio_core.model.studio import Kind, Ownership, ref
from studio_core.naming import host_refs

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio_core.model.people import Record
    from studio_core.model.studio import Space

CLASSIC = "JupyterServer"
"""App of a space without an app type: Studio Classic (LandingUri, botocore's sagemaker model)."""

_SETUP = "Run `studio setup-users`."
_AGAIN = "Run `studio setup-users` again: it gives this person one of their own."
_TAGS = "Ask for the permissions sagemaker:ListTags and tag:GetResources."


@dataclass(frozen=True, slots=True)
class Facts:
    """How to find out about a person's profile and space; None means that there is none."""

    profile: Callable[[str], Ownership | None]
    space: Callable[[str], Space | None]


@dataclass(frozen=True, slots=True)
class LinkTarget:
    """What a link opens; without a space, `space` is empty and `app_type` None."""

    profile: str
    space: str = ""
    app_type: str | None = None


def link_target(record: Record, event: str, facts: Facts) -> LinkTarget:
    """Return what a person's link opens.

    Raises:
        NotReadyError: The profile or the space does not exist yet, or not any more.
        GuardError: The profile or the space is not of the event or cannot be shown to be, is
            the event's host or another person's.
    """
    name = record.profile
    if not name:
        raise NotReadyError("There is no profile yet.", _SETUP)
    if ref(Kind.PROFILE, name) in host_refs(event):
        raise GuardError(f"Profile {name} is the event's host, not a person's.", _AGAIN)
    space = facts.space(record.space) if record.space else None
    if record.space:
        _require_ours(Kind.SPACE, record.space, space.ownership if space else None)
    _require_ours(Kind.PROFILE, name, facts.profile(name))
    if space is None:
        return LinkTarget(name)
    if space.sharing == "Private" and ref(Kind.PROFILE, space.owner) != ref(Kind.PROFILE, name):
        raise GuardError(f"Space {space.name} is another person's.", _AGAIN)
    return LinkTarget(name, space.name, space.app_type or CLASSIC)


def _require_ours(kind: Kind, name: str, ownership: Ownership | None) -> None:
    thing = f"{kind.value.capitalize()} {name}"
    if ownership is None:
        raise NotReadyError(f"{thing} does not exist.", _SETUP)
    if ownership is Ownership.UNKNOWN:
        raise GuardError(f"The tags of {thing.lower()} cannot be read: it is not used.", _TAGS)
    if ownership is not Ownership.OURS:
        raise GuardError(f"{thing} is not of this event.", _AGAIN)
