"""AWS's reason for a failed app: asked once, for failed ones alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bench.world import people

if TYPE_CHECKING:
    from studio_core.hackathon import Hackathon
    from tests.control import Control

WHY = "This is a fault set in the sandbox."


@pytest.fixture
def failing(hackathon: Hackathon, control: Control) -> Hackathon:
    """Two teams; the app of the second failed."""
    hackathon.run(hackathon.propose_setup(people(2, 2)))
    assert hackathon.run(hackathon.propose_start_apps("1")).ok
    control.faults(app_failure_rate=1)
    assert not hackathon.run(hackathon.propose_start_apps("2")).ok
    control.faults()
    control.forget()
    return hackathon


def test_the_reason_is_asked_for_once_and_for_the_failed_app_alone(
    failing: Hackathon, control: Control
) -> None:
    first = failing.status()
    assert first.apps == {"Failed": 1, "InService": 1}
    assert [(f.app.label, f.team, f.reason) for f in first.failed] == [
        ("team-2/JupyterLab/default", "2", WHY)
    ]
    assert control.calls()["sagemaker.DescribeApp"] == 1
    assert failing.status().failed == first.failed
    assert control.calls()["sagemaker.DescribeApp"] == 1


def test_an_app_that_fails_again_is_asked_about_again(failing: Hackathon, control: Control) -> None:
    failing.status()
    control.faults(app_failure_rate=1)
    failing.run(failing.propose_start_apps(space="team-2"))
    control.faults()
    control.forget()
    assert [failed.reason for failed in failing.status().failed] == [WHY]
    assert control.calls()["sagemaker.DescribeApp"] == 1


def test_without_failed_apps_nothing_is_described(hackathon: Hackathon, control: Control) -> None:
    hackathon.run(hackathon.propose_setup(people(2, 2)))
    control.forget()
    assert hackathon.status().failed == ()
    assert not [call for call in control.calls() if "Describe" in call]


def test_a_reason_that_cannot_be_asked_for_is_asked_for_again(
    failing: Hackathon, control: Control
) -> None:
    control.faults(errors={"sagemaker.DescribeApp": "AccessDeniedException"})
    (failed,) = failing.status().failed
    assert failed.reason == ""
    control.faults()
    (failed,) = failing.status().failed
    assert failed.reason == WHY


def test_one_failed_app_is_started_again_and_no_other(failing: Hackathon) -> None:
    failing.run(failing.propose_stop_apps("1"))
    proposal = failing.propose_start_apps(space="TEAM-2")
    assert [step.name for step in proposal.plan.changes] == ["team-2/JupyterLab/default"]
    assert failing.run(proposal).ok
    status = failing.status()
    assert status.failed == ()
    assert status.apps == {"InService": 1}
