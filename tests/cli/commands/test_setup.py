from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from studio_core.model.runs import Lease
from tests.cli.conftest import EXAMPLE, Studio, connect

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from studio_core.config import Settings
    from studio_core.hackathon import Hackathon
    from tests.control import Control


def test_the_example_becomes_profiles_and_spaces(studio: Studio) -> None:
    made = studio.json("setup-users", EXAMPLE)
    assert made == {
        "created": {"row": 44, "profile": 45, "space": 8},
        "updated": {},
        "deleted": {},
        "kept": {},
        "failed": [],
        "left": [],
    }


def test_again_changes_nothing_and_says_so(studio: Studio, control: Control) -> None:
    studio.ok("setup-users", EXAMPLE)
    control.forget()
    done = studio.ok("setup-users", EXAMPLE)
    assert done.stdout == ("Nothing to do: 45 profiles, 8 spaces and 44 rows are there already.\n")
    assert control.changes() == {}
    again = studio.json("setup-users", EXAMPLE)
    assert again["created"] == {}
    assert again["kept"] == {"row": 44, "profile": 45, "space": 8}


def test_all_findings_are_named_and_nothing_is_changed(studio: Studio, control: Control) -> None:
    roster = studio.roster(("ada@example.com", 1), ("no address", 2), ("bo@example.com", ""))
    control.forget()
    done = studio("setup-users", roster)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert "error, row 3, “no address”:" in done.stderr
    assert "error, row 4" in done.stderr
    assert "has 2 errors; nothing was changed" in done.stderr
    assert control.calls() == {}


def test_a_file_that_is_not_there_is_bad_input(studio: Studio) -> None:
    assert studio("setup-users", studio.folder / "nowhere.csv").exit_code == 2


def test_a_dry_run_says_what_it_would_do_and_does_not(studio: Studio, control: Control) -> None:
    roster = studio.roster(("ada@example.com", 1), ("bo@example.com", "Red"))
    control.forget()
    done = studio.ok("setup-users", roster, "--dry-run")
    assert sorted(done.stdout.splitlines()) == [
        "Would create profile ada",
        "Would create profile bo",
        "Would create profile spring-host",
        "Would create row ada@example.com",
        "Would create row bo@example.com",
        "Would create space team-1",
        "Would create space team-red",
    ]
    planned = studio.json("setup-users", roster, "--dry-run")
    assert planned["dry_run"] is True
    assert planned["created"] == {"profile": 3, "row": 2, "space": 2}
    assert control.changes() == {}


def test_people_who_move_and_who_leave_are_shown(studio: Studio, small: Path) -> None:
    roster = studio.roster(("ada@example.com", 2), ("cy@example.com", 2))
    done = studio.ok("setup-users", roster, "--dry-run")
    assert "Would update row ada@example.com: moves from team 1 to team 2\n" in done.stdout
    assert "Would leave row bo@example.com: not in the roster any more;" in done.stdout
    done = studio.ok("setup-users", roster)
    assert "  update  row ada@example.com: moves from team 1 to team 2\n" in done.stderr
    assert "  leaving row bo@example.com" in done.stderr
    assert studio.json("status")["participants"] == 3


def test_people_are_removed_only_when_that_is_confirmed(studio: Studio, small: Path) -> None:
    roster = studio.roster(("ada@example.com", 1), ("cy@example.com", 2))
    refused = studio("setup-users", roster, "--remove-leaving")
    assert refused.exit_code == 2
    assert "--yes" in refused.stderr
    planned = studio.json("setup-users", roster, "--remove-leaving", "--dry-run")
    assert planned["deleted"] == {"profile": 1, "row": 1}
    assert studio.json("status")["participants"] == 3
    removed = studio.json("setup-users", roster, "--remove-leaving", "--yes")
    assert removed["deleted"] == {"profile": 1, "row": 1}
    assert studio.json("status")["participants"] == 2


def test_a_person_types_how_many_are_removed(studio: Studio, small: Path) -> None:
    roster = studio.roster(("ada@example.com", 1))
    wrong = studio("setup-users", roster, "--remove-leaving", typed="1\ny\n")
    assert wrong.exit_code == 2
    assert "This removes 2 people" in wrong.stderr
    assert studio.json("status")["participants"] == 3
    studio.ok("setup-users", roster, "--remove-leaving", typed="two\n 2 \n")
    assert studio.json("status")["participants"] == 1


def test_spaces_that_no_team_uses_go_by_their_number(studio: Studio, small: Path) -> None:
    people = [("ada@example.com", 2), ("bo@example.com", 2), ("cy@example.com", 2)]
    roster = studio.roster(*people)
    studio.ok("setup-users", roster, "--yes")
    wrong = studio("setup-users", roster, "--remove-leaving", typed="y\nyes\n")
    assert wrong.exit_code == 2
    assert "This deletes 1 space and all files there" in wrong.stderr
    assert studio.json("setup-users", roster, "--remove-leaving", "--dry-run")["deleted"]
    studio.ok("setup-users", roster, "--remove-leaving", typed="1\n")
    assert not studio.json("setup-users", roster, "--remove-leaving", "--dry-run")["deleted"]


def test_a_person_is_asked_and_may_say_no(studio: Studio, control: Control) -> None:
    roster = studio.roster(("ada@example.com", 1))
    done = studio("setup-users", roster, typed="n\n")
    assert done.exit_code == 2
    assert done.stderr.endswith("Nothing was changed.\n")
    assert control.changes() == {}
    studio.ok("setup-users", roster, typed="y\n")
    assert studio.ok("setup-users", roster, typed="").stdout.startswith("Nothing to do")


