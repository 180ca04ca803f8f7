"""What must be true before something is deleted, as a table of every way it may be wrong."""

from __future__ import annotations

import ast
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from studio_core.config import Settings
from studio_core.errors import GuardError
from studio_core.model.people import Record
from studio_core.model.plans import Action, Plan, Purpose, Scope, Step
from studio_core.model.studio import Identity, Kind, Profile, Space
from studio_core.planning.confirm import (
    confirm_purge,
    confirm_removal,
    confirm_renewal,
    confirm_spaces,
    people_removed,
    spaces_removed,
)

ROOT = Path(__file__).resolve().parents[2]
HERE = Identity("123456789012", "eu-west-1", "d-AbC123")
SETTINGS = Settings(
    "eu-west-1", "d-AbC123", "people", "demo", account="123456789012", ends_on="2026-11-30"
)
PLAN = Plan(Purpose.PURGE, HERE, "demo")
AFTER, BEFORE = date(2026, 11, 30), date(2026, 11, 29)


def passes(plan=PLAN, settings=SETTINGS, typed="d-AbC123", *, today=AFTER, **said) -> None:
    confirm_purge(plan, settings, typed, today=today, **said)


@pytest.mark.parametrize(
    "right",
    [
        {},
        {"typed": " d-AbC123\n"},
        {"today": BEFORE, "before_end": True},
        {"settings": replace(SETTINGS, ends_on=""), "today": BEFORE},
        {"settings": replace(SETTINGS, account="")},
        {"plan": replace(PLAN, scope=Scope.DOMAIN), "whole_domain_confirmed": True},
    ],
)
def test_a_purge_with_everything_right_passes(right):
    """Each also with the id and the place wrong: what is said besides takes their place nowhere."""
    passes(**right)
    with pytest.raises(GuardError, match="not the id"):
        passes(**{**right, "typed": "d-abc123"})
    elsewhere = replace(right.get("plan", PLAN), identity=replace(HERE, region="eu-west-2"))
    with pytest.raises(GuardError, match="region"):
        passes(**{**right, "plan": elsewhere})


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"plan": None}, "No purge plan"),
        ({"plan": replace(PLAN, purpose=Purpose.SETUP)}, "No purge plan"),
        ({"typed": ""}, "not the id"),
        ({"typed": "d-abc123"}, "not the id"),
        ({"typed": "d-AbC12"}, "not the id"),
        ({"typed": "d-AbC1234"}, "not the id"),
        ({"typed": "demo"}, "not the id"),
        ({"typed": "yes"}, "not the id"),
        ({"plan": replace(PLAN, identity=replace(HERE, account="210987654321"))}, "account"),
        ({"plan": replace(PLAN, identity=replace(HERE, region="eu-west-2"))}, "region"),
        ({"plan": replace(PLAN, identity=replace(HERE, domain_id="d-other"))}, "domain"),
        ({"plan": replace(PLAN, event="other")}, "event"),
        ({"plan": replace(PLAN, scope=Scope.DOMAIN)}, "everything"),
        ({"today": BEFORE}, "still to come"),
        ({"today": BEFORE, "whole_domain_confirmed": True}, "still to come"),
        ({"plan": replace(PLAN, scope=Scope.DOMAIN), "before_end": True}, "everything"),
    ],
)
def test_a_purge_with_one_thing_wrong_is_refused(changed, told):
    with pytest.raises(GuardError, match=told) as refused:
        passes(**changed)
    assert refused.value.remedy


def removing(number: int) -> Plan:
    record = Record("ada@example.com", "1", "d-AbC123")
    steps = [
        Step(f"row:{n}", Action.DELETE, Kind.ROW, f"{n}@example.com", record) for n in range(number)
    ]
    steps.append(Step("p", Action.DELETE, Kind.PROFILE, "p", Profile("p", "InService")))
    return replace(PLAN, purpose=Purpose.SETUP, steps=tuple(steps))


def test_removing_people_wants_their_number():
    assert people_removed(removing(3)) == 3
    confirm_removal(removing(3), "3")
    confirm_removal(removing(3), 3)
    confirm_removal(removing(0), None)
    for typed in (None, "", "2", "yes", "33"):
        with pytest.raises(GuardError, match="removes 3 people"):
            confirm_removal(removing(3), typed)
    with pytest.raises(GuardError, match="removes 1 person "):
        confirm_removal(removing(1), "")


def deleting(*statuses: str) -> Plan:
    steps = [
        Step(f"s{n}", Action.DELETE, Kind.SPACE, f"s{n}", Space(f"s{n}", status))
        for n, status in enumerate(statuses)
    ]
    return replace(removing(0), steps=(*removing(0).steps, *steps))


def test_deleting_spaces_wants_their_number_but_not_of_those_without_files():
    plan = deleting("InService", "Delete_Failed", "Failed", "Deleting")
    assert spaces_removed(plan) == 2
    confirm_spaces(plan, "2")
    confirm_spaces(deleting("Failed"), None)
    for typed in (None, "", "4", "yes"):
        with pytest.raises(GuardError, match="deletes 2 spaces"):
            confirm_spaces(plan, typed)


def test_renewing_codes_wants_their_number():
    confirm_renewal(40, "40")
    for typed in (None, "", "4", "yes"):
        with pytest.raises(GuardError, match="40 access codes"):
            confirm_renewal(40, typed)
    with pytest.raises(GuardError, match="1 access code "):
        confirm_renewal(1, "")


def test_both_faces_ask_the_same_guard():
    """No face has a rule of its own for what purge wants."""
    for name in ("cli/running/confirmation.py", "dashboard/views/purge.py"):
        tree = ast.parse((ROOT / "studio_core" / name).read_text())
        called = {
            node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
        }
        assert "confirm_purge" in called, name
