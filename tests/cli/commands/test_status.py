"""`studio status`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Studio
    from tests.control import Control


def test_status_as_json_has_its_shape(studio: Studio, small: Path) -> None:
    assert studio.json("status") == {
        "participants": 3,
        "teams": 2,
        "profiles": {"InService": 4},
        "spaces": {"InService": 2},
        "apps": {},
    }


def test_status_for_people_is_by_team(studio: Studio, small: Path) -> None:
    done = studio.ok("status")
    assert done.stdout.startswith("spring: 3 participants in 2 teams\n")
    rows = [line.split() for line in done.stdout.splitlines() if line[:1].isdigit()]
    assert rows == [
        ["1", "2", "2", "team-1", "InService", "Stopped"],
        ["2", "1", "1", "team-2", "InService", "Stopped"],
    ]


def test_status_says_what_else_is_there(studio: Studio, aws: Any) -> None:
    aws.create_user_profile(DomainId=studio.settings.domain_id, UserProfileName="instructor")
    done = studio.ok("status")
    assert "Also in the domain, not of this event: 1 profile." in done.stderr


def test_a_failed_app_is_shown_with_its_reason_and_the_way_to_start_it_again(
    studio: Studio, small: Path, control: Control
) -> None:
    control.faults(app_failure_rate=1)
    assert studio("start-apps", "--team", "2", "--yes").exit_code == 1
    control.faults()
    why = "This is a fault set in the sandbox."
    assert studio.json("status")["failed_apps"] == [
        {"app": "team-2/JupyterLab/default", "team": "2", "reason": why}
    ]
    done = studio.ok("status")
    assert "  apps      1 Failed\n" in done.stdout
    rows = [line.split() for line in done.stdout.splitlines() if line[:1].isdigit()]
    assert rows[1] == ["2", "1", "1", "team-2", "InService", "Failed", "ml.t3.medium"]
    command = "studio start-apps --team 2"
    assert done.stdout.endswith(
        f"Failed: team-2/JupyterLab/default of team 2: {why} What to do: {command}\n"
    )
    studio.ok(*command.split()[1:], "--yes")
    assert "Failed" not in studio.ok("status").stdout
