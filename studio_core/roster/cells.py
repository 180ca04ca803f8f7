"""One cell at a time: is this an e-mail address, is that a team."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from email_validator import EmailNotValidError, validate_email

from studio_core.model.people import Finding, Severity
from studio_core.naming import normalise_email, visible
from studio_core.roster.encoding import UNREADABLE
from studio_core.roster.text import shown

if TYPE_CHECKING:
    from studio_core.roster.entries import RosterEntry

TEAM_LIMIT = 100
"""Longest team name, in characters."""

# What nearly all addresses look like, checked twenty times as fast as by the full rules. It
# may only match what these accept (a property test holds it to that): no double hyphens,
# which are punycode or reserved, and no names that are never mail domains.
_PLAIN = re.compile(
    r"[a-z0-9_]+(?:[.+-][a-z0-9_]+)*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+"
    r"(?!(?:arpa|invalid|local|localhost|onion)\Z)[a-z]{2,24}"
)
_PLAIN_MAILBOX, _PLAIN_DOMAIN = 64, 63

_WHOLE_NUMBER = re.compile(r"(\d+)(?:[.,]0+)?")
_LIKE_NUMBER = re.compile(r"[+-]?[0-9]*[.,]?[0-9]+(?:[eE][+-]?[0-9]+)?%?")
_PLACEHOLDERS = frozenset({"n/a", "#n/a", "nan", "none", "null", "tbd", "tba", "undefined"})
# Joiners belong to words of some scripts and to pictures made of several.
_JOINERS = frozenset({"\u200c", "\u200d"})
_NAMING = frozenset("LNS")  # letters, numbers, symbols: without one of them it is no name


def read_email(entry: RosterEntry) -> tuple[str | None, list[Finding]]:
    """Return the normalised address of an entry, or None and why it is none."""
    email = normalise_email(entry.email)
    if not email:
        return None, [_email_error(entry, "email-missing", "The e-mail address is missing.")]
    mailbox, _, domain = email.partition("@")
    if len(mailbox) <= _PLAIN_MAILBOX and len(domain) <= _PLAIN_DOMAIN and _PLAIN.fullmatch(email):
        return email, []
    try:
        # The test environment accepts the domain .test, which demonstrations use.
        valid = validate_email(
            email, check_deliverability=False, test_environment=True, strict=True
        )
    except EmailNotValidError as error:
        return None, [_email_error(entry, "email-syntax", _explain(email, str(error)))]
    reason = "" if "." in valid.ascii_domain else "The part after the @-sign should have a period."
    if UNREADABLE in email:
        reason = "It has a character that could not be read."
    if reason:
        return None, [_email_error(entry, "email-syntax", _explain(email, reason))]
    usual = normalise_email(valid.normalized)
    if usual != email:
        # Two spellings of one domain would make one person two.
        sentence = f"{shown(email)} is an unusual spelling of {shown(usual)}."
        return None, [_email_error(entry, "email-syntax", sentence, f"Write {shown(usual)}.")]
    return email, []


def read_team(entry: RosterEntry) -> tuple[str | None, list[Finding]]:
    """Return the team of an entry as it is stored, or None and why it cannot be one.

    Whole numbers lose what spreadsheets add (`03` and `3.0` are `3`); names keep their letters
    and have single spaces between words.
    """
    text = " ".join(visible(unicodedata.normalize("NFC", entry.team)).split())
    problem = _team_problem(text)
    if problem is not None:
        return None, [_team_finding(entry, Severity.ERROR, *problem)]
    digits = unicodedata.normalize("NFKC", text)
    whole = _WHOLE_NUMBER.fullmatch(digits)
    if whole:
        return str(int(whole[1])), []
    if _LIKE_NUMBER.fullmatch(digits):
        said = f"{text!r} is no whole number; it is taken for a team's name."
        remedy = "Write a whole number if a number is meant."
        return text, [_team_finding(entry, Severity.WARNING, "team-number", said, remedy)]
    return text, []


def _team_problem(text: str) -> tuple[str, str, str] | None:
    """Return code, sentence and remedy when text cannot be a team."""
    if not text:
        return "team-missing", "The team is missing.", "Fill in a team number or name."
    plain = text.isascii() and text.isprintable()
    odd = [] if plain else sorted({c for c in text if not _printable(c)})
    if odd:
        listed = ", ".join(f"U+{ord(c):04X}" for c in odd)
        said = f"The team {shown(text)!r} has characters that cannot be printed: {listed}."
        return "team-characters", said, "Type the name again, or save the file as CSV UTF-8."
    named = text.isalnum() or any(unicodedata.category(c)[0] in _NAMING for c in text)
    if not named or text.casefold() in _PLACEHOLDERS:
        said = f"{shown(text)!r} names no team."
        return "team-missing", said, "Fill in a team number or name."
    if len(text) > TEAM_LIMIT:
        said = f"The team name has {len(text):,} characters; at most {TEAM_LIMIT} are taken."
        return "team-length", said, "Shorten the name."
    return None


def _printable(char: str) -> bool:
    """Tell letters, marks, digits, signs and spaces from control codes and decoding damage."""
    if char in _JOINERS:
        return True
    return char != UNREADABLE and not unicodedata.category(char).startswith("C")


def _explain(email: str, reason: str) -> str:
    return f"{shown(email)!r} is not an e-mail address. {shown(reason, 200)}"


def _email_error(
    entry: RosterEntry,
    code: str,
    sentence: str,
    remedy: str = "Write one address, as name@example.com.",
) -> Finding:
    value = shown(entry.email)
    return Finding(Severity.ERROR, code, sentence, remedy, entry.row, entry.email_column, value)


def _team_finding(
    entry: RosterEntry, severity: Severity, code: str, sentence: str, remedy: str
) -> Finding:
    value = shown(entry.team)
    return Finding(severity, code, sentence, remedy, entry.row, entry.team_column, value)
