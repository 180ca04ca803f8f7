from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Studio

CODE = re.compile(r"[A-Z0-9]{4}-[A-Z0-9]{4}")


def test_the_event_has_one_code_that_stays(studio: Studio) -> None:
    code = studio.ok("codes").stdout.strip()
    assert CODE.fullmatch(code)
    assert studio.ok("codes").stdout.strip() == code


def test_each_person_has_a_code(studio: Studio, small: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(studio.ok("codes", "--format", "csv").stdout)))
    assert [row["email"] for row in rows] == ["ada@example.com", "bo@example.com", "cy@example.com"]
    assert len({row["code"] for row in rows}) == 3
    assert all(CODE.fullmatch(row["code"]) for row in rows)
    one = json.loads(studio.ok("codes", "--email", "bo@example.com", "--format", "json").stdout)
    assert one == [rows[1]]
    assert "cy@example.com  2" in studio.ok("codes", "--team", 2).stdout


def test_the_setting_says_which_codes_are_meant(studio: Studio, small: Path) -> None:
    studio.save(access="personal-code")
    assert "ada@example.com" in studio.ok("codes").stdout
    assert CODE.fullmatch(studio.ok("codes", "--event").stdout.strip())
    studio.save(access="email-only")
    assert "asks for none of these codes" in studio.ok("codes").stderr


def test_new_codes_are_confirmed(studio: Studio, small: Path) -> None:
    old = studio.ok("codes").stdout
    assert studio("codes", "--rotate").exit_code == 2
    assert studio("codes", "--rotate", typed="yes\nno\n").exit_code == 2
    assert studio.ok("codes").stdout == old
    by_hand = studio.ok("codes", "--rotate", typed="1\n").stdout
    assert by_hand != old
    assert studio("codes", "--personal", "--rotate", typed="1\n2\n").exit_code == 2
    assert studio.ok("codes").stdout == by_hand
    assert studio.ok("codes", "--rotate", "--yes").stdout not in {old, by_hand}


def test_nobody_has_no_personal_codes(studio: Studio) -> None:
    assert studio("codes", "--personal").exit_code == 1


def test_personal_codes_stand_in_the_links_too(studio: Studio, small: Path) -> None:
    studio.save(access="personal-code")
    wanted = studio.ok("codes", "--format", "json").stdout
    codes = {row["email"]: row["code"] for row in json.loads(wanted)}
    rows = list(csv.DictReader(io.StringIO(studio.ok("get-urls", "--format", "csv").stdout)))
    assert {row["email"]: row["code"] for row in rows} == codes
    studio.save(access="event-code")
    assert "code" not in json.loads(studio.ok("get-urls", "--format", "json").stdout)[0]
