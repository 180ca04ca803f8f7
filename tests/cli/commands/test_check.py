"""`studio check`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.cli.conftest import EXAMPLE, Studio

if TYPE_CHECKING:
    from tests.control import Control


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
