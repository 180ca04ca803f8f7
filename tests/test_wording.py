"""Words for people: every value has its word, and text from outside does no harm."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_core.model.plans import Action, Purpose
from studio_core.model.runs import Result
from studio_core.model.studio import Kind
from studio_core.wording import (
    ACTIONS,
    DONE,
    KINDS,
    PURPOSES,
    RESULTS,
    TERSE_KINDS,
    by_kind,
    counted,
    listed,
    not_of_this_event,
    plain,
    printable,
)


def test_every_word_has_its_words():
    assert set(ACTIONS) == set(Action)
    assert set(DONE) == {action for action in Action if action.changes}
    assert set(KINDS) == set(TERSE_KINDS) == set(Kind)
    assert set(RESULTS) == set(Result)
    assert set(PURPOSES) == set(Purpose)


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({}, "nothing"),
        ({"row": 1}, "1 table row"),
        ({"row": 1200, "app": 2}, "2 apps and 1,200 table rows"),
        ({"space": 1, "row": 2, "profile": 3}, "1 space, 3 profiles and 2 table rows"),
    ],
)
def test_counts_in_words(counts, words):
    assert by_kind(counts) == words


def test_the_command_line_counts_in_the_order_of_creation():
    counts = {"row": 44, "space": 8, "profile": 45, "app": 0}
    assert by_kind(counts, TERSE_KINDS) == "45 profiles, 8 spaces and 44 rows"


def test_one_is_not_many():
    assert (counted(1, "app"), counted(0, "app"), counted(2, "person")) == (
        "1 app",
        "0 apps",
        "2 people",
    )


@pytest.mark.parametrize(
    ("items", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), ("abc", "a, b and c")]
)
def test_the_last_of_a_list_follows_an_and(items, text):
    assert listed(iter(items)) == text


def test_a_domain_without_anything_else_is_not_mentioned():
    assert not not_of_this_event({"profile": 0, "space": 0})
    assert not_of_this_event({"profile": 1}) == "Also in the domain, not of this event: 1 profile."


def test_text_from_outside_cannot_drive_a_terminal():
    assert printable("a\x1b[2J\tb\u202ec\x9b0m") == "a [2J b c 0m"
    assert printable("\u0645\u06cc\u200c\u062e\u0648") == "\u0645\u06cc\u200c\u062e\u0648"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[Free](https://a.b)", r"\[Free\](https\:~//a.b)"),
        ("![x](p.png)", r"!\[x\](p.png)"),
        ("<img src=x>", r"\<img src=x\>"),
        ("&lt;", r"\&lt;"),
        (":red[hi]", r"\:~red\[hi\]"),
        (":material/key: :smile:", r"\:~material/key\:~ \:~smile\:~"),
        ("$x$ *a*_b_ `c`", r"\$x\$ \*a\*\_b\_ \`c\`"),
        ("www.a.b WWW.a.b", r"www~.a.b WWW~.a.b"),
        ("eve@a.b", "eve@~a.b"),
        ("1. one", r"1\. one"),
        ("- one", r"\- one"),
        ("    code\n\n# head\r\u2028> quote", r"code \# head \> quote"),
        ("a\u202eb\x1b[0m", r"a b \[0m"),
        ("Röda laget, team-1 (3.5)", "Röda laget, team-1 (3.5)"),
    ],
)
def test_text_from_outside_is_no_markdown(text, shown):
    assert plain(text) == shown.replace("~", "\u2060")


@given(st.text(max_size=30))
def test_outside_text_is_one_line_of_the_same_characters(text):
    written = plain(text)
    assert "\n" not in written
    assert not written.startswith(" ")
    kept = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", written).replace("\u2060", "")
    assert kept == " ".join(printable(text).split())
