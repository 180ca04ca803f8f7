from __future__ import annotations

import string
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_core.access.codes import ALPHABET, LENGTH, Codes, normalise, same, shown, spell
from studio_core.access.signing import Signer

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
CODES = Codes("demo", bytes(range(32)))


def test_codes_are_capitals_and_digits_without_look_alikes() -> None:
    assert set(ALPHABET) < set(string.ascii_uppercase + string.digits)
    assert len(set(ALPHABET)) == len(ALPHABET)
    for pair in ("0O", "1I", "1L", "2Z", "5S", "8B", "UV"):
        assert not set(pair) <= set(ALPHABET)
    assert len(ALPHABET) ** LENGTH > 10**11


def test_a_code_is_eight_characters_in_two_groups() -> None:
    plain = normalise(CODES.event_code)
    assert len(plain) == LENGTH
    assert set(plain) <= set(ALPHABET)
    assert CODES.event_code == f"{plain[:4]}-{plain[4:]}"


@pytest.mark.parametrize(
    "typed",
    ["acde-fghj", " ACDEFGHJ ", "ac de fg hj", "ACDE\u2013FGHJ", "ａｃｄｅｆｇｈｊ"],  # noqa: RUF001 - full width
)
def test_case_dashes_spaces_and_width_do_not_matter(typed: str) -> None:
    assert normalise(typed) == "ACDEFGHJ"
    assert same(typed, "ACDE-FGHJ")


@given(st.text(max_size=40))
def test_normalising_and_showing_settle(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)
    assert same(shown(text), text)
    assert shown(shown(text)) == shown(text)


@given(st.integers(min_value=0, max_value=2**256))
def test_any_number_spells_a_code(number: int) -> None:
    assert len(normalise(spell(number))) == LENGTH


def test_the_same_secret_gives_the_same_codes_again() -> None:
    again = Codes("demo", bytes(range(32)))
    assert again.event_code == CODES.event_code
    assert again.personal_code("Ada@Example.com ") == CODES.personal_code("ada@example.com")


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (
            CODES,
            [
                "TND7-KCPE",
                "AV4W-6G6K",
                "YPYY-YQAN",
                "1293f1c9bb24c76699543bfc21663410c573c3e5b04e69dfc73437f09bcc6f65",
                "ddb0e92f7260cd707f9ed7578a49ffa9032af5c8840f573499b5e264f324cfd9",
            ],
        ),
        (
            replace(CODES, version=2),
            [
                "HCDX-4WVX",
                "DK3E-XGGR",
                "TNMV-GD9C",
                "1293f1c9bb24c76699543bfc21663410c573c3e5b04e69dfc73437f09bcc6f65",
                "d8a7678880f59f988e8fb9980d35d72c5fc1eb9e32111a22dd4643de4401dc2e",
            ],
        ),
        (
            Codes("köln-2026", b"\xff" * 32, 7),
            [
                "F3TR-PMAF",
                "MQ79-TQYK",
                "DHWR-FPXC",
                "43eeba1312e61ace368477f7597e4ebfc05158a2d63027803c358241e83bcd18",
                "1f50be9eddbe2afaa38b8f178cb0c06e7e00595aef04636484eb441ee13c05e1",
            ],
        ),
    ],
    ids=["first version", "second version", "another event"],
)
def test_codes_on_printed_cards_and_digests_in_tables_never_change(
    codes: Codes, expected: list[str]
) -> None:
    assert expected == [
        codes.event_code,
        codes.personal_code("Ada@Example.com "),
        codes.personal_code("李雷@example.cn"),
        codes.digest("client", "203.0.113.7"),
        codes.one_time_digest("ada@example.com", "acde-fghj"),
    ]


@pytest.mark.parametrize(
    "other",
    [replace(CODES, version=2), replace(CODES, event="other"), replace(CODES, secret=bytes(32))],
    ids=["version", "event", "secret"],
)
def test_version_event_and_secret_change_every_code(other: Codes) -> None:
    until = NOW + timedelta(minutes=1)
    assert other.event_code != CODES.event_code
    assert other.personal_code("a@b.example") != CODES.personal_code("a@b.example")
    assert other.one_time_digest("a@b.example", "x") != CODES.one_time_digest("a@b.example", "x")
    assert other.holder(CODES.ticket("a@b.example", until), NOW) is None


def test_new_codes_do_not_forgive_tries() -> None:
    assert replace(CODES, version=2).digest("client", "x") == CODES.digest("client", "x")


@given(st.sets(st.emails(), min_size=2, max_size=20))
def test_everybody_has_another_code(emails: set[str]) -> None:
    lowered = {email.lower() for email in emails}
    assert len({CODES.personal_code(email) for email in lowered}) == len(lowered)


def test_parts_cannot_be_shifted_between_fields() -> None:
    assert CODES.digest("a", "bc") != CODES.digest("ab", "c")
    assert CODES.digest("a", "b", "c") != CODES.digest("a", "bc")


@given(st.emails())
def test_a_ticket_names_its_holder_until_it_is_over(email: str) -> None:
    ticket = CODES.ticket(email, NOW + timedelta(seconds=60))
    assert CODES.holder(ticket, NOW) is not None
    assert CODES.holder(ticket, NOW + timedelta(seconds=59)) == CODES.holder(ticket, NOW)
    assert CODES.holder(ticket, NOW + timedelta(seconds=60)) is None


def test_a_ticket_is_good_for_minutes_whatever_it_says() -> None:
    ticket = CODES.ticket("ada@example.com", NOW + timedelta(days=1))
    assert CODES.holder(ticket, NOW) is None


def test_what_another_purpose_signed_with_the_same_secret_is_no_ticket() -> None:
    until = int((NOW + timedelta(seconds=60)).timestamp())
    for key in (CODES.secret, CODES._versioned("ticket"), CODES._versioned("event-code")):
        for purpose in ("pass", "visit of organiser", "ticket"):
            token = Signer(purpose, [key], 120).sign({"email": "ada@example.com"}, until)
            is_ticket = purpose == "ticket" and key == CODES._versioned("ticket")
            assert (CODES.holder(token, NOW) is not None) == is_ticket


@given(st.text(max_size=80))
def test_no_made_up_ticket_holds(text: str) -> None:
    assert CODES.holder(text, NOW) is None


def test_no_change_to_a_ticket_goes_unnoticed() -> None:
    ticket = CODES.ticket("ada@example.com", NOW + timedelta(seconds=60))
    for place, old in enumerate(ticket):
        for new in "Aw_.=":
            if new == old:
                continue
            holder = CODES.holder(ticket[:place] + new + ticket[place + 1 :], NOW)
            # The last letter of a base64 group has bits that stand for nothing.
            assert holder in {None, "ada@example.com"}


def test_the_secret_is_not_shown() -> None:
    assert "\\x01\\x02" not in repr(CODES)
    assert "secret" not in repr(CODES)


def test_the_secret_is_not_in_the_repr() -> None:
    assert repr(CODES.secret) not in repr(CODES)


def test_a_ticket_says_which_sign_in_it_continues_while_it_holds() -> None:
    until = NOW + timedelta(seconds=60)
    ticket = CODES.ticket("ada@example.com", until, "first")
    assert CODES.continued(ticket, NOW) == "first"
    assert CODES.continued(CODES.ticket("ada@example.com", until, "second"), NOW) == "second"
    assert CODES.continued(ticket, until) == CODES.continued("made up", NOW) == ""
