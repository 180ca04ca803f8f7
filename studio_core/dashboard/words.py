"""Words for counts and steps, the same on every page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio_core.model.plans import Action, Purpose
from studio_core.model.runs import Result
from studio_core.model.studio import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

KINDS = {
    Kind.ROW: ("table row", "table rows"),
    Kind.PROFILE: ("profile", "profiles"),
    Kind.SPACE: ("space", "spaces"),
    Kind.APP: ("app", "apps"),
}
PURPOSES = {
    Purpose.SETUP: "Setting up",
    Purpose.ADOPT: "Adopting",
    Purpose.PURGE: "Purging",
    Purpose.START_APPS: "Starting apps",
    Purpose.STOP_APPS: "Stopping apps",
}
ACTIONS = {
    Action.CREATE: "Create",
    Action.UPDATE: "Update",
    Action.DELETE: "Delete",
    Action.ADOPT: "Adopt",
    Action.KEEP: "Keep",
    Action.SKIP: "Leave alone",
}
RESULTS = {
    Result.DONE: "Done",
    Result.FAILED: "Failed",
    Result.BLOCKED: "Not tried",
    Result.CANCELLED: "Stopped",
}
STAGES = {
    "starting": "getting ready",
    "running": "working",
    "checking": "looking at the result",
    "ended": "ended",
}


def several(number: int, one: str, many: str = "") -> str:
    """Count things in words: `1 person`, `2 people`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def people(number: int) -> str:
    """Count people in words."""
    return several(number, "person", "people")


def by_kind(counts: Mapping[str, int]) -> str:
    """Say counts by kind: `3 apps, 2 spaces and 40 profiles`; `nothing` when there are none."""
    order = (Kind.APP, Kind.SPACE, Kind.PROFILE, Kind.ROW)
    parts = [several(counts[k], *KINDS[k]) for k in order if counts.get(k)]
    if not parts:
        return "nothing"
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))
