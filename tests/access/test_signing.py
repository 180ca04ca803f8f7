"""Signed tokens: valid for one purpose, for a while, in one spelling, by a key that is listed."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import Signer as LibrarySigner
from itsdangerous.encoding import base64_encode

from studio_core.access.signing import CLOCK_SKEW, Signer, constant_time_compare

NOW = 1_795_510_800
HOUR = 3600
MEGABYTE = 2**20
CLAIMS = {"email": "ada@example.com"}
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def signer(purpose: str = "test", *keys: str) -> Signer:
    return Signer(purpose, keys or ("a key",), HOUR)


TOKEN = signer().sign(CLAIMS, NOW + HOUR)


@given(
    st.dictionaries(st.text(max_size=8), st.text(max_size=40) | st.none(), max_size=4),
    st.integers(NOW + 1, NOW + HOUR),
)
def test_what_is_signed_is_read_back_until_it_expires(claims, until):
    token = signer().sign(claims, until)
    assert signer().verify(token, until - 1) == {**claims, "until": until}
    assert signer().verify(token, until - 0.001) is not None
    assert signer().verify(token, until) is None
    assert signer().verify(token, until + 10 * HOUR) is None


def test_no_claim_takes_the_place_of_the_expiry():
    token = signer().sign({"until": "never"}, NOW + 1)
    assert signer().verify(token, NOW) == {"until": NOW + 1}


def test_a_token_fits_a_cookie_a_header_and_an_address():
    body, signature = TOKEN.split(".")
    assert set(body + signature) <= set(LETTERS)


@pytest.mark.parametrize(("purpose", "other"), [("ticket", "pass"), ("a", "ab"), ("", "a")])
def test_no_purpose_verifies_what_another_signed(purpose, other):
    for signs, reads in ((purpose, other), (other, purpose)):
        token = signer(signs).sign(CLAIMS, NOW + HOUR)
        assert signer(signs).verify(token, NOW) is not None
        assert signer(reads).verify(token, NOW) is None


@given(st.text(max_size=20), st.text(max_size=20))
def test_purposes_and_keys_cannot_be_shifted_into_each_other(purpose, key):
    token = Signer(purpose, ["k" + key], HOUR).sign(CLAIMS, NOW + HOUR)
    assert Signer(purpose + "k", [key or "k"], HOUR).verify(token, NOW) is None


def test_a_key_is_changed_without_ending_what_it_signed_until_it_is_dropped():
    old, both, new = signer("test", "old"), signer("test", "old", "new"), signer("test", "new")
    earlier, later = old.sign(CLAIMS, NOW + HOUR), both.sign(CLAIMS, NOW + HOUR)
    assert both.verify(earlier, NOW) == both.verify(later, NOW) == new.verify(later, NOW)
    assert both.verify(later, NOW) is not None
    assert new.verify(earlier, NOW) is None
    assert old.verify(later, NOW) is None, "the newest key signs"


def test_the_signature_of_an_old_key_does_not_cover_other_claims():
    both = signer("test", "old", "new")
    theirs = signer("test", "old").sign({"email": "eve@example.com"}, NOW + HOUR)
    ours = both.sign(CLAIMS, NOW + HOUR)
    mixed = f"{ours.partition('.')[0]}.{theirs.partition('.')[2]}"
    assert both.verify(mixed, NOW) is None


@pytest.mark.parametrize("keys", [[], [""], ["a key", ""], [b""]])
def test_a_signer_without_a_key_is_refused(keys):
    with pytest.raises(ValueError, match="key"):
        Signer("test", keys, HOUR)


def test_a_token_from_the_future_is_refused_until_its_time_comes():
    token = signer().sign(CLAIMS, NOW + 3 * HOUR)
    assert signer().verify(token, NOW) is None
    assert signer().verify(token, NOW + 2 * HOUR - CLOCK_SKEW - 1) is None
    assert signer().verify(token, NOW + 2 * HOUR) is not None
    assert signer().verify(token, NOW + 3 * HOUR) is None


def test_clocks_of_two_machines_may_differ_a_little():
    ahead = signer().sign(CLAIMS, NOW + CLOCK_SKEW + HOUR)
    assert signer().verify(ahead, NOW) is not None


def test_every_cut_is_refused():
    for length in range(len(TOKEN)):
        assert signer().verify(TOKEN[:length], NOW) is None
        assert signer().verify(TOKEN[length + 1 :], NOW) is None


def test_a_token_has_one_spelling():
    assert signer().verify(TOKEN, NOW) is not None
    for at, was in enumerate(TOKEN):
        for other in f"{LETTERS}.=+/ \n\x00é":
            changed = TOKEN[:at] + other + TOKEN[at + 1 :]
            assert other == was or signer().verify(changed, NOW) is None
            longer = TOKEN[:at] + other + TOKEN[at:]
            assert longer == TOKEN or signer().verify(longer, NOW) is None


@pytest.mark.parametrize("end", ["", "=", "==", "\n", " ", "!", ".", "A", "é", "\ud800"])
def test_nothing_may_follow_or_precede(end):
    assert (signer().verify(TOKEN + end, NOW) is not None) == (not end)
    assert (signer().verify(end + TOKEN, NOW) is not None) == (not end)


@given(st.text(st.characters(), max_size=200))
def test_no_other_text_is_a_token(text):
    assert signer().verify(text, NOW) is None


@pytest.mark.parametrize(
    "token",
    [
        "A" * MEGABYTE,
        "." * MEGABYTE,
        "é" * MEGABYTE,
        f"{'A' * MEGABYTE}.{'A' * 64}",
        TOKEN + "A" * MEGABYTE,
        "A" * MEGABYTE + TOKEN,
        TOKEN * 10_000,
        f"{TOKEN.partition('.')[0]}.{'!' * MEGABYTE}{TOKEN.partition('.')[2]}",
    ],
    ids=["letters", "dots", "accents", "body", "tail", "head", "repeated", "skipped letters"],
)
def test_a_megabyte_is_refused_unread(token, monkeypatch):
    def unsign(*_args):
        raise AssertionError("it was hashed")

    monkeypatch.setattr(LibrarySigner, "unsign", unsign)
    assert signer().verify(token, NOW) is None


def test_a_key_holder_cannot_sign_what_is_no_claim_or_never_expires():
    hand = signer()._signer
    bodies = [b"", b"[]", b"1", b'"x"', b"{", b"\xff", b"{}", b'{"until":"x"}', b'{"until":null}']
    bodies += [b'{"until":NaN}', b'{"until":Infinity}', b'{"until":1e999}', b'{"until":[1]}']
    bodies += [json.dumps({"until": until}).encode() for until in (-1, 0, NOW, 2**70)]
    for body in bodies:
        token = hand.sign(base64_encode(body)).decode()
        assert signer().verify(token, NOW) is None, body
    assert signer().verify(hand.sign(b"A").decode(), NOW) is None, "not base64"
    good = json.dumps({"until": NOW + 1}).encode()
    assert signer().verify(hand.sign(base64_encode(good)).decode(), NOW) == {"until": NOW + 1}


TEXTS = ["", "a", "b", "A", "ab", "ä", "a\x00", "?", "\ud800", "\udcff", "a" * 1000, "a" * 999]


@pytest.mark.parametrize("one", TEXTS, ids=range(len(TEXTS)))
def test_secrets_are_equal_when_every_character_is(one):
    for other in TEXTS:
        assert constant_time_compare(one, other) is (one == other)


def test_secrets_of_different_lengths_are_compared_to_the_end(monkeypatch):
    compared = []

    def compare(one, other):
        compared.append((len(one), len(other)))
        return one == other

    monkeypatch.setattr("hmac.compare_digest", compare)
    for other in TEXTS:
        constant_time_compare("a token", other)
    assert set(compared) == {(32, 32)}
    assert len(compared) == len(TEXTS)
