"""What goes on record, for runs, links and refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from studio_core.access.roles import Actor, Role
from studio_core.errors import GuardError, StudioError
from studio_core.hackathon.records import plan_facts
from studio_core.model.links import Link
from studio_core.model.people import Participant, Roster
from studio_core.model.plans import Action, Plan, Purpose, Step
from studio_core.model.studio import Identity, Kind, Profile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from studio_core.hackathon import Hackathon

ANA = Actor("ana@example.com", Role.ORGANISER, "dashboard", "10.0.0.1")
ROSTER = Roster((Participant("ada@example.com", "1"), Participant("bo@example.com", "2")))


def test_runs_links_and_refusals_are_on_record(make_hackathon: Callable[..., Hackathon]):
    hackathon = make_hackathon().acting_as(ANA)
    assert hackathon.run(hackathon.propose_setup(ROSTER)).ok
    urls = [item.url for item in hackathon.links(team="1") if isinstance(item, Link)]
    urls += [item.url for item in hackathon.links(email="bo@example.com")]
    hackathon.rotate_codes()
    code = hackathon.codes().event_code
    hackathon.codes()
    assert hackathon.run(hackathon.propose_purge()).ok

    told = [(e.deed, e.subject, e.outcome) for e in reversed(hackathon.recorded())]
    where = f"{hackathon.settings.domain_id} event"
    assert told == [
        ("setup run", where, "started"),
        ("setup run", where, "done"),
        ("links asked for", "team 1", "done"),
        ("links handed over", "team 1", "1 made"),
        ("links asked for", "bo@example.com", "done"),
        ("links handed over", "bo@example.com", "1 made"),
        ("access codes renewed", "", "started"),
        ("access codes renewed", "", "done"),
        ("access codes shown", "", "done"),
        ("purge run", where, "started"),
        ("access codes deleted", "", "started"),
        ("access codes deleted", "", "done"),
        ("purge run", where, "done"),
    ]
    started = hackathon.recorded()[-1]
    assert started.actor == ANA
    assert started.event == hackathon.settings.event
    assert {key: value for key, value in started.details.items() if key != "run"} == {
        "account": "123456789012",
        "region": hackathon.settings.region,
        "create": "profile:3 row:2 space:2",
    }
    runs = [e.details.get("run") for e in reversed(hackathon.recorded()) if "run" in e.deed]
    assert runs[0] == runs[1] != runs[2] == runs[3]
    assert all(runs)
    raw = hackathon.audit.path.read_text()
    assert "ada@example.com" in raw
    for secret in (*urls, code, *(url.partition("?")[2] for url in urls)):
        assert secret not in raw


def test_a_run_that_cannot_be_recorded_is_not_started(
    make_hackathon: Callable[..., Hackathon], tmp_path: Path
):
    hackathon = make_hackathon()
    proposal = hackathon.propose_setup(ROSTER)
    (tmp_path / "state").write_text("in the way of the folder")
    with pytest.raises(StudioError, match="cannot be written"):
        hackathon.start(proposal)
    with pytest.raises(StudioError, match="cannot be written"):
        hackathon.links()
    assert not hackathon.participants()


def test_links_that_are_not_taken_to_the_end_are_counted(
    make_hackathon: Callable[..., Hackathon],
):
    hackathon = make_hackathon()
    assert hackathon.run(hackathon.propose_setup(ROSTER)).ok
    links = hackathon.links()
    next(links)
    links.close()
    assert hackathon.recorded()[0].outcome == "1 made"


def test_helpers_cannot_read_the_record(hackathon: Hackathon):
    with pytest.raises(GuardError, match="read the audit log"):
        hackathon.acting_as(Actor("bo", Role.HELPER)).recorded()


def test_whose_links_were_asked_for_is_on_record(hackathon: Hackathon):
    assert hackathon.run(hackathon.propose_setup(ROSTER)).ok
    list(hackathon.links())
    entry = next(e for e in hackathon.recorded() if e.deed == "links asked for")
    assert entry.subject == "everybody"
    assert entry.details["people"] == "ada@example.com bo@example.com"
    assert str(entry.details["number"]) == "2"


def test_what_a_plan_keeps_or_leaves_is_not_on_record_as_a_change() -> None:
    def step(action: Action, kind: Kind, name: str) -> Step:
        return Step(f"{action} {name}", action, kind, name, Profile(name, "InService"))

    steps = (
        step(Action.CREATE, Kind.PROFILE, "ada"),
        step(Action.CREATE, Kind.PROFILE, "bo"),
        step(Action.CREATE, Kind.SPACE, "team-1"),
        step(Action.KEEP, Kind.PROFILE, "cy"),
        step(Action.SKIP, Kind.PROFILE, "eve"),
    )
    where = Identity("123456789012", "eu-west-1", "d-1")
    facts = plan_facts(Plan(Purpose.SETUP, where, "demo", steps))
    assert {name: text for name, text in facts.items() if text} == {
        "account": "123456789012",
        "region": "eu-west-1",
        "create": "profile:2 space:1",
    }
