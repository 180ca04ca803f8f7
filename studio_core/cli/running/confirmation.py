"""Confirm destructive plans, from options or a prompt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from studio_core.cli.console import say
from studio_core.cli.failures import DeclinedError
from studio_core.errors import GuardError
from studio_core.model.plans import Action, Scope
from studio_core.planning import confirm
from studio_core.wording import TERSE_KINDS, by_kind, counted

if TYPE_CHECKING:
    from datetime import date

    from studio_core.config import Settings
    from studio_core.model.plans import Plan

ATTEMPTS = 2
"""How often a person may type a confirmation."""

WHOLE_DOMAIN = "whole domain"
"""The words that confirm a purge of everything in the domain."""


@dataclass(frozen=True, slots=True)
class Consent:
    """What the options of `purge` confirm; the rest is asked for.

    `domain_id` is the text given with `--confirm`, or None.
    """

    domain_id: str | None = None
    whole_domain: bool = False
    before_end: bool = False


def check_given(consent: Consent, domain_id: str) -> None:
    """Compare the id of `--confirm` with the settings, before any call to AWS.

    Raises:
        GuardError: They differ.
    """
    if consent.domain_id is not None and consent.domain_id.strip() != domain_id:
        raise GuardError(
            f"--confirm names {consent.domain_id!r}, the settings {domain_id}; "
            "nothing was changed.",
            "Look at `studio get-conf`, and give the id of the domain you mean to purge.",
        )


def to_purge(
    plan: Plan, settings: Settings, consent: Consent, *, interactive: bool, today: date
) -> None:
    """Confirm a purge.

    Raises:
        GuardError: A confirmation is missing or wrong; nothing was changed.
    """
    end = settings.end_date
    early = end is not None and today < end
    everything = plan.scope is Scope.DOMAIN
    missing = _missing(plan, consent, early=early)
    if missing and not interactive:
        raise GuardError(
            f"Not confirmed; nothing was changed. Missing: {' '.join(missing)}.",
            "Look at the plan above; add what is missing if it is what you want.",
        )
    if early and not consent.before_end:
        _yes(f"The event ends on {end}, which is still to come. Purge it now?")
    typed = consent.domain_id
    if typed is None:
        going = by_kind(plan.counts(Action.DELETE), TERSE_KINDS)
        say(f"This deletes {going}, and all files. There is no undo.")
        typed = _typed("Type the domain's id to go ahead", plan.identity.domain_id)
    if everything and not consent.whole_domain:
        say("Not of this event alone: everything that anybody has in the domain goes.")
        _typed(f"Type “{WHOLE_DOMAIN}” to go ahead", WHOLE_DOMAIN)
    confirm.confirm_purge(
        plan,
        settings,
        typed,
        today=today,
        before_end=early,
        whole_domain_confirmed=everything,
    )


def to_remove(plan: Plan, *, interactive: bool, yes: bool) -> None:
    """Confirm the removal of people who left the roster, and of spaces that nobody uses.

    Raises:
        GuardError: Not confirmed; nothing was changed.
    """
    people, spaces = confirm.people_removed(plan), confirm.spaces_removed(plan)
    number = str(people or spaces)
    typed = number
    if interactive and not yes:
        files = f"{counted(spaces, 'space')} and all files there"
        if people:
            also = f", and {files}" if spaces else ""
            say(
                f"This removes {counted(people, 'person')}, their profiles and private files{also}."
            )
        else:
            say(f"This deletes {files}. There is no undo.")
        typed = _typed("Type their number to go ahead", number)
    if people:
        confirm.confirm_removal(plan, typed)
    else:
        confirm.confirm_spaces(plan, typed)


def to_adopt(plan: Plan, *, confirm_number: int | None, yes: bool, interactive: bool) -> None:
    """Have an adoption agreed to: by an option, or by a person who types the number of people.

    Raises:
        GuardError: It was not; nothing was changed.
    """
    number = confirm.people_adopted(plan)
    if confirm_number is not None or yes:
        confirm.confirm_adoption(plan, number if confirm_number is None else confirm_number)
        return
    if not interactive:
        raise GuardError(
            f"Not confirmed; nothing was changed. Missing: --confirm {number}, or --yes.",
            "Look at the plan above; add what is missing if it is what you want.",
        )
    say(
        f"This makes {counted(number, 'person')} and what the earlier tool made for them part of "
        f"{plan.event}; purge then deletes it. There is no undo."
    )
    confirm.confirm_adoption(plan, _typed("Type the number of people to go ahead", str(number)))


def to_renew(number: int) -> str:
    """Ask a person to type how many codes are renewed; return the number.

    Raises:
        GuardError: Not confirmed; nothing was changed.
    """
    say(f"This ends {counted(number, 'access code')} at once; people need the new ones.")
    return _typed("Type their number to go ahead", str(number))


def _missing(plan: Plan, consent: Consent, *, early: bool) -> list[str]:
    needed = (
        (consent.domain_id is None, f"--confirm {plan.identity.domain_id}"),
        (plan.scope is Scope.DOMAIN and not consent.whole_domain, "--confirm-whole-domain"),
        (early and not consent.before_end, "--before-end"),
    )
    return [option for lacks, option in needed if lacks]


def _yes(question: str) -> None:
    if not click.confirm(question, default=False, err=True):
        raise DeclinedError


def _typed(question: str, wanted: str) -> str:
    """Ask for a text, at most `ATTEMPTS` times; ignore spaces around it."""
    for attempt in range(ATTEMPTS):
        text = str(click.prompt(question, default="", show_default=False, err=True)).strip()
        if text == wanted:
            return text
        if attempt + 1 < ATTEMPTS:
            say("That is not it; capitals and small letters count.")
    raise GuardError("That was not it; nothing was changed.", f"Type exactly: {wanted}")
