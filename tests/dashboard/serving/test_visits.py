"""Visits in a folder: found by their cookie alone, ended for everybody, and after a restart."""

from __future__ import annotations

import stat
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_core.access.roles import Role
from studio_core.dashboard.serving.visits import LASTS, LONGEST_NAME, Visits, kept, tidy_name
from studio_core.errors import StudioError

KEYS = ("organisers' token", "helpers' token")


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def visits(tmp_path, clock) -> Visits:
    return Visits(tmp_path / "state" / "visits", clock=clock)


def test_a_visit_is_found_by_its_cookie_until_its_end(visits, clock):
    value, visit = visits.begin(KEYS[1], Role.HELPER, "Bo", "10.0.0.1")
    assert visits.find(KEYS, value) == visit
    assert visits.get(visit.id) == visit
    assert (visit.role, visit.name, visit.address) == (Role.HELPER, "Bo", "10.0.0.1")
    clock.now += LASTS - 1
    assert visits.find(KEYS, value) == visit
    clock.now += 1
    assert visits.find(KEYS, value) is None
    assert visits.get(visit.id) is None


def test_an_ended_visit_stays_ended_after_a_restart_and_elsewhere(tmp_path, visits, clock):
    value, visit = visits.begin(KEYS[0], Role.ORGANISER, "", "")
    other, goes_on = visits.begin(KEYS[0], Role.ORGANISER, "", "")
    elsewhere = Visits(tmp_path / "state" / "visits", clock=clock)
    assert elsewhere.find(KEYS, value) == visit
    visits.end(visit.id)
    visits.end(visit.id)  # twice is once
    for each in (visits, elsewhere, Visits(tmp_path / "state" / "visits", clock=clock)):
        assert each.find(KEYS, value) is None
        assert each.find(KEYS, other) == goes_on


def test_another_token_ends_the_visits_of_the_old_one_alone(visits):
    helper, visit = visits.begin(KEYS[1], Role.HELPER, "", "")
    organiser, _ = visits.begin(KEYS[0], Role.ORGANISER, "", "")
    assert visits.find(("a new token", KEYS[1]), organiser) is None
    assert visits.find(("a new token", KEYS[1]), helper) == visit
    assert visits.find((), helper) is None


def test_the_folder_is_private_and_holds_no_credential(tmp_path, visits):
    value, visit = visits.begin(KEYS[0], Role.ORGANISER, "Ana", "10.0.0.1")
    folder = tmp_path / "state" / "visits"
    (file,) = folder.iterdir()
    for made in (folder, folder.parent):
        assert stat.S_IMODE(made.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    held = file.name + file.read_text()
    assert value not in held
    assert KEYS[0] not in held
    for no_cookie in (file.name, visit.id, visit.id[:43]):
        assert visits.find(KEYS, no_cookie) is None


@given(st.one_of(st.text(max_size=80), st.from_regex(r"[A-Za-z0-9_-]{43}", fullmatch=True)))
def test_no_other_text_is_a_cookie_or_an_id(tmp_path_factory, text):
    visits = Visits(tmp_path_factory.getbasetemp() / "no-cookie", clock=Clock())
    visits.begin(KEYS[0], Role.ORGANISER, "", "")
    assert visits.find(KEYS, text) is None
    assert visits.get(text) is None


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[]", b"\xff", b'{"role": "owner", "name": "", "address": "", "until": 2}',
     b'{"role": null, "name": "", "address": "", "until": "soon"}',
     b'{"role": null, "name": "", "address": "", "until": 99999999999}'],
)  # fmt: skip
def test_a_damaged_record_lets_nobody_in(tmp_path, visits, content):
    value, visit = visits.begin(KEYS[0], Role.ORGANISER, "", "")
    (tmp_path / "state" / "visits" / visit.id).write_bytes(content)
    assert visits.find(KEYS, value) is None


def test_visits_that_are_over_leave_no_files(tmp_path, visits, clock):
    import os

    for _ in range(20):
        visits.begin(KEYS[0], Role.ORGANISER, "", "")
    clock.now += LASTS + 1
    folder = tmp_path / "state" / "visits"
    for file in folder.iterdir():
        os.utime(file, (0, 0))
    _, visit = visits.begin(KEYS[0], Role.ORGANISER, "", "")
    assert [file.name for file in folder.iterdir()] == [visit.id]


def test_a_name_is_written_once_the_person_gives_it(visits):
    value, visit = visits.begin(KEYS[1], Role.HELPER, "", "")
    assert visit.who == "helper token"
    visits.rename(visit.id, "  Bo\n de Vries ")
    found = visits.find(KEYS, value)
    assert found.who == "Bo de Vries (helper token)"
    visits.end(visit.id)
    with pytest.raises(StudioError, match="visit is over"):
        visits.rename(visit.id, "Bo")
    assert visits.find(KEYS, value) is None


@given(st.text(max_size=300))
def test_a_name_fits_on_one_line_and_hides_nothing(text):
    name = tidy_name(text)
    assert len(name) <= LONGEST_NAME
    assert all(letter.isprintable() for letter in name)
    assert name == name.strip()


def test_names_keep_their_letters():
    assert tidy_name("  李雷  ") == "李雷"
    assert tidy_name("Zoë O'Brien-Šimić") == "Zoë O'Brien-Šimić"
    assert tidy_name("ana\u202emoc.elpmaxe\x00\n") == "anamoc.elpmaxe"


def test_what_cannot_be_kept_is_a_sentence(tmp_path, clock):
    (tmp_path / "file").write_text("")
    blocked = Visits(tmp_path / "file" / "visits", clock=clock)
    with pytest.raises(StudioError, match="cannot be kept"):
        blocked.begin(KEYS[0], Role.ORGANISER, "", "")


def test_threads_begin_end_and_rename_at_once(visits):
    problems = []

    def work(number: int) -> None:
        try:
            for _ in range(20):
                value, visit = visits.begin(KEYS[0], Role.ORGANISER, "", "")
                visits.rename(visit.id, f"person {number}")
                found = visits.find(KEYS, value)
                if found is None or found.name != f"person {number}":
                    problems.append(found)
                visits.end(visit.id)
                if visits.find(KEYS, value) is not None:
                    problems.append(visit)
        except StudioError as error:
            problems.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []


def test_the_usual_place_is_the_state_folder(tmp_path):
    kept().begin(KEYS[0], Role.ORGANISER, "", "")
    assert len(list((tmp_path / "state" / "visits").iterdir())) == 1
