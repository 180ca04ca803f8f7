"""`studio status`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Studio


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
