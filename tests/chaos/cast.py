"""Who and what takes part: people with look-alike addresses, teams, events, names of others."""

from __future__ import annotations

import unicodedata

EVENTS = ("spring", "autumn")
"""Two events on one domain and one table."""

ORGANISERS = ("ana", "bo")
"""Each with a process, credentials and a clock of their own; both may act on either event."""

PEOPLE = (
    "niklas@amazon.example",
    "niklas@zalando.example",
    "nik.las@zalando.example",
    "ada@example.org",
    "ada@example.com",
    "zoë@example.org",
    "zoe@example.org",
    "李@example.org",
    "李四@example.org",
    "team-1@example.org",
    "personal-ada@example.org",
    "spring-host@example.org",
    "autumn-host@example.org",
    "own-ada@example.org",
)
"""Addresses that are one when the mailbox alone counts, or that look like names of ours."""

TEAMS = ("1", "2", "red", "Red Pandas", "red-pandas", "赤")

TAKEN = (
    ("profile", "niklas"),
    ("profile", "Ada"),
    ("profile", "zoe"),
    ("profile", "team-1"),
    ("profile", "spring-host"),
    ("profile", "autumn-host"),
    ("space", "team-1"),
    ("space", "team-red"),
    ("space", "personal-ada"),
    ("space", "Personal-Niklas"),
)
"""Names that somebody else may take first: profiles and spaces that are not of any event here."""

OTHER_EVENT = "winter"
"""An event of somebody else on the same domain: nobody here may touch what carries its tag."""


def same_address(text: str) -> str:
    """Give the form in which addresses are one person's: composed, lower case."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text.strip()).lower())


def same_team(text: str) -> str:
    """Give the form in which team names are one team's."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
