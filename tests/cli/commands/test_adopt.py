"""`studio adopt`, and what other commands say while somebody is there from before."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from studio_core import config
from tests.first_generation import TABLE, OldTool

if TYPE_CHECKING:
    from tests.cli.conftest import Studio
    from tests.control import Control

THREE = (
    "3 people are in the table from an earlier version of this tool, and not yet in an event: "
    "ana.b@x.org, bo@x.org and niklas@amazon.com."
)


@pytest.fixture
def old(studio: Studio) -> OldTool:
    """Three people in two teams with classic spaces, and settings for their table."""
    made = OldTool(studio.settings.domain_id, studio.settings.region)
    for address, team in (("ana.b@x.org", "1"), ("Niklas@Amazon.com", "1"), ("bo@x.org", "2")):
        made.set_up(address, team)
    studio.save(table_name=TABLE)
    return made


def test_the_number_of_people_confirms_it(studio: Studio, old: OldTool) -> None:
    done = studio.json("adopt", "--confirm", 3)
    assert done == {
        "adopted": {"profile": 3, "space": 2, "row": 3},
        "merged": {},
        "kept": {},
        "failed": [],
        "left": [],
    }
    assert set(old.resources().values()) == {"spring"}
    again = studio.ok("adopt", "--confirm", 0)
    assert again.stdout == "Nothing to do: nobody is in the table from before.\n"
    assert studio.json("status") == {
        "participants": 3,
        "teams": 2,
        "profiles": {"InService": 3},
        "spaces": {"InService": 2},
        "apps": {},
    }


def test_it_says_what_it_did(studio: Studio, old: OldTool) -> None:
    old.row("BO@x.org", "2", diet="vegan")
    done = studio.ok("adopt", "--yes")
    assert done.stdout.startswith("Adopted 3 profiles, 2 spaces and 3 rows; merged 1 row in ")
    assert "  adopt   3 profiles, 2 spaces and 3 rows\n  merge   1 row\n" in done.stderr
    assert "  adopt   row ana.b@x.org: with profile anab and space 1\n" in done.stderr
    assert "update" not in done.stderr


@pytest.mark.parametrize("given", [(), ("--confirm", "2"), ("--confirm", "4")])
def test_without_the_right_number_nothing_is_changed(
    studio: Studio, old: OldTool, control: Control, given: tuple[str, ...]
) -> None:
    control.forget()
    done = studio("adopt", *given)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "nothing was changed" in done.stderr
    assert "3" in done.stderr.splitlines()[-1] or "--confirm 3" in done.stderr
    assert control.changes() == {}


def test_a_person_types_the_number(studio: Studio, old: OldTool, control: Control) -> None:
    control.forget()
    assert studio("adopt", typed="yes\n2\n").exit_code == 2
    assert control.changes() == {}
    done = studio.ok("adopt", typed="two\n3\n")
    assert "There is no undo." in done.stderr


def test_a_dry_run_changes_nothing(studio: Studio, old: OldTool, control: Control) -> None:
    control.forget()
    done = studio.ok("adopt", "--dry-run")
    assert "Would adopt profile Niklas\n" in done.stdout
    assert "Would adopt row bo@x.org: with profile bo and space 2\n" in done.stdout
    shown = studio.json("adopt", "--dry-run")
    assert (shown["dry_run"], shown["adopted"]["row"]) == (True, 3)
    assert control.changes() == {}


def test_a_shared_profile_wants_a_choice(studio: Studio, old: OldTool) -> None:
    old.row("niklas@ai.se", "2")
    left = studio.json("adopt", "--yes", status=1)
    assert left["adopted"] == {"profile": 2, "space": 2, "row": 2}
    assert {(i["kind"], i["name"]) for i in left["left"]} == {
        ("profile", "Niklas"),
        ("row", "niklas@ai.se"),
        ("row", "niklas@amazon.com"),
    }
    assert "niklas@ai.se and niklas@amazon.com share it" in left["left"][0]["reason"]
    undecided = studio("adopt", "--yes")
    assert (undecided.exit_code, undecided.stdout) == (1, "Nothing can be adopted yet.\n")
    both = studio("adopt", "--yes", "--keep", "niklas@ai.se", "--keep", "niklas@amazon.com")
    assert both.exit_code == 2
    assert studio("adopt", "--yes", "--keep", "nobody@x.org").exit_code == 2
    assert studio.json("adopt", "--confirm", 2, "--keep", "NIKLAS@ai.se")["left"] == []
    assert old.rows()["niklas@ai.se"]["profile"] == "Niklas"
    assert "profile" not in old.rows()["niklas@amazon.com"]
    studio.ok("adopt", "--yes", "--keep", "niklas@ai.se")


def test_a_table_that_is_not_there_is_bad_input(studio: Studio) -> None:
    studio.save(table_name="mistyped")
    done = studio("adopt", "--yes")
    assert done.exit_code == 2
    assert "mistyped" in done.stderr


def test_status_get_urls_and_check_say_who_is_there_from_before(
    studio: Studio, old: OldTool
) -> None:
    status = studio.ok("status")
    assert THREE in status.stderr
    assert "Run `studio adopt`" in status.stderr
    assert status.stdout.startswith("spring: 0 participants")
    people = ["ana.b@x.org", "bo@x.org", "niklas@amazon.com"]
    assert studio.json("status")["from_before"] == people

    links = studio("get-urls")
    assert (links.exit_code, links.stdout) == (1, "")
    assert THREE in links.stderr
    assert "Run `studio adopt` first." in links.stderr

    (line,) = [c for c in studio.json("check") if c["title"] == "People from before"]
    assert (line["state"], line["sentence"]) == ("warning", THREE)
    assert "studio adopt" in line["remedy"]

    studio.ok("adopt", "--yes")
    assert "earlier version" not in studio.ok("status").output
    assert "earlier version" not in studio.ok("get-urls").output
    assert "People from before" not in studio.ok("check").stdout


def test_purge_keeps_the_only_record_and_offers_adoption(studio: Studio, old: OldTool) -> None:
    old.row("gone@x.org", "9")  # nothing of it is in the domain
    domain = studio.settings.domain_id
    before = old.resources()
    done = studio("purge", "--confirm", domain)
    assert done.exit_code == 1
    assert "Nothing is left" not in done.output
    assert (
        "Left: row ana.b@x.org: the earlier tool made profile anab and space 1, which only this "
        "row names; adopt first (`studio adopt`)"
    ) in done.stderr
    assert (set(old.rows()), old.resources()) == (
        {"ana.b@x.org", "bo@x.org", "Niklas@Amazon.com"},
        before,
    )
    again = studio.json("purge", "--confirm", domain, status=1)
    assert again["deleted"] == {}
    assert len(again["left"]) == 3
    studio.ok("adopt", "--yes")
    assert studio.ok("purge", "--confirm", domain).stdout.endswith("Nothing is left.\n")
    assert (old.rows(), old.resources()) == ({}, {})


def test_the_whole_domain_takes_everything_as_ever(studio: Studio, old: OldTool) -> None:
    domain = studio.settings.domain_id
    options = ("--whole-domain", "--confirm-whole-domain", "--confirm", domain)
    assert studio.ok("purge", *options).stdout.endswith("Nothing is left.\n")
    assert (old.rows(), old.resources()) == ({}, {})


@pytest.mark.parametrize(
    ("text", "why"), [("{ not JSON", "it is not JSON"), ('["eu-west-1"]', "it holds no settings")]
)
def test_old_settings_that_cannot_be_read_are_reported(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, text: str, why: str
) -> None:
    home = studio.folder / "home"
    (home / ".studio_cli").mkdir(parents=True)
    (home / ".studio_cli" / "config").write_text(text)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "xdg"))
    assert "cannot be read" not in studio.ok("get-conf").stderr  # STUDIO_CONFIG names another
    monkeypatch.delenv("STUDIO_CONFIG")
    for command in (("get-conf",), ("status",), ("configure",)):
        done = studio(*command)
        assert f"{home / '.studio_cli' / 'config'}, cannot be read: {why}" in done.stderr
    assert json.loads(studio.ok("get-conf", "--json").stdout)["domain_id"] == ""
    config.save(studio.settings)
    assert "cannot be read" not in studio.ok("status").stderr
