"""The roster page: read, correct, preview, apply."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import boto3
import pytest

from studio_core import config
from tests.first_generation import TABLE, OldTool
from tests.pages.apptest import as_shown

PAGE = "pages/roster.py"
EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "roster.csv"
BAD = b"email,team\nada@example.com,1\ngrace@@example,1\nalan@example.com,\n"


def upload(page, name, data):
    page.file_uploader(key="roster-file").upload(name, data)
    return page.run()


def numbers(page):
    return {m.label: int(m.value) for m in page.metric}


def test_a_roster_becomes_teams_and_again_nothing(empty, visit, ended, core):
    page = upload(visit(PAGE), "roster.csv", EXAMPLE.read_bytes())
    assert numbers(page) == {
        "New people": 44,
        "Moved": 0,
        "Kept": 0,
        "Leaving": 0,
        "New profiles": 45,
        "New spaces": 8,
    }
    assert len(page.data_editor[0].value) == 44
    page.button(key="roster-apply").click().run()
    page = ended(page)
    assert "Setting up is done" in page.success[0].value
    assert "Created 8 spaces, 45 profiles and 44 table rows." in [m.value for m in page.markdown]
    results = page.dataframe[0].value
    assert len(results) == 97
    assert set(results["Result"]) == {"Done"}

    # The draft outlives the run; applying it again is nothing to do.
    assert numbers(page)["Kept"] == 44
    assert "nothing to do" in page.success[1].value
    assert page.button(key="roster-apply").disabled
    people = core().participants()
    assert len({record.profile for record in people}) == 44
    assert {r.email for r in people} >= {"niklas@amazon.com", "niklas@ai.se"}


def test_a_rerun_starts_nothing_again(empty, visit, ended, core):
    page = upload(visit(PAGE), "r.csv", b"email,team\nada@example.com,1\n")
    page.button(key="roster-apply").click().run()
    page = ended(page)
    first = core().current_run().id
    page.run()
    assert core().current_run().id == first


def test_findings_stand_beside_the_rows_and_corrections_are_checked_anew(empty, visit):
    page = upload(visit(PAGE), "bad.csv", BAD)
    rows = page.data_editor[0].value.set_index("Row")
    assert rows.loc[2, "Finding"] == ""
    assert "not an e-mail address" in rows.loc[3, "Finding"]
    assert "team is missing" in rows.loc[4, "Finding"]
    assert "2 errors" in page.error[0].value
    assert not page.metric

    key = page.session_state["_roster_draft"].key
    page.session_state[key] = {
        "edited_rows": {1: {"E-mail": "grace@example.com"}, 2: {"Keep": False}},
        "added_rows": [],
        "deleted_rows": [],
    }
    page.run()
    assert not page.error
    assert numbers(page)["New people"] == 2
    assert set(page.data_editor[0].value["Finding"]) == {""}


def test_a_person_can_be_added_with_the_corrections_kept(empty, visit):
    page = upload(visit(PAGE), "bad.csv", BAD)
    page.session_state[page.session_state["_roster_draft"].key] = {
        "edited_rows": {1: {"E-mail": "grace@example.com"}, 2: {"Team": "2"}},
    }
    page.run()
    page.text_input(key="add-email").set_value("Kurt@Example.com")
    page.text_input(key="add-team").set_value("3")
    page.form_submit_button[0].click().run()
    assert numbers(page)["New people"] == 4
    assert list(page.data_editor[0].value["E-mail"])[1:] == [
        "grace@example.com",
        "alan@example.com",
        "Kurt@Example.com",
    ]


def test_unknown_columns_are_asked_for(empty, visit):
    page = upload(
        visit(PAGE), "odd.csv", b"who,squadd\nada@example.com,red\nalan@example.com,blue\n"
    )
    assert not page.data_editor
    assert page.warning
    page.selectbox(key="roster-email-column").set_value(0)
    page.selectbox(key="roster-team-column").set_value(1).run()
    page.button(key="roster-columns").click().run()
    assert numbers(page)["New people"] == 2
    assert numbers(page)["New spaces"] == 2


def test_pasted_rows_are_read(empty, visit):
    page = visit(PAGE)
    page.segmented_control(key="roster-source").set_value("Paste").run()
    page.text_area(key="roster-pasted").set_value("ada@example.com\t1\nalan@example.com\t2\n").run()
    assert numbers(page)["New people"] == 2


def test_who_is_there_can_be_edited_and_who_left_is_removed_when_asked(demo, visit, ended, core):
    page = visit(PAGE)
    page.segmented_control(key="roster-source").set_value("Who is there now").run()
    assert numbers(page)["Kept"] == 12
    draft = page.session_state["_roster_draft"]
    page.session_state[draft.key] = {
        "edited_rows": {0: {"Keep": False}, 1: {"Team": "4"}},
    }
    page.run()
    assert (numbers(page)["Leaving"], numbers(page)["Moved"]) == (1, 1)
    assert page.checkbox[0].label == "Also remove the 1 person who left, with their profiles"
    page.checkbox[0].check().run()
    assert "delete 1 profile and 1 table row" in page.button(key="roster-apply").label
    page.button(key="roster-apply").click().run()
    page = ended(page)
    assert "is done" in page.success[0].value
    assert len(core().participants()) == 11


def test_a_space_that_no_team_uses_is_deleted_by_its_number_or_stays(demo, visit, ended, core):
    people = {record.email: record.team for record in core().participants()}
    old = next(team for team in people.values())
    rows = "".join(f"{email},{'9' if team == old else team}\n" for email, team in people.items())
    page = upload(visit(PAGE), "merged.csv", f"email,team\n{rows}".encode())
    assert page.checkbox[0].label == "Also delete the 1 space that no team uses"
    assert not page.button(key="roster-apply").disabled
    page.checkbox[0].check().run()
    typed = page.text_input(key="roster-spaces-1")
    assert "1 space and all files" in typed.label
    spaces = {space.name for space in core().observe().spaces}
    for wrong in ("", "2"):
        page.text_input(key="roster-spaces-1").set_value(wrong).run()
        assert page.button(key="roster-apply").disabled
    page.text_input(key="roster-spaces-1").set_value("1").run()
    page.text_input(key="roster-spaces-1").set_value("2")  # changed, and clicked at once
    page.button(key="roster-apply").click().run()
    assert core().current_run() is None
    page.text_input(key="roster-spaces-1").set_value("1").run()
    page.button(key="roster-apply").click().run()
    page = ended(page)
    assert "is done" in page.success[0].value
    now = {space.name for space in core().observe().spaces}
    assert (len(spaces - now), len(now - spaces)) == (1, 1)


def test_the_plan_that_was_shown_is_the_plan_that_runs(demo, visit, core):
    page = upload(visit(PAGE), "r.csv", b"email,team\nnew@example.com,1\n")
    # Before the click, somebody else makes the same profile.
    boto3.client("sagemaker").create_user_profile(
        DomainId=demo.domain_id,
        UserProfileName="new",
        Tags=[{"Key": "studio-cli:event", "Value": demo.event}],
    )
    page.button(key="roster-apply").click().run()
    assert core().current_run() is None
    assert "Something changed" in page.warning[0].value
    page.button(key="roster-apply").click().run()
    assert core().current_run() is not None
    assert core().current_run().result().ok
    assert next(r for r in core().participants() if r.email == "new@example.com").profile != "new"


def test_a_file_that_is_no_table_is_a_sentence(empty, visit):
    page = upload(visit(PAGE), "empty.csv", b" \n")
    assert page.error
    assert not page.data_editor


@pytest.fixture
def old(empty, control):
    """People of the first generation: two share a profile, one has two spaces of her own."""
    control.clock(timescale=0.001)
    config.save(replace(empty, table_name=TABLE))
    made = OldTool(empty.domain_id, empty.region)
    made.set_up("Niklas@Amazon.com", "1")
    made.set_up("niklas@ai.se", "2")
    made.set_up("ana.b@x.org", "2", spaces=True)
    return made


def test_people_from_before_are_adopted_with_a_choice_for_each_shared_profile(
    old, visit, ended, core
):
    page = visit(PAGE)
    assert any("3 people from an earlier version of this tool" in m.value for m in page.markdown)
    assert any("This adopts 3 spaces, 1 profile and 1 table row." in m.value for m in page.markdown)
    assert "niklas@ai.se and niklas@amazon.com share it" in as_shown(page.warning[0].value)
    assert page.button(key="adopt-do").label == "Adopt 1 person"

    page.selectbox(key="adopt-keep-Niklas").select("niklas@amazon.com").run()
    assert not page.warning
    assert list(page.dataframe[0].value["What"]).count("Adopt") == 9
    assert page.button(key="adopt-do").label == "Adopt 3 people"
    page.button(key="adopt-do").click().run()
    page = ended(page)
    assert "Adopting is done" in page.success[0].value
    assert "Adopted 4 spaces, 2 profiles and 3 table rows." in [m.value for m in page.markdown]
    assert not any(b.key == "adopt-do" for b in page.button)
    profiles = {record.email: record.profile for record in core().participants()}
    assert profiles == {"niklas@amazon.com": "Niklas", "niklas@ai.se": None, "ana.b@x.org": "anab"}
    assert set(old.resources().values()) == {config.load().event}


def test_without_people_from_before_nothing_is_offered(demo, visit):
    page = visit(PAGE)
    assert not any("earlier version" in m.value for m in page.markdown)
    assert not any(b.key == "adopt-do" for b in page.button)


def test_other_pages_say_where_people_from_before_are_adopted(old, visit):
    for path in ("pages/status.py", "pages/links.py"):
        assert "3 people are in the table" in as_shown(visit(path).info[0].value)
    page = visit("pages/purge.py")
    assert any("adopt first" in as_shown(m.value) for m in page.markdown)
    assert not any("nothing to remove" in s.value for s in page.success)
