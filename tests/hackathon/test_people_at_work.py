"""Runs that end in one go while participants and other organisers act."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from bench.soak import wrong_after_purge, wrong_after_setup
from bench.worker import QUICK
from bench.world import people
from studio_core.errors import (
    GuardError,
    PlanChangedError,
    RunBusyError,
    SettingsError,
    StudioError,
)
from studio_core.hackathon import Hackathon
from studio_core.model.people import Participant, Roster
from studio_core.model.plans import Action
from studio_core.model.runs import Phase, StepProgress
from studio_core.model.studio import Kind

if TYPE_CHECKING:
    from pathlib import Path

    from studio_core.sandbox.demo import DemoData
    from tests.control import Control

Make = Callable[..., Hackathon]


@pytest.fixture
def sagemaker(world: DemoData) -> Any:
    return boto3.client("sagemaker", region_name=world.region)


def once(kind: Kind, phase: Phase, act: Callable[[str], object]) -> Callable[[StepProgress], None]:
    """Act the first time that a step of this kind comes to this phase."""
    acted = threading.Event()

    def on_step(progress: StepProgress) -> None:
        step = progress.step
        deletes = step.action is Action.DELETE
        if deletes and (step.kind, progress.phase) == (kind, phase) and not acted.is_set():
            acted.set()
            act(step.name)

    return on_step


def in_space(world: DemoData, space: str) -> dict[str, str]:
    where = {"DomainId": world.domain_id, "SpaceName": space}
    return {**where, "AppType": "JupyterLab", "AppName": "default"}


def test_an_app_restarted_after_its_deletion_does_not_hold_up_the_purge(
    hackathon: Hackathon, world: DemoData, sagemaker: Any
) -> None:
    hackathon.run(hackathon.propose_setup(people(6, 3)))
    hackathon.run(hackathon.propose_start_apps())

    def restart(name: str) -> None:
        _retrying(lambda: sagemaker.create_app(**in_space(world, name.split("/", 1)[0])))

    began = time.monotonic()
    report = hackathon.run(hackathon.propose_purge(), on_step=once(Kind.APP, Phase.ENDED, restart))
    assert report.ok, (report.failed, report.left)
    assert time.monotonic() - began < QUICK.patience / 2
    assert wrong_after_purge(hackathon.observe()) == []


def test_apps_and_spaces_made_during_a_purge_go_with_what_they_are_in(
    hackathon: Hackathon, world: DemoData, sagemaker: Any
) -> None:
    hackathon.run(hackathon.propose_setup(people(6, 3)))
    hackathon.run(hackathon.propose_start_apps(team="1"))

    def work(_: str) -> None:
        sagemaker.create_app(**in_space(world, "team-2"))
        sagemaker.create_space(
            DomainId=world.domain_id,
            SpaceName="mine",
            OwnershipSettings={"OwnerUserProfileName": "person00000"},
            SpaceSharingSettings={"SharingType": "Private"},
            SpaceSettings={"AppType": "JupyterLab"},
        )

    report = hackathon.run(hackathon.propose_purge(), on_step=once(Kind.APP, Phase.STARTED, work))
    assert report.ok, (report.failed, report.left)
    assert wrong_after_purge(hackathon.observe()) == []


def test_a_purge_survives_a_time_without_a_network(hackathon: Hackathon, control: Control) -> None:
    hackathon.run(hackathon.propose_setup(people(10, 5)))

    def cut(_: str) -> None:
        control.faults(drop_rate=1.0)
        threading.Timer(1.5, control.faults).start()

    report = hackathon.run(hackathon.propose_purge(), on_step=once(Kind.SPACE, Phase.STARTED, cut))
    assert report.ok, (report.failed, report.left)
    assert wrong_after_purge(hackathon.observe()) == []


def test_whoever_stops_an_app_that_is_starting_does_not_hold_up_the_rest(
    hackathon: Hackathon, world: DemoData, sagemaker: Any, control: Control
) -> None:
    hackathon.run(hackathon.propose_setup(people(4, 2)))

    def stop(progress: StepProgress) -> None:
        if progress.phase is Phase.WAITING and progress.step.name.startswith("team-1/"):
            _retrying(lambda: sagemaker.delete_app(**in_space(world, "team-1")))

    began = time.monotonic()
    report = hackathon.run(hackathon.propose_start_apps(), on_step=stop)
    assert time.monotonic() - began < QUICK.patience / 2
    states = {outcome.step.name: outcome.reason for outcome in report.failed}
    assert set(states) <= {"team-1/JupyterLab/default"}
    assert report.counts(Action.CREATE)["app"] >= 1


@pytest.mark.parametrize(
    "phase",
    [Phase.WAITING, Phase.ENDED],
    ids=["before a list shows it", "before its space is made in it"],
)
def test_a_profile_that_an_administrator_deletes_during_setup_is_made_again(
    make_hackathon: Make, world: DemoData, sagemaker: Any, phase: Phase
) -> None:
    hackathon = make_hackathon(personal_spaces=True, app_type="CodeEditor")
    where = {"DomainId": world.domain_id, "UserProfileName": "person00000"}
    deleted = threading.Event()

    def delete(progress: StepProgress) -> None:
        """Holds up the run: nothing is listed before the profile is gone."""
        if (progress.step.name, progress.phase) == ("person00000", phase) and not deleted.is_set():
            deleted.set()
            _retrying(lambda: sagemaker.delete_user_profile(**where))
            while _there(lambda: sagemaker.describe_user_profile(**where)):
                time.sleep(0.02)

    began = time.monotonic()
    report = hackathon.run(hackathon.propose_setup(people(1, 1)), on_step=delete)
    assert report.ok, (report.failed, report.left)
    assert deleted.is_set()
    assert time.monotonic() - began < QUICK.patience / 2
    assert hackathon.propose_setup(people(1, 1)).plan.empty


def test_one_organisers_removal_does_not_take_who_another_has_added_since(
    make_hackathon: Make, hackathon: Hackathon
) -> None:
    hackathon.run(hackathon.propose_setup(people(4, 2)))
    fewer = Roster(people(4, 2).participants[:3])
    proposal = hackathon.propose_setup(fewer, remove_leaving=True)
    assert proposal.plan.counts(Action.DELETE) == {"row": 1, "profile": 1}
    other = make_hackathon(owner="bo@desk")
    assert other.run(other.propose_setup(people(16, 2))).ok
    with pytest.raises(PlanChangedError) as caught:
        hackathon.run(proposal)
    assert caught.value.plan.counts(Action.DELETE) == {"row": 13, "profile": 13}
    assert len(hackathon.participants()) == 16


def test_two_plans_made_before_either_ran_never_give_two_people_one_profile(
    make_hackathon: Make, hackathon: Hackathon
) -> None:
    other = make_hackathon(owner="bo@desk")
    first = Roster((Participant("niklas@amazon.com", "1"),))
    second = Roster((Participant("niklas@ai.se", "2"),))
    late = other.propose_setup(second)
    assert hackathon.run(hackathon.propose_setup(first)).ok
    with pytest.raises(PlanChangedError) as caught:
        other.run(late)
    assert other.run(replace(late, plan=caught.value.plan)).ok
    profiles = [record.profile for record in hackathon.participants()]
    assert len(set(profiles)) == 2


def test_a_row_that_another_tool_changes_during_a_run_is_planned_again(
    hackathon: Hackathon, world: DemoData
) -> None:
    """The lease binds our own runs; somebody may still write to the table by hand."""
    hackathon.run(hackathon.propose_setup(people(2, 1)))
    table = boto3.client("dynamodb", region_name=world.region)
    moved = Roster(tuple(Participant(p.email, "9") for p in people(2, 1).participants))
    proposal = hackathon.propose_setup(moved)
    email = moved.participants[0].email

    def interfere(progress: StepProgress) -> None:
        if progress.phase is Phase.STARTED and progress.step.name == email and not done:
            done.append(email)
            table.update_item(
                TableName=world.table_name,
                Key={"pk": {"S": email}},
                UpdateExpression="SET team = :t",
                ExpressionAttributeValues={":t": {"S": "by hand"}},
            )

    done: list[str] = []
    report = hackathon.run(proposal, on_step=interfere)
    assert report.ok, (report.failed, report.left)
    assert {record.team for record in hackathon.participants()} == {"9"}


def test_the_second_of_two_organisers_is_told_whose_run_it_is(
    make_hackathon: Make, hackathon: Hackathon
) -> None:
    go_on = threading.Event()
    proposal = hackathon.propose_setup(people(20, 2))
    run = hackathon.start(proposal, on_step=lambda _: go_on.wait(30))
    other = make_hackathon(owner="bo@desk")
    with pytest.raises(RunBusyError, match="ana@laptop runs setup"):
        other.start(other.propose_setup(people(20, 2)))
    with pytest.raises(RunBusyError, match="ana@laptop runs setup"):
        hackathon.start(hackathon.propose_setup(people(21, 2)))
    assert hackathon.current_run() is run
    go_on.set()
    assert run.result().ok
    assert hackathon.current_run() is run
    assert other.current_run() is None


def test_a_hackathon_that_is_closed_in_mid_run_finishes_it(
    hackathon: Hackathon, make_hackathon: Make
) -> None:
    run = hackathon.start(hackathon.propose_setup(people(30, 5)))
    hackathon.close()
    assert run.join(30)
    assert run.result().ok
    assert wrong_after_setup(make_hackathon().observe(), people(30, 5)) == []


def test_a_journal_that_cannot_be_written_stops_the_run_after_the_calls_in_flight(
    hackathon: Hackathon, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposal = hackathon.propose_setup(people(40, 4))
    run: list[Any] = []

    def fill_disk(_: StepProgress) -> None:
        monkeypatch.setattr(run[0].journal, "write", _no_room)

    run.append(hackathon.start(proposal, on_step=lambda p: run and fill_disk(p)))
    with pytest.raises(StudioError, match="cannot be written"):
        run[0].result()
    before = hackathon.observe()
    assert 0 < len(before.profiles) < 41
    monkeypatch.undo()
    assert hackathon.run(hackathon.propose_setup(people(40, 4))).ok


def test_a_listener_that_fails_does_not_stop_a_run(hackathon: Hackathon) -> None:
    def closed_pipe(_: StepProgress) -> None:
        raise BrokenPipeError

    assert hackathon.run(hackathon.propose_setup(people(4, 2)), on_step=closed_pipe).ok


def test_a_mistyped_table_is_refused_and_not_created(make_hackathon: Make, world: DemoData) -> None:
    right = make_hackathon()
    right.run(right.propose_setup(people(2, 1)))
    wrong = make_hackathon(table_name="studio-cli-typo")
    with pytest.raises(GuardError, match="studio-cli-typo"):
        wrong.propose_purge()
    tables = boto3.client("dynamodb", region_name=world.region).list_tables()["TableNames"]
    assert "studio-cli-typo" not in tables
    assert len(right.observe().profiles) == 3


def test_a_mistyped_domain_writes_nothing(make_hackathon: Make) -> None:
    wrong = make_hackathon(domain_id="d-nosuchdomain")
    with pytest.raises(GuardError, match="d-nosuchdomain"):
        wrong.run(wrong.propose_setup(people(2, 1)))
    right = make_hackathon()
    assert right.participants() == []
    assert right.run(right.propose_setup(people(2, 1))).ok


def test_a_table_made_for_something_else_is_refused(make_hackathon: Make, world: DemoData) -> None:
    boto3.client("dynamodb", region_name=world.region).create_table(
        TableName="invoices",
        AttributeDefinitions=[{"AttributeName": "number", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "number", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    wrong = make_hackathon(table_name="invoices")
    with pytest.raises(SettingsError, match="number"):
        wrong.run(wrong.propose_setup(people(2, 1)))
    assert wrong.observe().profiles == ()


def test_stop_needs_the_right_to_start(hackathon: Hackathon, tmp_path: Path) -> None:
    from studio_core.access.roles import Actor, Role

    run = hackathon.start(hackathon.propose_setup(people(4, 2)))
    with pytest.raises(GuardError):
        hackathon.acting_as(Actor("bo", Role.HELPER)).stop(run)
    assert run.result().ok


def _no_room(*_: object, **__: object) -> None:
    raise StudioError("The journal cannot be written: no space left on device.", "Make room.")


def _there(look: Callable[[], object]) -> bool:
    try:
        look()
    except ClientError:
        return False
    return True


def _retrying(call: Callable[[], object]) -> None:
    for _ in range(100):
        try:
            call()
        except ClientError:
            time.sleep(0.02)
        else:
            return
