"""Validate single cells: e-mail addresses and teams."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from email_validator import EmailNotValidError, validate_email

from studio_core.model.people import Finding, Severity
from studio_core.naming import normalise_email, visible
from studio_core.roster.encoding import UNREADABLE
from studio_core.roster.text import excerpt

if TYPE_CHECKING:
    from studio_core.roster.entries import RosterEntry

TEAM_LIMIT = 100
"""Longest team name, in characters."""

# The form of nearly all addresses, twenty times as fast to check as the full rules. It may
# only match what these accept, which a property test verifies: no double hyphens, which are
# punycode or reserved, and no names that are never mail domains.
_PLAIN = re.compile(
    r"[a-z0-9_]+(?:[.+-][a-z0-9_]+)*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+"
    r"(?!(?:arpa|invalid|local|localhost|onion)\Z)[a-z]{2,24}"
)
_PLAIN_MAILBOX, _PLAIN_DOMAIN = 64, 63

_WHOLE_NUMBER = re.compile(r"(\d+)(?:[.,]0+)?")
_LIKE_NUMBER = re.compile(r"[+-]?[0-9]*[.,]?[0-9]+(?:[eE][+-]?[0-9]+)?%?")
_PLACEHOLDERS = frozenset({"n/a", "#n/a", "nan", "none", "null", "tbd", "tba", "undefined"})
# Joiners are part of words in some scripts, and of composed emoji.
_JOINERS = frozenset({"\u200c", "\u200d"})
_NAMING = frozenset("LNS")  # letters, numbers, symbols: a name needs one of them


def read_email(entry: RosterEntry) -> tuple[str | None, list[Finding]]:
    """Return the normalised address of an entry, or None, and its findings."""
    email = normalise_email(entry.email)
    if not email:
        return None, [_email_error(entry, "email-missing", "The e-mail address is missing.")]
    mailbox, _, domain = email.partition("@")
    if len(mailbox) <= _PLAIN_MAILBOX and len(domain) <= _PLAIN_DOMAIN and _PLAIN.fullmatch(email):
        return email, []
    try:
        # The test environment accepts the domain .test, which demos use.
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
        # Two spellings of one domain would turn one person into two.
        sentence = f"{excerpt(email)} is an unusual spelling of {excerpt(usual)}."
        return None, [_email_error(entry, "email-syntax", sentence, f"Write {excerpt(usual)}.")]
    return email, []


def read_team(entry: RosterEntry) -> tuple[str | None, list[Finding]]:
    """Return the team of an entry as it is stored, or None, and its findings.

    Whole numbers lose what spreadsheets add (`03` and `3.0` become `3`); names keep their
    letters and have single spaces between words.
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
    """Return code, sentence and remedy when a text is not a team, else None."""
    if not text:
        return "team-missing", "The team is missing.", "Fill in a team number or name."
    plain = text.isascii() and text.isprintable()
    odd = [] if plain else sorted({c for c in text if not _printable(c)})
    if odd:
        listed = ", ".join(f"U+{ord(c):04X}" for c in odd)
        said = f"The team {excerpt(text)!r} has characters that cannot be printed: {listed}."
        return "team-characters", said, "Type the name again, or save the file as CSV UTF-8."
    named = text.isalnum() or any(unicodedata.category(c)[0] in _NAMING for c in text)
    if not named or text.casefold() in _PLACEHOLDERS:
        said = f"{excerpt(text)!r} names no team."
        return "team-missing", said, "Fill in a team number or name."
    if len(text) > TEAM_LIMIT:
        said = f"The team name has {len(text):,} characters; at most {TEAM_LIMIT} are taken."
        return "team-length", said, "Shorten the name."
    return None


def _printable(char: str) -> bool:
    """Return whether a character is neither a control code nor damage of decoding."""
    if char in _JOINERS:
        return True
    return char != UNREADABLE and not unicodedata.category(char).startswith("C")


def _explain(email: str, reason: str) -> str:
    return f"{excerpt(email)!r} is not an e-mail address. {excerpt(reason, 200)}"


def _email_error(
    entry: RosterEntry,
    code: str,
    sentence: str,
    remedy: str = "Write one address, as name@example.com.",
) -> Finding:
    value = excerpt(entry.email)
    return Finding(Severity.ERROR, code, sentence, remedy, entry.row, entry.email_column, value)


def _team_finding(
    entry: RosterEntry, severity: Severity, code: str, sentence: str, remedy: str
) -> Finding:
    value = excerpt(entry.team)
    return Finding(severity, code, sentence, remedy, entry.row, entry.team_column, value)
