"""Word counts, steps and text from outside for people, the same in every face."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from studio_core.model.plans import Action, Purpose
from studio_core.model.runs import Result
from studio_core.model.studio import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from studio_core.model.studio import Identity

KINDS = {Kind.APP: "app", Kind.SPACE: "space", Kind.PROFILE: "profile", Kind.ROW: "table row"}
"""Nouns of the dashboard, in the order of deletion."""

TERSE_KINDS = {Kind.PROFILE: "profile", Kind.SPACE: "space", Kind.APP: "app", Kind.ROW: "row"}
"""Nouns of the command line, which are also those of its JSON, in the order of creation."""

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
DONE = {
    Action.CREATE: "created",
    Action.UPDATE: "updated",
    Action.ADOPT: "adopted",
    Action.DELETE: "deleted",
}
RESULTS = {
    Result.DONE: "Done",
    Result.FAILED: "Failed",
    Result.BLOCKED: "Not tried",
    Result.STALE: "Changed since it was planned",
    Result.CANCELLED: "Stopped",
}
STAGES = {
    "starting": "getting ready",
    "running": "working",
    "checking": "looking at the result",
    "ended": "ended",
}

_JOINERS = "\u200c\u200d"
"""Part of words in some scripts, and of composed emoji."""

_APART = "\u2060"
"""Word joiner, which nobody sees: for what Markdown is found in after escapes are read."""

_MARKDOWN = str.maketrans(
    {c: f"\\{c}" for c in "\\`*_[]<>$#|~&"} | {":": f"\\:{_APART}", "@": f"@{_APART}"}
)
_WWW = re.compile(r"(?i)www(?=\.)")
_FIRST = re.compile(r"^(\d*)([-+=.)])")
"""Beginning of a list, of a line or of what underlines a heading."""


def inflected(noun: str, number: int) -> str:
    """Return a noun in the singular or the plural."""
    if number == 1:
        return noun
    return "people" if noun == "person" else f"{noun}s"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: `1 profile`, `1,200 profiles`, `2 people`."""
    return f"{number:,} {inflected(noun, number)}"


def listed(items: Iterable[str]) -> str:
    """Join items with commas, and the last one with `and`."""
    *most, last = list(items) or [""]
    return f"{', '.join(most)} and {last}" if most else last


def by_kind(counts: Mapping[str, int], nouns: Mapping[Kind, str] = KINDS) -> str:
    """Return counts by kind, in the order of `nouns`: `3 apps and 2 spaces`, or `nothing`."""
    return listed(counted(counts[k], nouns[k]) for k in nouns if counts.get(k)) or "nothing"


def done_words(purpose: Purpose) -> Mapping[Action, str]:
    """Return the words of what a report of this purpose counts, by action."""
    if purpose is Purpose.ADOPT:
        # It deletes only rows that it merges, and updates one to note what it adopts next.
        return {Action.ADOPT: DONE[Action.ADOPT], Action.DELETE: "merged"}
    return DONE


def location(identity: Identity, event: str) -> str:
    """Return where a plan applies: `spring-hack on d-abc (eu-west-1, account 123456789012)`."""
    return f"{event} on {identity.domain_id} ({identity.region}, account {identity.account})"


def not_of_this_event(others: Mapping[str, int]) -> str:
    """Name what the domain contains besides the event, or return an empty text."""
    named = by_kind(others)
    return "" if named == "nothing" else f"Also in the domain, not of this event: {named}."


def web_app_remains(url: str) -> str:
    """Remind that a purge leaves the web app running."""
    return f"The web app at {url} still stands. Take it down as `web_app/README.md` says."


def printable(text: str) -> str:
    """Replace control characters, with which text from outside could drive a terminal.

    So are those that change the direction of writing, with which it could pose as another.
    """
    return "".join(c if c.isprintable() or c in _JOINERS else " " for c in text)


def plain(text: str) -> str:
    """Write text from outside for a place that is read as Markdown: it is shown as it is.

    Escapes alone are not enough there. Addresses, e-mail addresses, emoji and icons are looked
    for in the text that is left when escapes have been read (micromark's autolinks, remark-emoji,
    Streamlit's icons), so that an invisible word joiner takes those apart.
    """
    line = " ".join(printable(text).split()).translate(_MARKDOWN)
    return _FIRST.sub(r"\1\\\2", _WWW.sub(rf"\g<0>{_APART}", line))
