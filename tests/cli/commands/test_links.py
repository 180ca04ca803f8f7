from __future__ import annotations

import csv
import io
import json
import stat
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import EXAMPLE, Studio


@pytest.fixture
def example(studio: Studio) -> Studio:
    studio.ok("setup-users", EXAMPLE)
    return studio


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def _page(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        text: str = answer.read().decode()
        return text


def test_everybody_gets_a_link_both_niklases_too(example: Studio) -> None:
    done = example.ok("get-urls", "--format", "csv")
    assert done.stdout.splitlines()[0] == "email,team,profile,space,url,expires_at"
    assert "\r" not in done.stdout
    rows = _rows(done.stdout)
    assert len(rows) == 44
    niklases = [row for row in rows if row["email"].startswith("niklas@")]
    assert len({row["profile"] for row in niklases}) == 2
    for row in niklases:
        page = _page(row["url"])
        assert row["profile"] in page
        assert row["space"] in page
        left = datetime.fromisoformat(row["expires_at"]) - datetime.now(UTC)
        assert timedelta(minutes=4) < left <= timedelta(minutes=5)


def test_a_team_or_a_person_alone(example: Studio) -> None:
    team = json.loads(example.ok("get-urls", "--team", 2, "--format", "json").stdout)
    assert {item["team"] for item in team} == {"2"}
    assert list(team[0]) == ["email", "team", "profile", "space", "url", "expires_at"]
    one = example.ok("get-urls", "--email", " Niklas@AI.se ")
    head, url = one.stdout.splitlines()
    assert head.startswith("niklas@ai.se  team 5  profile ")
    assert "niklas" in _page(url.strip())


def test_nobody_by_that_name(example: Studio) -> None:
    done = example("get-urls", "--team", 99, "--format", "csv")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "No participant has team 99" in done.stderr


def test_nobody_at_all_yet(studio: Studio) -> None:
    done = studio("get-urls")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "studio setup-users" in done.stderr


def test_a_file_of_links_is_for_its_owner_alone(studio: Studio, small: Path) -> None:
    path = studio.folder / "links.csv"
    path.write_text("old", encoding="utf-8")
    path.chmod(0o644)
    done = studio.ok("get-urls", "--format", "csv", "--output", path)
    assert done.stdout == ""
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [row["email"] for row in _rows(path.read_text(encoding="utf-8"))] == [
        "ada@example.com",
        "bo@example.com",
        "cy@example.com",
    ]
    assert "http" not in done.stderr
    assert [p.name for p in studio.folder.iterdir() if p.name.startswith(".links")] == []


def test_a_file_that_cannot_be_written_is_bad_input(studio: Studio, small: Path) -> None:
    done = studio("get-urls", "-o", studio.folder / "nowhere" / "links.csv")
    assert done.exit_code == 2
    assert "http" not in done.output


def test_standard_output_by_its_device(studio: Studio, small: Path) -> None:
    done = studio.ok("get-urls", "-o", "/dev/null")
    assert done.stdout == ""
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_a_link_that_fails_is_named_and_the_rest_are_given(
    studio: Studio, small: Path, aws: Any
) -> None:
    aws.delete_user_profile(DomainId=studio.settings.domain_id, UserProfileName="bo")
    names = ["bo"]
    while "bo" in names:
        listed = aws.list_user_profiles(DomainIdEquals=studio.settings.domain_id)
        names = [p["UserProfileName"] for p in listed["UserProfiles"]]
    done = studio("get-urls", "--format", "csv")
    assert done.exit_code == 1
    assert [row["email"] for row in _rows(done.stdout)] == ["ada@example.com", "cy@example.com"]
    assert "Failed: bo@example.com, team 1:" in done.stderr
    assert "What to do:" in done.stderr
