"""Who may do what: two roles, the acts they are asked about, and the rule between them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from studio_core.errors import GuardError, SettingsError


class Role(StrEnum):
    """What somebody is to the event: organisers do all, helpers look and make single links.

    Nobody is who was not let in, as the record names them.
    """

    ORGANISER = "organiser"
    HELPER = "helper"
    NOBODY = "nobody"


class Act(StrEnum):
    """What can be asked of the core, as a person would say it in a refusal."""

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

# Anybody can have an address there, so the domain says nothing about who somebody is.
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
    """Who acts, as the audit log names them: a person, by which face, from which address."""

    name: str
    role: Role = Role.ORGANISER
    via: str = "command line"
    address: str = ""


def allowed(role: Role, act: Act) -> bool:
    """True when the role may do it."""
    return role is Role.ORGANISER or (role is Role.HELPER and act in _HELPER)


def permit(role: Role, act: Act) -> None:
    """Let it pass, or refuse.

    Raises:
        GuardError: The role may not do it.
    """
    if not allowed(role, act):
        who = "Helpers" if role is Role.HELPER else "Strangers"
        raise GuardError(f"{who} may not {act.value}.", "Ask an organiser to do it.")


def role_of(email: str, organisers: str, helpers: str) -> Role | None:
    """Role of a signed-in address by the two lists, organisers first; None for anybody else.

    An entry is an address or a domain with its @ (`@example.org`), compared without case
    and as a whole: `@example.org` is neither `sub.example.org` nor `badexample.org`.
    """
    address = email.strip().casefold()
    mailbox, _, domain = address.rpartition("@")
    if not mailbox or not domain or "@" in mailbox:
        return None
    for entries, role in ((organisers, Role.ORGANISER), (helpers, Role.HELPER)):
        listed = {entry.casefold() for entry in split_list(entries)}
        if address in listed or f"@{domain}" in listed:
            return role
    return None


def split_list(text: str) -> list[str]:
    """Entries of a list that is separated by commas, semicolons or white space."""
    return [entry for entry in re.split(r"[\s,;]+", text) if entry]


def check_list(label: str, text: str) -> str:
    """Return an allow-list tidied to `a@example.com, @example.org`.

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
        if entry.startswith("@") and entry[1:].casefold() in _EVERYBODYS:
            raise SettingsError(
                f"{label} cannot hold {entry!r}: anybody can have an address there.",
                "List the addresses of the people one by one.",
            )
    return ", ".join(entries)
