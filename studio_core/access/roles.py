"""Roles and permissions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from studio_core.access.addresses import email_key
from studio_core.errors import GuardError, SettingsError
from studio_core.naming import visible


class Role(StrEnum):
    """Role in the event: organisers may do everything, helpers view and make single links.

    PARTICIPANT and NOBODY are for the audit log: of the web app, and of refused sign-ins.
    """

    ORGANISER = "organiser"
    HELPER = "helper"
    PARTICIPANT = "participant"
    NOBODY = "nobody"


class Act(StrEnum):
    """What a role may or may not do, worded for a refusal."""

    LOOK = "look at the status"
    LINK_ONE = "make a link for one person"
    LINK_MANY = "make links for a team or for all"
    EXPORT = "export the whole roster"
    SET_UP = "change the roster"
    APPS = "start or stop apps"
    PURGE = "purge"
    SETTINGS = "change the settings"
    CODES = "see or renew access codes"
    AUDIT = "read the audit log"


_HELPER = frozenset({Act.LOOK, Act.LINK_ONE})

# Anybody can get an address there, so these domains identify nobody.
# fmt: off
_EVERYBODYS = frozenset((
    "aol.com", "gmail.com", "gmx.de", "gmx.net", "googlemail.com", "hotmail.com", "icloud.com",
    "live.com", "mail.com", "mail.ru", "outlook.com", "proton.me", "protonmail.com", "qq.com",
    "web.de", "yahoo.com", "yandex.ru", "163.com",
))
# fmt: on
_ENTRY = re.compile(r"[^\s,;@]*@[^\s,;@]+\.[^\s,;@]+")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, through which face and from which address; for the audit log."""

    name: str
    role: Role = Role.ORGANISER
    via: str = "command line"
    address: str = ""


def allowed(role: Role, act: Act) -> bool:
    """Return whether the role has the permission."""
    return role is Role.ORGANISER or (role is Role.HELPER and act in _HELPER)


def permit(role: Role, act: Act) -> None:
    """Raise unless the role has the permission.

    Raises:
        GuardError: The role lacks it.
    """
    if not allowed(role, act):
        who = "Helpers" if role is Role.HELPER else "Strangers"
        raise GuardError(f"{who} may not {act.value}.", "Ask an organiser to do it.")


def role_of(email: str, organisers: str, helpers: str) -> Role | None:
    """Return the role of a signed-in address, or None when neither list contains it.

    Organisers come first. An entry is an address or a domain with its @ (`@example.org`),
    compared by its `addresses.email_key` and as a whole: `@example.org` does not match
    `sub.example.org`. What a provider signs in holds no invisible character: taken away, as
    pasted text has it, it would make one address of two.
    """
    if visible(email) != email.strip():
        return None
    address = email_key(email)
    mailbox, _, domain = address.rpartition("@")
    if not mailbox or not domain or "@" in mailbox:
        return None
    for entries, role in ((organisers, Role.ORGANISER), (helpers, Role.HELPER)):
        listed = {email_key(entry) for entry in split_list(entries)}
        if address in listed or f"@{domain}" in listed:
            return role
    return None


def split_list(text: str) -> list[str]:
    """Split a list at commas, semicolons and white space."""
    return [entry for entry in re.split(r"[\s,;]+", text) if entry]


def check_list(label: str, text: str) -> str:
    """Return an allow-list in the form `a@example.com, @example.org`.

    Raises:
        SettingsError: An entry is neither an address nor a domain, or is a domain at which
            anybody can get an address.
    """
    entries = split_list(text)
    for entry in entries:
        if not _ENTRY.fullmatch(entry):
            raise SettingsError(
                f"{label} cannot hold {entry!r}.",
                "List addresses (ana@example.com) or domains with their @ (@example.com).",
            )
        if entry.startswith("@") and email_key(entry)[1:] in _EVERYBODYS:
            raise SettingsError(
                f"{label} cannot hold {entry!r}: anybody can have an address there.",
                "List the addresses of the people one by one.",
            )
    return ", ".join(entries)
