"""`check`, `status`, `start-apps` and `stop-apps`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.conftest import EXAMPLE, Control, Studio

if TYPE_CHECKING:
    from pathlib import Path


def test_a_check_of_a_good_set_up_has_no_error(studio: Studio) -> None:
    done = studio.ok("check", "--roster", EXAMPLE)
    for title in ("Credentials", "Domain", "Participants table", "Listing", "Quota: spaces"):
        assert f"\nok      {title}: " in f"\n{done.stdout}"
    assert "\nerror" not in done.stdout
    assert "45 wanted of" in done.stdout


def test_a_check_with_an_error_has_its_status(studio: Studio) -> None:
    studio.save(domain_id="d-nowhere")
    done = studio("check")
    assert done.exit_code == 1
    assert "error   Domain: " in done.stdout
    lines = studio.json("check", status=1)
    assert [line["state"] for line in lines] == ["ok", "error"]
    assert set(lines[1]) == {"title", "state", "sentence", "remedy"}


def test_a_check_of_a_bad_roster_is_bad_input(studio: Studio, control: Control) -> None:
    control.forget()
    assert studio("check", "--roster", studio.roster(("nobody", 1))).exit_code == 2
    assert control.calls() == {}


def test_quotas_are_held_against_the_roster(studio: Studio, control: Control) -> None:
    control.quotas({"Maximum number of Studio user profiles allowed per account": 10})
    done = studio("check", "--roster", EXAMPLE)
    assert done.exit_code == 1
    assert "45 wanted, and the account allows 10." in done.stdout
    assert "What to do: Ask for 45 in Service Quotas" in done.stdout


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


def test_apps_start_and_stop(studio: Studio, small: Path) -> None:
    assert studio.json("start-apps", "--team", 1, "--dry-run")["created"] == {"app": 1}
    assert studio.json("status")["apps"] == {}
    assert studio.json("start-apps", "--team", 1) == {
        "created": {"app": 1},
        "kept": {},
        "failed": [],
        "left": [],
    }
    assert studio.json("start-apps")["kept"] == {"app": 1}
    again = studio.ok("start-apps")
    assert again.stdout == "Nothing to do: 2 apps running already.\n"
    assert studio.json("status")["apps"] == {"InService": 2}
    assert studio.json("stop-apps", "--team", 2)["deleted"] == {"app": 1}
    assert studio.json("status")["apps"] == {"InService": 1}
    assert studio.ok("stop-apps", "--yes", typed="").stdout.startswith("Deleted 1 app in ")
    assert studio.ok("stop-apps").stdout == "Nothing to do: no app runs.\n"
    assert studio.json("status")["spaces"] == {"InService": 2}


@pytest.mark.parametrize("command", ["start-apps", "stop-apps"])
def test_a_team_that_nobody_is_in(studio: Studio, small: Path, command: str) -> None:
    done = studio(command, "--team", "Blue")
    assert done.exit_code == 1
    assert "No participant has team Blue" in done.stderr


def test_stopping_is_asked_about(studio: Studio, small: Path) -> None:
    studio.ok("start-apps", typed="y\n")
    done = studio("stop-apps", typed="n\n")
    assert done.exit_code == 2
    assert "Stop 2 apps?" in done.stderr
    assert studio.json("status")["apps"] == {"InService": 2}


def test_without_spaces_there_is_nothing_to_start(studio: Studio) -> None:
    done = studio.ok("start-apps")
    assert done.stdout == "Nothing to do: there is no space to start an app in.\n"
    assert json.loads(studio.ok("start-apps", "--json").stdout)["created"] == {}
