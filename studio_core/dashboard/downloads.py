"""Files that pages hand out: plans, reports and freshly minted links."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from studio_core.dashboard.words import ACTIONS, RESULTS
from studio_core.model.links import Link, LinkFailure
from studio_core.model.plans import Action
from studio_core.roster import safe_csv

if TYPE_CHECKING:
    from collections.abc import Iterable

    from studio_core.access.codes import Codes
    from studio_core.model.plans import Plan
    from studio_core.model.runs import Report

LINK_COLUMNS = ("email", "team", "profile", "space", "url", "expires_at")


def links_csv(minted: Iterable[Link | LinkFailure], codes: Codes | None = None) -> str:
    """Write links as a table; a person without a link has an empty `url` and the reason last.

    With `codes`, everybody's own code for the web app stands in a column `code`.

    The content is a credential: give it to the browser that asked, keep it nowhere.
    """
    rows: list[tuple[object, ...]] = []
    failed = False
    for one in minted:
        code = (codes.personal_code(one.email),) if codes is not None else ()
        match one:
            case Link():
                when = one.expires_at.isoformat(timespec="seconds")
                shown = (one.email, one.team, one.profile, one.space, one.url, when)
                rows.append((*shown, *code, ""))
            case LinkFailure():
                failed = True
                rows.append((one.email, one.team, "", "", "", "", *code, one.reason))
    header = (*LINK_COLUMNS, *(("code",) if codes is not None else ()))
    if failed:
        return safe_csv((*header, "reason"), rows)
    return safe_csv(header, (row[:-1] for row in rows))


def plan_csv(plan: Plan) -> str:
    """Write a plan: one row a step."""
    return safe_csv(
        ("action", "kind", "name", "reason"),
        ((ACTIONS[s.action], s.kind.value, s.name, s.reason) for s in plan.steps),
    )


def report_csv(report: Report) -> str:
    """Write a report: one row a step that was to change something, then what is left."""
    rows: list[tuple[object, ...]] = [
        (RESULTS[o.result], ACTIONS[s.action], s.kind.value, s.name, o.reason, o.remedy)
        for o in report.outcomes
        for s in (o.step,)
    ]
    rows += [("Left", "", i.kind.value, i.name, i.reason, i.remedy) for i in report.left]
    return safe_csv(("result", "action", "kind", "name", "reason", "remedy"), rows)


def report_json(report: Report) -> str:
    """Write a report as JSON: counts by kind, what failed, what is left, and when."""
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
