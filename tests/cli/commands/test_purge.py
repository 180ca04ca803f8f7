from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from studio_core.sandbox.serving.server import SandboxServer
    from tests.cli.conftest import Studio
    from tests.control import Control


@pytest.fixture
def running(studio: Studio, small: Path) -> Studio:
    studio.ok("start-apps")
    assert studio.json("status")["apps"] == {"InService": 2}
    return studio


@pytest.fixture
def stranger(studio: Studio, aws: Any) -> str:
    """A profile in the same domain that is not the event's."""
    name = "instructor"
    domain_id = studio.settings.domain_id
    aws.create_user_profile(DomainId=domain_id, UserProfileName=name)
    status = ""
    while status != "InService":
        status = aws.describe_user_profile(DomainId=domain_id, UserProfileName=name)["Status"]
    return name


def _profiles(studio: Studio, aws: Any) -> list[str]:
    listed = aws.list_user_profiles(DomainIdEquals=studio.settings.domain_id)
    return sorted(p["UserProfileName"] for p in listed["UserProfiles"])


def test_one_run_ends_it_with_apps_running(running: Studio, stranger: str, aws: Any) -> None:
    gone = running.json("purge", "--confirm", running.settings.domain_id)
    assert gone == {
        "deleted": {"app": 2, "space": 2, "profile": 4, "row": 3},
        "kept": {"profile": 1},
        "failed": [],
        "left": [],
    }
    assert _profiles(running, aws) == [stranger]
    after = running.json("status")
    assert after == {"participants": 0, "teams": 0, "profiles": {}, "spaces": {}, "apps": {}}


def test_it_ends_by_saying_that_nothing_is_left(running: Studio, stranger: str) -> None:
    done = running.ok("purge", "--confirm", f" {running.settings.domain_id} ")
    assert done.stdout.splitlines()[-1] == "Nothing is left."
    assert f"stays   profile {stranger}: not of this event" in done.stderr
    again = running.ok("purge", "--confirm", running.settings.domain_id)
    assert again.stdout == (
        "Nothing to do: nothing of spring is there to delete.\nNothing is left.\n"
    )


def test_without_confirmation_nothing_goes(running: Studio, control: Control) -> None:
    control.forget()
    done = running("purge")
    assert done.exit_code == 2
    assert "  delete  4 profiles, 2 spaces, 2 apps and 3 rows" in done.stderr
    assert f"Missing: --confirm {running.settings.domain_id}." in done.stderr
    assert control.changes() == {}


@pytest.mark.parametrize("given", ["d-other", "", "D-UPPER"])
def test_a_wrong_confirmation_is_refused_before_anything_is_asked(
    running: Studio, control: Control, given: str
) -> None:
    control.forget()
    wrong = running.settings.domain_id.upper() if given == "D-UPPER" else given
    done = running("purge", "--confirm", wrong)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "nothing was changed" in done.stderr
    assert control.calls() == {}


def test_a_person_types_the_id_exactly(running: Studio, control: Control) -> None:
    domain_id = running.settings.domain_id
    control.forget()
    done = running("purge", typed=f"{domain_id.upper()}\nyes\n{domain_id}\n")
    assert done.exit_code == 2
    assert control.changes() == {}
    done = running.ok("purge", typed=f"spring\n  {domain_id} \n")
    assert done.stdout.endswith("Nothing is left.\n")


def test_a_dry_run_needs_no_confirmation(running: Studio, control: Control) -> None:
    control.forget()
    done = running.ok("purge", "--dry-run")
    assert "Would delete app team-1/JupyterLab/default\n" in done.stdout
    assert "Would delete row ada@example.com\n" in done.stdout
    assert running.json("purge", "--dry-run")["deleted"]["app"] == 2
    assert control.changes() == {}