def test_yes_asks_nothing(studio: Studio) -> None:
    done = studio.ok("setup-users", studio.roster(("ada@example.com", 1)), "--yes", typed="")
    assert "Go ahead" not in done.output


def test_standard_input_is_a_roster_too(studio: Studio) -> None:
    made = studio.json("setup-users", "-", typed="email,team\nada@example.com,1\n")
    assert made["created"]["row"] == 1


def test_columns_can_be_chosen(studio: Studio) -> None:
    path = studio.folder / "export.csv"
    path.write_text("who,where,contact\nAda,3,ada@example.com\n", encoding="utf-8")
    planned = studio.json(
        *("setup-users", path, "--dry-run", "--email-column", "contact", "--team-column", "2")
    )
    assert planned["created"] == {"profile": 2, "row": 1, "space": 1}
    done = studio("setup-users", path, "--dry-run", "--team-column", "where")
    assert done.exit_code == 2
    assert "What to do: Name the columns with --email-column and --team-column." in done.stderr


def test_people_of_another_event_are_left_over_and_named(
    studio: Studio, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STUDIO_EVENT", "autumn")
    roster = studio.roster(("ada@example.com", 1), ("dee@example.com", 1))
    made = studio.json("setup-users", roster, status=1)
    assert made["created"]["row"] == 1
    assert [(i["kind"], i["name"]) for i in made["left"]] == [("row", "ada@example.com")]
    assert "spring" in made["left"][0]["reason"]
    again = studio("setup-users", roster)
    assert again.exit_code == 1
    assert again.stdout.startswith("Nothing to do")
    assert "Left: row ada@example.com" in again.stderr


def test_what_fails_is_named_with_what_to_do(studio: Studio, control: Control) -> None:
    control.faults(errors={"sagemaker.CreateSpace": "ResourceLimitExceeded"})
    roster = studio.roster(("ada@example.com", 1), ("bo@example.com", 2))
    made = studio.json("setup-users", roster, status=1)
    assert made["created"] == {"profile": 3, "row": 2}
    assert {(f["kind"], f["name"]) for f in made["failed"]} == {
        ("space", "team-1"),
        ("space", "team-2"),
    }
    assert all(f["reason"] for f in made["failed"])
    assert {i["name"] for i in made["left"]} == {"team-1", "team-2"}
    control.faults()
    assert studio.json("setup-users", roster)["created"] == {"space": 2}


@dataclass
class _Interruption:
    """Stands where a person is asked; the world moves on while they think about it."""

    aws: Any
    domain_id: str
    offset: timedelta = timedelta()
    times: int = 0

    def clock(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def connect(self, settings: Settings) -> Hackathon:
        return connect(settings, clock=self.clock)

    def interactive(self) -> bool:
        self.times += 1
        if self.times == 2:  # the first time decides whether there is somebody to ask
            self.offset = timedelta(minutes=5)
            self.aws.delete_user_profile(DomainId=self.domain_id, UserProfileName="ada")
            waiting = True
            while waiting:
                listed = self.aws.list_user_profiles(DomainIdEquals=self.domain_id)
                names = [p["UserProfileName"] for p in listed["UserProfiles"]]
                waiting = "ada" in names
        return True


def test_a_plan_that_the_world_overtook_is_shown_anew_and_asked_about_again(
    studio: Studio, small: Path, aws: Any
) -> None:
    meanwhile = _Interruption(aws, studio.settings.domain_id)
    roster = studio.roster(
        ("ada@example.com", 1), ("bo@example.com", 1), ("cy@example.com", 2), ("dee@example.com", 2)
    )
    done = studio(
        *("setup-users", roster),
        typed="y\ny\n",
        connect=meanwhile.connect,
        interactive=meanwhile.interactive,
    )
    assert done.exit_code == 0, done.output
    assert "Something changed since this plan was shown. The new plan:" in done.stderr
    assert done.stderr.count("Go ahead?") == 2
    assert done.stdout.startswith("Created 2 profiles and 1 row")


def test_a_plan_that_the_world_overtook_can_be_refused(
    studio: Studio, small: Path, aws: Any
) -> None:
    meanwhile = _Interruption(aws, studio.settings.domain_id)
    roster = studio.roster(("ada@example.com", 1), ("dee@example.com", 2))
    done = studio(
        *("setup-users", roster),
        typed="y\nn\n",
        connect=meanwhile.connect,
        interactive=meanwhile.interactive,
    )
    assert done.exit_code == 2
    assert studio.json("status")["participants"] == 3


def test_another_run_is_in_the_way(studio: Studio) -> None:
    roster = studio.roster(("ada@example.com", 1))
    first = connect(studio.settings)
    now = datetime.now(UTC)
    lease = Lease("ana@laptop", "purge", "elsewhere:1:abc", now, now)  # of another laptop
    first.ensure_table()
    with first._backend.leases.held({first.settings.event}, lease, lambda _: None):
        done = studio("setup-users", roster)
    first.close()
    assert done.exit_code == 1
    assert "ana@laptop runs purge on spring" in done.stderr
    assert studio.json("status")["participants"] == 0


def test_verbose_names_every_step(studio: Studio) -> None:
    done = studio.ok("-v", "setup-users", studio.roster(("ada@example.com", 1)))
    assert "done: create profile ada\n" in done.stderr
    assert done.stdout.startswith("Created 2 profiles, 1 space and 1 row in ")
