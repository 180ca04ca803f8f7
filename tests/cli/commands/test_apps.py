"""`studio start-apps` and `stop-apps`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Studio


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
