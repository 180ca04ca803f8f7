"""The button that asks for links says for whom."""

from __future__ import annotations

from dataclasses import replace

import pytest

from studio_core.dashboard.views import links
from studio_core.model.people import Record


@pytest.mark.parametrize(
    ("team", "text", "words", "possible"),
    [
        ("", "", "all 3 people", True),
        ("1", "", "team 1 (2 people)", True),
        ("", "ada", "ada@example.com", True),
        ("", "example", "one person", False),
        ("", "nobody", "one person", False),
    ],
)
def test_buttons_say_for_whom_they_are(team, text, words, possible):
    ada = Record("ada@example.com", "1", "d-1", "demo", "ada", "team-1")
    alan = replace(ada, email="alan@example.com", profile="alan")
    kurt = replace(ada, email="kurt@example.com", profile="kurt", team="2")
    whom = links.selection_of(links.matching_records([ada, alan, kurt], team, text), team, text)
    assert (whom.label, whom.possible) == (words, possible)
