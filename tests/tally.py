"""Counts attempts to get past a rule, by kind, over all tests and processes.

A test takes the fixture `tally` and says what it tried: `tally("forged cookie", 17, 0)`, or one
attempt at a time with `tally.add("forged cookie", "an empty one: 401", got_in=False)`. The test
fails at its end if anybody got past; the end of the session prints the sums.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

PROPERTY = "attempts"
"""Property of a test's report: kind, attempts and how many got past."""

Counts = tuple[str, int, int]


@dataclass
class Tally:
    """Attempts of one test: all of them by kind, and those that got past."""

    tried: Counter[str] = field(default_factory=Counter)
    past: Counter[str] = field(default_factory=Counter)
    got_in: list[str] = field(default_factory=list)

    def __call__(self, kind: str, tries: int = 1, got_in: int = 0) -> None:
        """Count attempts of a kind."""
        self.tried[kind] += tries
        self.past[kind] += got_in
        if got_in:
            self.got_in.append(f"{kind}: {got_in} of {tries}")

    def add(self, kind: str, what: str, *, got_in: bool) -> None:
        """Count one attempt, described for the message of a failure."""
        self.tried[kind] += 1
        if got_in:
            self.past[kind] += 1
            self.got_in.append(f"{kind}: {what}")

    def counts(self) -> list[Counts]:
        """Return the rows of this test's report."""
        return [(kind, tried, self.past[kind]) for kind, tried in self.tried.items()]


def summary(rows: Iterable[Counts]) -> list[str]:
    """Format the sums of all tests: a line for each kind, then all of them."""
    tried: Counter[str] = Counter()
    past: Counter[str] = Counter()
    for kind, tries, got_in in rows:
        tried[kind] += tries
        past[kind] += got_in
    if not tried:
        return []
    width = max(map(len, tried))
    lines = [f"{'Attempts to get past a rule':{width}}   tried   got past"]
    lines += [f"{kind:{width}}  {tried[kind]:6,}   {past[kind]:8,}" for kind in sorted(tried)]
    return [*lines, f"{'All':{width}}  {tried.total():6,}   {past.total():8,}"]
