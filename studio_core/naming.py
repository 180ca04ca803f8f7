"""Names: e-mail to profile, team to space; legal for AWS, unique without case, stable."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import TYPE_CHECKING

from studio_core.errors import SettingsError
from studio_core.model.studio import Kind, Ref, ref

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

NAME_LIMIT = 63
"""Longest UserProfileName and SpaceName, in characters (botocore's sagemaker model)."""

EVENT_LIMIT = 40
"""Longest event name: leaves room for a suffix in names and tag values."""

_EVENT_NAME = re.compile(r"[a-z0-9](-*[a-z0-9])*")
_HOST_SUFFIX = "-host"
_SHORT_HASH = 6
_NAMELESS_PERSON = "participant"
_NAMELESS_TEAM = "team"
_PERSONAL = "personal"

# None of these is ever part of an address or of a team's name.
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200e\u200f\u2060\ufeff\u00ad"))

# Latin letters that Unicode does not decompose into a base letter and marks. anyascii writes
# ĸ and ŋ in another way and knows more letters (ə), so with it people would change names.
_LETTERS = str.maketrans(
    {
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ħ": "h",
        "\u0131": "i",
        "ĸ": "k",
        "ŋ": "n",
        "ŧ": "t",
        "ƒ": "f",
    }
)

# Greek comes first in Unicode of the scripts that are not Latin. The letters and marks behind
# it whose names begin with one of these words are Latin, or go with any script.
_GREEK = "\u0370"
_NOT_FOREIGN = ("LATIN ", "MODIFIER ", "COMBINING ", "VARIATION ")


def visible(text: str) -> str:
    """Take away the invisible characters that pasted text carries, and surrounding space."""
    return (text if text.isascii() else text.translate(_INVISIBLE)).strip()


def normalise_email(text: str) -> str:
    """Give an e-mail address the one form it is compared and stored in.

    Surrounding space and invisible characters go, the rest becomes NFC and lower case.
    Nothing is validated: text that is no address comes back as text that is none.
    """
    composed = unicodedata.normalize("NFC", visible(text))
    return unicodedata.normalize("NFC", composed.lower())


def team_key(team: str) -> str:
    """Give the form in which team names are compared: NFKC, one space between words, no case."""
    folded = unicodedata.normalize("NFKC", visible(team)).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def assign_profiles(
    emails: Iterable[str], known: Mapping[str, str], taken: Collection[str] = ()
) -> dict[str, str]:
    """Assign every e-mail address a profile name of its own.

    It is the mailbox name, transliterated and lower case; behind it a short hash of the
    address when that is taken already (names are compared without case, as AWS does), or
    `participant-` and the hash when nothing of the mailbox name can be written in ASCII.
    The answer does not depend on the order of `emails`: of new addresses that share a
    mailbox name, the first in alphabetical order gets the plain name, and Latin script
    comes before all others.

    Args:
        emails: Addresses in any order and case.
        known: Names given earlier, by address; they are kept, and stay reserved for people
            who are no longer in `emails`.
        taken: Names nobody may get, such as other people's profiles in the domain and the
            event's host profile.

    Returns:
        Profile names by normalised address. No name occurs twice, compared without case;
        should `known` give two addresses the same name, the first in alphabetical order
        keeps it and the other is named anew.
    """
    return _assign(
        emails, known, taken, key=normalise_email, plain=_mailbox, fallback=_NAMELESS_PERSON
    )


def assign_spaces(
    teams: Iterable[str], known: Mapping[str, str], taken: Collection[str] = ()
) -> dict[str, str]:
    """Assign every team a space name of its own, as `assign_profiles` does for people.

    It is `team-` and the team's name as a slug.
    Team names that differ only in case or spacing are one team and share a space.

    Args:
        teams: Team names in any order.
        known: Space names given earlier, by team; they are kept and stay reserved.
        taken: Names no team may get, such as other people's spaces in the domain.

    Returns:
        Space names by team, the teams spelt as they were given.
    """
    spelt = list(teams)
    spaces = _assign(spelt, known, taken, key=team_key, plain=_team_slug, fallback=_NAMELESS_TEAM)
    return {team: spaces[team_key(team)] for team in spelt}


def assign_personal_spaces(
    profiles: Iterable[str], known: Mapping[str, str], taken: Collection[str] = ()
) -> dict[str, str]:
    """Assign every profile a space of its own, as `assign_profiles` does for people.

    Returns:
        Space names by profile name, spelt as given.
    """
    spelt = list(profiles)
    spaces = _assign(
        spelt, known, taken, key=str.casefold, plain=personal_space_name, fallback=_PERSONAL
    )
    return {profile: spaces[profile.casefold()] for profile in spelt}


def personal_space_name(profile: str) -> str:
    """Make the legal SpaceName of one person's own space; never that of a team."""
    name = f"personal-{profile.lower()}"
    return name if len(name) <= NAME_LIMIT else _with_hash(name, profile.casefold(), 10)


def host_names(event: str) -> tuple[str, str]:
    """Return the two names that an event's host profile can have, the plain one first.

    The second is for a domain in which somebody else has the first.
    """
    plain = host_profile(event)
    return plain, _with_hash(plain, f"{event} host", _SHORT_HASH)


def host_refs(event: str) -> set[Ref]:
    """Return the references to the profiles that either name of an event's host makes."""
    return {ref(Kind.PROFILE, name) for name in host_names(event)}


def host_profile(event: str) -> str:
    """Name the profile that owns an event's spaces: `<event>-host`, cut to what AWS takes."""
    return event[: NAME_LIMIT - len(_HOST_SUFFIX)].rstrip("-") + _HOST_SUFFIX


def check_event_name(text: str) -> str:
    """Return an event's short name in lower case.

    Raises:
        SettingsError: It is not 1 to 40 letters, digits and hyphens, or begins or ends with
            a hyphen.
    """
    name = text.strip().lower()
    if len(name) > EVENT_LIMIT or not _EVENT_NAME.fullmatch(name):
        raise SettingsError(
            f"{text!r} cannot be an event name.",
            f"Use up to {EVENT_LIMIT} letters a to z, digits and hyphens, beginning and ending "
            "with a letter or digit, for example spring-hack-2026.",
        )
    return name


def first_generation_profile(address: str) -> str:
    """Return the profile name that the tool's first generation gave an address as typed.

    The mailbox part without anything but ASCII letters and digits; may be empty.
    """
    return re.sub(r"[^A-Za-z0-9]", "", address.partition("@")[0])


def mailbox_name(email: str) -> str:
    """Give the plain profile name of an address, or an empty string where nothing is left."""
    return _mailbox(normalise_email(email))


def _mailbox(address: str) -> str:
    return _slug(address.rpartition("@")[0] or address)


def _team_slug(team: str) -> str:
    slug = _slug(team)
    return f"team-{slug}"[:NAME_LIMIT].rstrip("-") if slug else ""


def _slug(text: str) -> str:
    """Write text in a to z, 0 to 9 and single hyphens, at most 63 characters; may be empty."""
    plain = text.lower()
    if not plain.isascii():
        letters = unicodedata.normalize("NFKD", _romanised(plain)).translate(_LETTERS)
        plain = "".join(c for c in letters if not unicodedata.combining(c)).lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:NAME_LIMIT].rstrip("-")


