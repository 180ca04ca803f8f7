"""Chain of hashes over the audit log, and what it tells of a log that was changed.

An entry holds its number, the hash of the entry before it and its own hash, SHA-256 over all
its other columns. A changed, missing, added or exchanged entry then shows. Who may rewrite the
whole log can also compute all hashes again, or cut off its end: that shows only to somebody who
kept a later hash elsewhere.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Row = Mapping[str, str]

_NUMBER = re.compile("[1-9][0-9]{0,17}")


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry of a chain: its number, from 1, and its hash. Empty before the first."""

    number: int = 0
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a chain tells.

    Attributes:
        name: Of the log.
        entries: Entries in the chain.
        before: Older entries, from before entries had hashes.
        problems: A sentence each, with the number of the entry.
        head: The newest entry.
        hashes: Of all entries that are as they were written.
    """

    name: str
    entries: int
    before: int
    problems: tuple[str, ...]
    head: Head
    hashes: frozenset[str]


def chained(row: Row, head: Head) -> dict[str, str]:
    """Return a row as the entry after `head`."""
    row = {**row, "number": str(head.number + 1), "previous": head.hash}
    return {**row, "hash": _digest(row)}


def head_of(row: Row) -> Head | None:
    """Return the number and hash of a row, or None for one that is in no chain."""
    number, digest = row.get("number"), row.get("hash")
    if not isinstance(number, str) or not isinstance(digest, str):
        return None
    return Head(int(number), digest) if _NUMBER.fullmatch(number) and digest else None


def judge(name: str, rows: Iterable[tuple[str, Row | None]], newest: Head | None = None) -> Verdict:
    """Verify a chain.

    Args:
        name: Of the log.
        rows: All rows with where each is, oldest first; None for one that cannot be read.
        newest: What the newest entry must be, where that is known.
    """
    problems: list[str] = []
    found: list[tuple[Head, str, Row]] = []
    before = 0
    for where, row in rows:
        head = head_of(row) if row is not None else None
        if row is None:
            problems.append(f"{where} cannot be read.")
        elif head is not None:
            found.append((head, where, row))
        elif found:
            problems.append(f"{where} is in no chain; it was added by something else.")
        else:
            before += 1
    found.sort(key=lambda entry: entry[0].number)
    problems += _breaks(found)
    intact = frozenset(head.hash for head, _, row in found if _digest(row) == head.hash)
    last = found[-1][0] if found else Head()
    if newest is not None and newest.number > last.number:
        problems.append(f"{_numbers(last.number + 1, newest.number)} missing at the end.")
    return Verdict(name, len(found), before, tuple(problems), last, intact)


def _breaks(found: list[tuple[Head, str, Row]]) -> list[str]:
    problems = [
        f"Number {head.number} ({where}) was changed after it was written."
        for head, where, row in found
        if _digest(row) != head.hash
    ]
    start: tuple[Head, str, Row] = (Head(), "", {})
    for (earlier, there, _), (head, where, row) in pairwise([start, *found]):
        if head.number == earlier.number:
            problems.append(
                f"Number {head.number} is there twice ({there}, {where}): one was added."
            )
        elif head.number > earlier.number + 1:
            problems.append(f"{_numbers(earlier.number + 1, head.number - 1)} missing.")
        elif row.get("previous", "") != earlier.hash:
            problems.append(
                f"Number {head.number} ({where}) was not written after the number "
                f"{earlier.number} that is there: that one was exchanged."
            )
    return problems


def _numbers(first: int, last: int) -> str:
    return f"Number {first} is" if first == last else f"Numbers {first} to {last} are"


def _digest(row: Row) -> str:
    # Without empty texts, which a DynamoDB item omits.
    columns = {key: value for key, value in row.items() if value and key != "hash"}
    text = json.dumps(columns, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
