"""Addresses are compared as IDNA 2008 has their domains."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_core.access.addresses import email_key, email_spellings
from studio_core.naming import normalise_email


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("bo@bücher.de", "bo@xn--bcher-kva.de"),
        ("bo@BÜCHER.de", "BO@XN--BCHER-KVA.DE"),
        ("bo@straße.de", "bo@xn--strae-oqa.de"),
        ("bo@例え.jp", "bo@xn--r8jz45g.jp"),
        ("bo@ai\u3002se", "bo@ai.se"),
    ],
)
def test_two_spellings_of_a_domain_are_one_address(one, other):
    assert email_key(one) == email_key(other)
    assert email_spellings(one) == email_spellings(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("bo@straße.de", "bo@strasse.de"),  # two registrations, of two owners perhaps
        ("straße@example.de", "strasse@example.de"),
        ("bo@βόλος.gr", "bo@βόλοσ.gr"),
        ("bo@example.de", "bo@sub.example.de"),
    ],
)
def test_two_domains_are_two_addresses(one, other):
    assert email_key(one) != email_key(other)
    assert not set(email_spellings(one)) & set(email_spellings(other))


@given(st.one_of(st.emails(), st.text(max_size=12)))
def test_a_key_is_its_own_key_and_the_form_of_rosters_for_ascii(text):
    key = email_key(text)
    assert email_key(key) == key
    assert email_spellings(text)[0] == key
    if text.isascii() and "xn--" not in text.lower():
        assert email_spellings(text) == (normalise_email(text),)


def test_a_domain_that_is_none_stays_as_it_is():
    assert email_key("Ada@\N{SNOWMAN}.example") == "ada@\N{SNOWMAN}.example"
