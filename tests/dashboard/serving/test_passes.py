"""Passes: what is signed is read back, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_core.access.roles import Role
from studio_core.access.signing import Signer
from studio_core.dashboard.serving.passes import (
    PROCESS_SIGNER,
    VISIT,
    issue,
    verify,
    visit_signer,
)

DAY = 24 * 3600
SIGNER = Signer("test", ["a token"], DAY)
roles = st.sampled_from([*Role, None])


@given(roles, st.integers(1, 2**40), st.text(max_size=40), st.text(max_size=40))
def test_what_is_signed_is_read_back_until_it_is_over(role, until, name, address):
    value = issue(SIGNER, role, until, name, address)
    found = verify(SIGNER, value, until - 1)
    assert found is not None
    assert (found.role, found.until, found.name, found.address) == (role, until, name, address)
    assert verify(SIGNER, value, until) is None


@given(st.text(max_size=80))
def test_no_other_text_is_a_pass(text):
    assert verify(SIGNER, text, 0) is None


@given(st.data())
def test_no_changed_character_is_a_pass(data):
    value = issue(SIGNER, Role.HELPER, 1000)
    at = data.draw(st.integers(0, len(value) - 1))
    other = data.draw(st.characters(min_codepoint=33, max_codepoint=126))
    changed = value[:at] + other + value[at + 1 :]
    found = verify(SIGNER, changed, 0)
    # No bit of the text is spare, so that the same pass cannot be spelt otherwise.
    assert (found is not None) == (changed == value)


def test_a_pass_of_another_key_or_purpose_is_refused():
    value = issue(Signer("test", ["another token"], DAY), Role.ORGANISER, 1000)
    assert verify(SIGNER, value, 0) is None
    value = issue(Signer("other", ["a token"], DAY), Role.ORGANISER, 1000)
    assert verify(SIGNER, value, 0) is None


def test_a_pass_for_one_purpose_never_serves_another():
    token = "the same token for both"
    signers = [visit_signer(Role.ORGANISER, token), visit_signer(Role.HELPER, token)]
    signers += [PROCESS_SIGNER, SIGNER]
    for signs in signers:
        value = issue(signs, Role.ORGANISER, 1000)
        assert [reads for reads in signers if verify(reads, value, 0)] == [signs]


def test_no_visit_outlasts_its_twelve_hours():
    signer = visit_signer(Role.HELPER, "a token")
    assert verify(signer, issue(signer, Role.HELPER, VISIT), 0) is not None
    assert verify(signer, issue(signer, Role.HELPER, 2 * VISIT), 0) is None


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"role": "owner", "name": "", "address": "", "id": ""},
        {"role": "helper", "name": "", "address": "", "id": "", "more": ""},
        {"role": None, "nom": ""},
    ],
    ids=["none", "another role", "one too many", "another name"],
)
def test_other_claims_under_a_right_signature_are_no_pass(claims):
    assert verify(SIGNER, SIGNER.sign(claims, 1000), 0) is None


def test_two_passes_are_never_the_same():
    assert issue(SIGNER, Role.HELPER, 1000) != issue(SIGNER, Role.HELPER, 1000)
