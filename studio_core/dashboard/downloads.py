"""Downloadable files: plans, reports and login links."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from studio_core.model.links import LINK_COLUMNS, Link, LinkFailure
from studio_core.model.plans import Action
from studio_core.roster import safe_csv
from studio_core.wording import ACTIONS, RESULTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from studio_core.access.codes import Codes
    from studio_core.model.plans import Plan
    from studio_core.model.runs import Report


def links_csv(minted: Iterable[Link | LinkFailure], codes: Codes | None = None) -> str:
    """Format links as CSV; a person without a link has an empty `url`, and a `reason`.

    With `codes`, the column `code` has each person's own code for the web app.

    The content is a credential: send it only to the browser that requested it, store it nowhere.
    """
    rows: list[tuple[object, ...]] = []
    failed = False
    for one in minted:
        code = (codes.personal_code(one.email),) if codes is not None else ()
        match one:
            case Link():
                rows.append((*one.as_row(), *code, ""))
            case LinkFailure():
                failed = True
                rows.append((one.email, one.team, "", "", "", "", *code, one.reason))
    header = (*LINK_COLUMNS, *(("code",) if codes is not None else ()))
    if failed:
        return safe_csv((*header, "reason"), rows)
    return safe_csv(header, (row[:-1] for row in rows))


def plan_csv(plan: Plan) -> str:
    """Format a plan as CSV, one row per step."""
    return safe_csv(
        ("action", "kind", "name", "reason"),
        ((ACTIONS[s.action], s.kind.value, s.name, s.reason) for s in plan.steps),
    )


def report_csv(report: Report) -> str:
    """Format a report as CSV: one row per step with a change, then what is left."""
    rows: list[tuple[object, ...]] = [
        (RESULTS[o.result], ACTIONS[s.action], s.kind.value, s.name, o.reason, o.remedy)
        for o in report.outcomes
        for s in (o.step,)
    ]
    rows += [("Left", "", i.kind.value, i.name, i.reason, i.remedy) for i in report.left]
    return safe_csv(("result", "action", "kind", "name", "reason", "remedy"), rows)


def report_json(report: Report) -> str:
    """Format a report as JSON: counts by kind, what failed, what is left, and the times."""
    plan = report.plan
    return json.dumps(
        {
            "purpose": plan.purpose,
            "event": plan.event,
            "account": plan.identity.account,
            "region": plan.identity.region,
            "domain": plan.identity.domain_id,
            "scope": plan.scope,
            "started_at": report.started_at.isoformat() if report.started_at else None,
            "ended_at": report.ended_at.isoformat() if report.ended_at else None,
            "ok": report.ok,
            "stopped": report.cancelled,
            "created": report.counts(Action.CREATE),
            "updated": report.counts(Action.UPDATE),
            "deleted": report.counts(Action.DELETE),
            "adopted": report.counts(Action.ADOPT),
            "kept": plan.counts(Action.KEEP),
            "failed": [
                {"kind": o.step.kind, "name": o.step.name, "reason": o.reason}
                for o in report.failed
            ],
            "left": [{"kind": i.kind, "name": i.name, "reason": i.reason} for i in report.left],
        },
        ensure_ascii=False,
        indent=2,
    )
