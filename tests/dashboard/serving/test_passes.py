"""Passes: what is signed is read back, and nothing else is; a pass ends with its visit."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_core import config
from studio_core.access.roles import Role
from studio_core.access.signing import Signer
from studio_core.config import Settings
from studio_core.dashboard.serving.passes import (
    PROCESS_SIGNER,
    Pass,
    issue,
    still_good,
    verify,
)
from studio_core.dashboard.serving.visits import LASTS, Visits

DAY = 24 * 3600
SIGNER = Signer("test", ["a token"], DAY)
passes = st.builds(
    Pass,
    st.sampled_from([*Role]),
    st.integers(1, 2**40),
    st.text(max_size=40),
    st.text(max_size=40),
    st.text(max_size=70),
)


@given(passes)
def test_what_is_signed_is_read_back_until_it_is_over(one):
    value = issue(SIGNER, one)
    assert verify(SIGNER, value, one.until - 1) == one
    assert verify(SIGNER, value, one.until) is None


@given(st.text(max_size=80))
def test_no_other_text_is_a_pass(text):
    assert verify(SIGNER, text, 0) is None


@given(st.data())
def test_no_changed_character_is_a_pass(data):
    value = issue(SIGNER, Pass(Role.HELPER, 1000))
    at = data.draw(st.integers(0, len(value) - 1))
    other = data.draw(st.characters(min_codepoint=33, max_codepoint=126))
    changed = value[:at] + other + value[at + 1 :]
    found = verify(SIGNER, changed, 0)
    # No bit of the text is spare, so that the same pass cannot be spelt otherwise.
    assert (found is not None) == (changed == value)


def test_a_pass_of_another_key_or_purpose_is_refused():
    one = Pass(Role.ORGANISER, 1000)
    for signer in (Signer("test", ["another token"], DAY), Signer("other", ["a token"], DAY)):
        assert verify(SIGNER, issue(signer, one), 0) is None
    assert verify(SIGNER, issue(PROCESS_SIGNER, one), 0) is None


def test_no_pass_outlasts_a_visit():
    assert verify(PROCESS_SIGNER, issue(PROCESS_SIGNER, Pass(Role.HELPER, LASTS)), 0) is not None
    assert verify(PROCESS_SIGNER, issue(PROCESS_SIGNER, Pass(Role.HELPER, 2 * LASTS)), 0) is None


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"role": "owner", "name": "", "address": "", "visit": ""},
        {"role": "helper", "name": "", "address": "", "visit": "", "more": ""},
        {"role": None, "name": "", "address": "", "visit": ""},
    ],
    ids=["none", "another role", "one too many", "no role"],
)
def test_other_claims_under_a_right_signature_are_no_pass(claims):
    assert verify(SIGNER, SIGNER.sign(claims, 1000), 0) is None


def test_a_pass_holds_as_long_as_its_visit(tmp_path):
    visits = Visits(tmp_path, clock=lambda: 0)
    _, visit = visits.begin("k", Role.HELPER, "", "")
    one = Pass(Role.HELPER, visit.until, visit=visit.id)
    assert still_good(one, 0, visits)
    assert not still_good(one, one.until, visits)
    assert not still_good(replace(one, role=Role.ORGANISER), 0, visits)
    visits.end(visit.id)
    assert not still_good(one, 0, visits)
    assert not still_good(replace(one, visit="../x"), 0, visits)


def test_a_role_that_the_lists_take_away_ends_the_pass(tmp_path):
    visits = Visits(tmp_path, clock=lambda: 0)
    _, visit = visits.begin("k", None, "ana@example.com", "")
    one = Pass(Role.ORGANISER, visit.until, visit.who, visit=visit.id)
    for settings, good in (
        (Settings(organisers="ana@example.com"), True),
        (Settings(helpers="ana@example.com"), False),
        (Settings(organisers="bo@example.com"), False),
        (Settings(organisers="@example.com"), True),
    ):
        config.save(settings)
        assert still_good(one, 0, visits) is good
    config.config_path().write_text("nonsense")
    assert not still_good(one, 0, visits)


def test_open_access_has_no_visit_to_end():
    assert still_good(Pass(Role.ORGANISER, 100), 99)
    assert not still_good(Pass(Role.ORGANISER, 100), 100)
