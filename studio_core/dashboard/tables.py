"""Domain types as tables, with the column names that people see."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from studio_core.model.links import Link
from studio_core.model.plans import Action
from studio_core.model.runs import Result
from studio_core.wording import ACTIONS, KINDS, RESULTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from studio_core.insight.status import PersonStatus, TeamStatus
    from studio_core.model.links import LinkFailure
    from studio_core.model.people import Finding, Record
    from studio_core.model.plans import Plan
    from studio_core.model.runs import Report, StepProgress
    from studio_core.roster import Checked

_RESULT_ORDER = {Result.FAILED: 0, Result.BLOCKED: 1, Result.CANCELLED: 2, Result.DONE: 3}
_ACTION_ORDER = (
    Action.CREATE,
    Action.UPDATE,
    Action.ADOPT,
    Action.DELETE,
    Action.SKIP,
    Action.KEEP,
)


def teams(found: Iterable[TeamStatus]) -> pd.DataFrame:
    """Return one row per team."""
    return pd.DataFrame(
        [
            (
                t.team,
                t.people,
                t.profiles_ready,
                t.space,
                t.space_status,
                t.app_status,
                t.instance_type,
            )
            for t in found
        ],
        columns=["Team", "People", "Ready", "Space", "Space is", "App is", "Instance"],
    )


def people(found: Iterable[PersonStatus]) -> pd.DataFrame:
    """Return one row per person."""
    return pd.DataFrame(
        [(p.email, p.team, p.profile, p.profile_status, p.space, p.last_link_at) for p in found],
        columns=["E-mail", "Team", "Profile", "Profile is", "Space", "Last link"],
    )


def searched(
    frame: pd.DataFrame, text: str, extra: Mapping[int, str] | None = None
) -> pd.DataFrame:
    """Return the rows that contain every word of a text, ignoring case.

    `extra` adds text to search by row position, such as the people of a team.
    """
    words = text.casefold().split()
    if not words or frame.empty:
        return frame
    haystack = frame.astype(str).agg(" ".join, axis=1).str.casefold()
    if extra:
        haystack = haystack + [f" {extra.get(i, '')}".casefold() for i in range(len(frame))]
    wanted = [all(word in row for word in words) for row in haystack]
    return frame[wanted]


def plan(wanted: Plan) -> pd.DataFrame:
    """Return one row per step, changes first."""
    steps = sorted(wanted.steps, key=lambda step: _ACTION_ORDER.index(step.action))
    return pd.DataFrame(
        [(ACTIONS[s.action], KINDS[s.kind].capitalize(), s.name, s.reason) for s in steps],
        columns=["What", "Kind", "Name", "Why"],
    )


def outcomes(report: Report) -> pd.DataFrame:
    """Return one row per step with a change, failures first."""
    ended = sorted(report.outcomes, key=lambda outcome: _RESULT_ORDER[outcome.result])
    return pd.DataFrame(
        [
            (
                RESULTS[o.result],
                ACTIONS[o.step.action],
                KINDS[o.step.kind].capitalize(),
                o.step.name,
                " ".join(filter(None, (o.reason, o.remedy))) or o.step.reason,
            )
            for o in ended
        ],
        columns=["Result", "What", "Kind", "Name", "Why"],
    )


def leftovers(report: Report) -> pd.DataFrame:
    """One row a thing that is left."""
    return pd.DataFrame(
        [(KINDS[i.kind].capitalize(), i.name, i.reason, i.remedy) for i in report.left],
        columns=["Kind", "Name", "Why", "What to do"],
    )


def recent(events: Sequence[StepProgress], most: int) -> pd.DataFrame:
    """Return the latest ended steps, newest first."""
    ended = [e.outcome for e in reversed(events) if e.outcome is not None][:most]
    return pd.DataFrame(
        [
            (
                RESULTS[o.result],
                f"{ACTIONS[o.step.action]} {KINDS[o.step.kind]}",
                o.step.name,
                o.reason,
            )
            for o in ended
        ],
        columns=["Result", "What", "Name", "Why"],
    )


def findings(found: Iterable[Finding]) -> pd.DataFrame:
    """Return one row per finding."""
    return pd.DataFrame(
        [(f.row, f.severity.value.capitalize(), f.value, f.sentence, f.remedy) for f in found],
        columns=["Row", "Is", "Value", "Finding", "What to do"],
    ).astype({"Row": "Int64"})


def editor(base: pd.DataFrame, checked: Checked) -> pd.DataFrame:
    """Return the rows of the editor, with the findings of each.

    `base` has the columns Keep, Row, E-mail and Team as the editor first got them: an editor
    keeps its edits only while its editable columns stay the same.
    """
    said: dict[int, str] = {}
    for row in checked.rows:
        words = [f"{f.severity.value.capitalize()}: {f.sentence}" for f in row.findings]
        said[row.row] = "  ".join(words)
    frame = base.copy()
    frame.insert(2, "Finding", [said.get(row, "") for row in frame["Row"]])
    return frame[["Keep", "Row", "E-mail", "Team", "Finding"]]


def links(
    records: Iterable[Record], minted: Mapping[str, Link | LinkFailure], now: datetime
) -> pd.DataFrame:
    """Return one row per person, with the link while it is valid and its remaining seconds."""
    rows = []
    for record in records:
        one = minted.get(record.email)
        url = seconds = None
        note = "" if record.profile else "No profile yet"
        if isinstance(one, Link):
            left = int((one.expires_at - now).total_seconds())
            if left > 0:
                url, seconds = one.url, left
            else:
                note = "Expired"
        elif one is not None:
            note = f"{one.reason} {one.remedy}".strip()
        rows.append((record.email, record.team, record.profile, record.space, url, seconds, note))
    frame = pd.DataFrame(
        rows, columns=["E-mail", "Team", "Profile", "Space", "Link", "Valid for", "Note"]
    )
    return frame.astype({"Valid for": "Int64", "Link": "object"})
