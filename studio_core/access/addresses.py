"""E-mail addresses and hosts as they are compared, however a domain is spelt."""

from __future__ import annotations

import idna

from studio_core.naming import normalise_email


def email_key(text: str) -> str:
    """Give the form in which addresses are compared: `normalise_email`, the domain as Unicode.

    One domain has two spellings, `bücher.de` and `xn--bcher-kva.de`. IDNA 2008 (RFC 5891) says
    which are the same: `straße.de` and `strasse.de` are two domains. ASCII stays as it is, and
    so does a domain that IDNA does not allow: UTS 46 would drop invisible letters from it, and
    make two addresses one.
    """
    email = normalise_email(text)
    mailbox, at, domain = email.rpartition("@")
    if not at or (domain.isascii() and "xn--" not in domain):
        return email
    try:
        return mailbox + at + idna.decode(idna.encode(domain))
    except UnicodeError:
        return email


def host_key(name: str) -> str:
    """Give the form in which names of hosts are compared: ASCII, as browsers send it."""
    lower = name.strip().lower()
    try:
        return lower if lower.isascii() else idna.encode(lower).decode("ascii")
    except UnicodeError:
        return lower


def email_spellings(text: str) -> tuple[str, ...]:
    """Return the keys under which an address may be stored: the `email_key`, and its ASCII form.

    An earlier tool stored domains as they were typed.
    """
    key = email_key(text)
    mailbox, at, domain = key.rpartition("@")
    if domain.isascii():
        return (key,)
    try:
        return (key, mailbox + at + idna.encode(domain).decode("ascii"))
    except UnicodeError:
        return (key,)