def test_the_whole_domain_wants_its_own_confirmation(
    running: Studio, stranger: str, aws: Any
) -> None:
    domain_id = running.settings.domain_id
    one = ("purge", "--whole-domain", "--confirm", domain_id)
    refused = running(*one)
    assert refused.exit_code == 2
    assert "Missing: --confirm-whole-domain." in refused.stderr
    assert stranger in _profiles(running, aws)
    assert running("purge", "--whole-domain", typed=f"{domain_id}\nyes\nno\n").exit_code == 2
    assert stranger in _profiles(running, aws)
    done = running.ok(*one, typed="whole domain\n")
    assert "everything that anybody has in the domain" in done.stderr
    assert _profiles(running, aws) == []


def test_the_whole_domain_without_a_person(running: Studio, stranger: str, aws: Any) -> None:
    domain_id = running.settings.domain_id
    gone = running.json(
        *("purge", "--whole-domain", "--confirm-whole-domain", "--confirm", domain_id)
    )
    assert gone["deleted"]["profile"] == 5
    assert _profiles(running, aws) == []


def test_the_second_confirmation_alone_makes_no_sense(running: Studio) -> None:
    done = running("purge", "--confirm-whole-domain", "--confirm", running.settings.domain_id)
    assert done.exit_code == 2


def _day(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


def test_before_the_last_day_it_wants_a_second_yes(studio: Studio, small: Path) -> None:
    studio.save(ends_on=_day(3))
    domain_id = studio.settings.domain_id
    refused = studio("purge", "--confirm", domain_id)
    assert refused.exit_code == 2
    assert "Missing: --before-end." in refused.stderr
    declined = studio("purge", "--confirm", domain_id, typed="n\n")
    assert declined.exit_code == 2
    assert studio.json("status")["participants"] == 3
    studio.ok("purge", typed=f"y\n{domain_id}\n")
    assert studio.json("status")["participants"] == 0


def test_before_end_and_after_the_end(studio: Studio, small: Path) -> None:
    studio.save(ends_on=_day(3))
    studio.ok("purge", "--before-end", "--confirm", studio.settings.domain_id)
    studio.save(ends_on=_day(-3))
    studio.ok("setup-users", small)
    studio.ok("purge", "--confirm", studio.settings.domain_id)
    assert studio.json("status")["participants"] == 0


def test_what_is_left_is_named_and_the_status_says_so(running: Studio, control: Control) -> None:
    control.faults(stuck=["team-1"])
    left = running.json("purge", "--confirm", running.settings.domain_id, status=1)
    stays = {("space", "team-1"), ("profile", "spring-host")}  # the host owns the space
    assert {(i["kind"], i["name"]) for i in left["left"]} == stays
    assert {(f["kind"], f["name"]) for f in left["failed"]} == stays
    assert all(set(i) == {"kind", "name", "reason", "remedy"} for i in left["left"])
    assert all(set(f) == {"kind", "name", "reason"} for f in left["failed"])
    assert all(all(i.values()) for i in (*left["left"], *left["failed"]))
    text = running("purge", "--confirm", running.settings.domain_id)
    assert text.exit_code == 1
    assert "Nothing is left." not in text.output
    assert "space team-1" in text.stderr
    control.faults()
    done = running.ok("purge", "--confirm", running.settings.domain_id)
    assert done.stdout.endswith("Nothing is left.\n")


def test_credentials_of_another_account_are_refused(
    studio: Studio, small: Path, sandbox: SandboxServer
) -> None:
    studio.save(account="999999999999")
    done = studio("purge", "--confirm", studio.settings.domain_id)
    assert done.exit_code == 2
    assert "999999999999" in done.stderr
    studio.save(account=sandbox.account)
    assert studio.json("status")["participants"] == 3


def test_it_reminds_of_the_web_app(studio: Studio) -> None:
    studio.save(web_app_url="https://hack.example.org/")
    done = studio.ok("purge", "--confirm", studio.settings.domain_id)
    assert "The web app at https://hack.example.org/ still stands" in done.stderr