def _romanised(text: str) -> str:
    """Write letters, marks and digits of other scripts in ASCII; leave Latin and symbols."""
    if not _is_foreign(text):
        return text
    from anyascii import anyascii  # noqa: PLC0415 - slow to import, and few names need it

    # Composed first: й is a letter of its own, not и with a mark.
    composed = unicodedata.normalize("NFKC", text)
    return "".join(
        re.sub("[^a-z0-9]", "", anyascii(c).lower()) if _is_foreign(c) else c for c in composed
    )


def _is_foreign(text: str) -> bool:
    """Check for a letter, mark or digit of another script than Latin."""
    return not text.isascii() and any(
        c >= _GREEK
        and unicodedata.category(c).startswith(("L", "M", "Nd"))
        and not unicodedata.name(c, "").startswith(_NOT_FOREIGN)
        for c in unicodedata.normalize("NFKC", text)
    )


def _with_hash(name: str, seed: str, length: int) -> str:
    digest = hashlib.sha256(seed.encode("utf-8", "surrogatepass")).hexdigest()[:length]
    return f"{name[: NAME_LIMIT - 1 - length].rstrip('-')}-{digest}"


def _free_name(plain: str, fallback: str, seed: str, taken: Collection[str]) -> str:
    """Return `plain` when free; else that or `fallback` with enough of the hash of `seed`."""
    if plain and plain not in taken:
        return plain
    for length in range(_SHORT_HASH, NAME_LIMIT - 1):
        name = _with_hash(plain or fallback, seed, length)
        if name not in taken:
            return name
    raise AssertionError("every hash of this name is taken")  # 57 names made to fit one seed


def _assign(
    items: Iterable[str],
    known: Mapping[str, str],
    taken: Collection[str],
    *,
    key: Callable[[str], str],
    plain: Callable[[str], str],
    fallback: str,
) -> dict[str, str]:
    """Name items by their key: known names first, then the rest in alphabetical order."""
    kept: dict[str, str] = {}
    given: set[str] = set()
    for item, name in sorted((key(item), name) for item, name in known.items() if name):
        if item not in kept and name.casefold() not in given:
            kept[item] = name
            given.add(name.casefold())
    used = given | {name.casefold() for name in taken}
    names: dict[str, str] = {}
    # Latin first, so that no transliteration takes the plain name of somebody who writes it so.
    for item in sorted({key(item) for item in items}, key=lambda item: (_is_foreign(item), item)):
        names[item] = kept.get(item) or _free_name(plain(item), fallback, item, used)
        used.add(names[item].casefold())
    return names
