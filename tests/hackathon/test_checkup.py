"""Looking before anything is created, and what the running apps cost."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bench.world import people
from studio_core.aws.rows import RowChange
from studio_core.aws.session import Session
from studio_core.insight.readiness import CheckState
from studio_core.model.people import Record

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio_core.hackathon import Hackathon
    from studio_core.insight.readiness import Check
    from tests.control import Control

OK, WARNING, ERROR = CheckState.OK, CheckState.WARNING, CheckState.ERROR


def by_title(checks: list[Check]) -> dict[str, Check]:
    found = {check.title: check for check in checks}
    assert len(found) == len(checks)
    return found


def test_everything_is_looked_at_and_nothing_is_written(
    make_hackathon: Callable[..., Hackathon], control: Control
) -> None:
    hackathon = make_hackathon(table_name="not-made-yet")
    control.forget()
    checks = by_title(hackathon.check(people(7, 2)))
    table = checks["Participants table"]
    assert (table.state, "not-made-yet is not there yet" in table.sentence) == (WARNING, True)
    assert checks["Credentials"].state is checks["Domain"].state is OK
    assert checks["Listing"].sentence == "0 profiles, 0 spaces seen."
    assert checks["Quota: user profiles"].sentence.startswith("8 wanted of ")
    assert checks["Quota: spaces"].sentence.startswith("2 wanted of ")
    assert control.changes() == {}


def test_without_a_roster_the_people_of_the_table_count(hackathon: Hackathon) -> None:
    assert hackathon.run(hackathon.propose_setup(people(5, 2))).ok
    checks = by_title(hackathon.check())
    assert "holds 5 people" in checks["Participants table"].sentence
    assert checks["Listing"].sentence == "6 profiles, 2 spaces seen."
    assert checks["Quota: user profiles"].sentence.startswith("6 wanted of ")


def test_people_whom_no_event_has_adopted_are_named_with_what_to_do(hackathon: Hackathon) -> None:
    hackathon.ensure_table()
    assert "People from before" not in by_title(hackathon.check())
    old = Record("old@ai.se", "1", hackathon.settings.domain_id)
    assert hackathon.table.write([RowChange(None, old)]) == set()
    found = by_title(hackathon.check())["People from before"]
    assert (found.state, "old@ai.se" in found.sentence) == (WARNING, True)
    assert "studio adopt" in found.remedy


@pytest.mark.parametrize(
    ("settings", "last"),
    [({"account": "999999999999"}, "Credentials"), ({"domain_id": "d-nowhere"}, "Domain")],
)
def test_without_credentials_or_a_domain_the_rest_is_not_looked_at(
    make_hackathon: Callable[..., Hackathon], settings: dict[str, str], last: str
) -> None:
    checks = make_hackathon(**settings).check()
    assert (checks[-1].title, checks[-1].state) == (last, ERROR)
    assert all(check.state is OK for check in checks[:-1])


@pytest.mark.parametrize(
    ("operation", "title", "state"),
    [
        ("sagemaker.ListSpaces", "Listing", ERROR),
        ("servicequotas.GetServiceQuota", "Quotas", WARNING),
        ("dynamodb.Scan", "Participants table", ERROR),
    ],
)
def test_what_is_refused_is_told_with_its_remedy_and_ends_nothing_else(
    hackathon: Hackathon, control: Control, operation: str, title: str, state: CheckState
) -> None:
    control.faults(errors={operation: "IllegalArgumentException"})
    checks = by_title(hackathon.check())
    assert (checks[title].state, bool(checks[title].remedy)) == (state, True)
    assert checks["Domain"].state is OK


def test_tags_that_cannot_be_listed_are_a_warning(hackathon: Hackathon, control: Control) -> None:
    assert hackathon.run(hackathon.propose_setup(people(1, 1))).ok
    control.faults(errors={"tagging.GetResources": "AccessDeniedException"})
    tags = by_title(hackathon.check())["Tags"]
    assert (tags.state, "tag:GetResources" in tags.sentence) == (WARNING, True)


def test_the_cost_of_an_hour_is_that_of_the_running_instances(
    hackathon: Hackathon, control: Control
) -> None:
    summary = hackathon.status()
    control.forget()
    assert hackathon.hourly_cost(replace(summary, instances={})) == 0
    assert control.calls() == {}
    one = hackathon.hourly_cost(replace(summary, instances={"ml.t3.medium": 1}))
    large = hackathon.hourly_cost(replace(summary, instances={"ml.m5.large": 1}))
    assert one
    assert large
    assert one != large
    both = hackathon.hourly_cost(replace(summary, instances={"ml.t3.medium": 2, "ml.m5.large": 3}))
    assert both == pytest.approx(2 * one + 3 * large)
    unknown = {"ml.t3.medium": 1, "ml.unheard.of": 1}
    assert hackathon.hourly_cost(replace(summary, instances=unknown)) is None
    control.faults(errors={"pricing.GetProducts": "AccessDeniedException"})
    assert hackathon.hourly_cost(replace(summary, instances={"ml.t3.medium": 1})) is None


def test_prices_are_asked_for_where_aws_has_them(
    hackathon: Hackathon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The price list has endpoints in few regions (AWS General Reference)."""
    regions = []
    client = Session.client

    def made(self: Session, service: str, **more: Any) -> Any:
        sdk = client(self, service, **more)
        regions.append((service, sdk.meta.region_name))
        return sdk

    monkeypatch.setattr(Session, "client", made)
    summary = replace(hackathon.status(), instances={"ml.t3.medium": 1})
    assert hackathon.hourly_cost(summary)
    assert ("pricing", "us-east-1") in regions
