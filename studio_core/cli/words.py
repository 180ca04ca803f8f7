"""How counts, names and places are written for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio_core.model.studio import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from studio_core.model.studio import Identity

_ORDER = [Kind.PROFILE.value, Kind.SPACE.value, Kind.APP.value, Kind.ROW.value]


def plain(text: str) -> str:
    """Take control characters out of text that others wrote: they could drive a terminal."""
    return "".join(c if c.isprintable() else " " for c in text)


def count(number: int, noun: str) -> str:
    """Write a number with its noun: `1 profile`, `2 profiles`, `2 people`."""
    if number == 1:
        return f"1 {noun}"
    return f"{number:,} {'people' if noun == 'person' else noun + 's'}"


def tally(counts: Mapping[str, int]) -> str:
    """Write counts by kind: `42 profiles, 8 spaces and 42 rows`; `nothing` when there is none."""
    known = [kind for kind in _ORDER if kind in counts]
    kinds = [*known, *(kind for kind in counts if kind not in _ORDER)]
    return listed(count(counts[kind], kind) for kind in kinds if counts[kind]) or "nothing"


def listed(items: Iterable[str]) -> str:
    """Write items in a row, with `and` before the last."""
    parts = list(items)
    if len(parts) < 2:  # noqa: PLR2004 - a pair
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def place(identity: Identity, event: str) -> str:
    """Write where something happens: `spring-hack on d-abc (eu-west-1, account 123456789012)`."""
    return f"{event} on {identity.domain_id} ({identity.region}, account {identity.account})"
