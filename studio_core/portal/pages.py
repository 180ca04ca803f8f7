"""The pages as HTML: no script, nothing from elsewhere, every value escaped."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from math import ceil
from typing import TYPE_CHECKING

from studio_core.portal.authentication import (
    CODE_LIFETIME,
    EMAIL_ONLY,
    LOOK_AGAIN,
    MAILED,
    Answer,
    SignInResult,
)
from studio_core.portal.style import CSS, ICON

if TYPE_CHECKING:
    from collections.abc import Callable

_HINTS = {
    "event-code": "The organisers show it in the room. Capitals and dashes do not matter.",
    "personal-code": "It is on your card. Capitals and dashes do not matter.",
    MAILED: "It is in the e-mail. Capitals and dashes do not matter.",
}
_HELP = "Trouble getting in? Ask the organisers in the room."


def event_title(event: str) -> str:
    """Write an event's short name as people say it: `spring-hack-2026` as `Spring hack 2026`."""
    words = event.replace("-", " ")
    return words[:1].upper() + words[1:]


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of one event, in one access mode."""

    event: str
    access: str

    def of(self, answer: Answer) -> str:
        """The page of an answer; those that lead elsewhere have none."""
        again = self.mailed if self.access == MAILED else self.form
        pages: dict[SignInResult, Callable[[], str]] = {
            SignInResult.FORM: self.form,
            SignInResult.MAILED: lambda: self.mailed(answer.email),
            SignInResult.NOT_PROVEN: lambda: again(answer.email, wrong=True),
            SignInResult.NOT_READY: lambda: self.waiting(answer.ticket),
            SignInResult.OVER: self.over,
            SignInResult.TOO_MANY: lambda: self.too_many(answer.wait),
        }
        return pages[answer.state]()

    def form(self, email: str = "", *, wrong: bool = False) -> str:
        """The page to sign in on; `wrong` after e-mail or code were not right."""
        fields = _email_field(email, wrong=wrong)
        lead = "Sign in with the e-mail you registered with, and your team's space opens."
        button = "Open my space"
        if self.access == MAILED:
            lead = "Type the e-mail you registered with. We send you a code to sign in with."
            button = "Send me a code"
        elif self.access != EMAIL_ONLY:
            fields += _code_field(_HINTS[self.access], wrong=wrong)
        alert = _alert(self._refusal) if wrong else ""
        return self._page("Sign in", _lead(lead) + alert + _form(fields, button), welcome=True)

    def mailed(self, email: str, *, wrong: bool = False) -> str:
        """The second page when codes are mailed: here the code is typed."""
        minutes = int(CODE_LIFETIME.total_seconds() // 60)
        lead = (
            f"If <b>{escape(email)}</b> takes part, a code is on its way. It works once, "
            f"within {minutes} minutes."
        )
        fields = f'<input type="hidden" name="email" value="{escape(email)}">'
        fields += _code_field(_HINTS[MAILED], wrong=wrong)
        again = '<p class="after"><a href=".">Use another e-mail, or get a new code</a></p>'
        alert = _alert(self._refusal) if wrong else ""
        body = f'<p class="lead">{lead}</p>{alert}{_form(fields, "Open my space")}{again}'
        return self._page("Check your mail", body)

    def waiting(self, ticket: str) -> str:
        """The page that comes back by itself until the space is ready."""
        address = escape(f"wait?ticket={ticket}")
        body = (
            _lead(f"Keep this page open. It looks again every {LOOK_AGAIN} seconds and takes you "
                  "to your space as soon as it is ready.")
            + '<div class="bar" role="status" aria-label="Waiting"><span></span></div>'
            + f'<a class="button" href="{address}">Look again now</a>'
        )  # fmt: skip
        refresh = f'<meta http-equiv="refresh" content="{LOOK_AGAIN}; url={address}">'
        return self._page("Your space is being prepared", body, head=refresh)

    def too_many(self, wait: int) -> str:
        """The page when the tries of an address or a client are used up."""
        minutes = max(1, ceil(wait / 60))
        unit = "minute" if minutes == 1 else "minutes"
        lead = f"Wait {minutes} {unit}, then try again. Have your code at hand: it may be new."
        return self._page("Too many tries", _lead(lead) + _back("Back to the form"))

    def over(self) -> str:
        """The page after the event."""
        lead = "The spaces are closed. If you need something from yours, ask the organisers."
        return self._page("The event is over", _lead(lead), footer="")

    def broken(self, reference: str) -> str:
        """The page when something is wrong that the person can do nothing about."""
        body = _lead("It is not your fault. Try again in a minute. If it stays so, tell the "
                     "organisers this number:") + (
            f'<p class="mark" id="reference">{escape(reference)}</p>'
        ) + _back("Try again")  # fmt: skip
        return self._page("Something is broken", body)

    def refused(self, title: str, lead: str) -> str:
        """The page for a request that no form of ours makes."""
        return self._page(title, _lead(lead) + _back("To the form"))

    @property
    def _refusal(self) -> str:
        if self.access == EMAIL_ONLY:
            return "This e-mail does not open a space. Use the one you registered with."
        if self.access == MAILED:
            return "This code does not fit. Check it, or get a new one: each works only once."
        return "This e-mail and code do not fit together. Check both and try again."

    def _page(
        self,
        title: str,
        body: str,
        *,
        head: str = "",
        footer: str = _HELP,
        welcome: bool = False,
    ) -> str:
        title, event = escape(title), escape(event_title(self.event))
        small, large = (title, event) if welcome else (event, title)
        foot = f"<footer>{footer}</footer>" if footer else ""
        return (
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width,initial-scale=1">'
            f'<meta name="robots" content="noindex">{head}<title>{title} - {event}</title>'
            f'<link rel="icon" href="{ICON}"><style>{CSS}</style></head><body><main>'
            f'<div class="card"><p class="eyebrow">{small}</p><h1>{large}</h1>{body}</div>'
            f"</main>{foot}</body></html>\n"
        )


def _lead(text: str) -> str:
    return f'<p class="lead">{escape(text)}</p>'


def _alert(text: str) -> str:
    return f'<p class="alert" role="alert" id="problem">{escape(text)}</p>'


def _back(text: str) -> str:
    return f'<a class="button" href=".">{escape(text)}</a>'


def _form(fields: str, button: str) -> str:
    return f'<form method="post" action=".">{fields}<button>{escape(button)}</button></form>'


def _email_field(email: str, *, wrong: bool) -> str:
    # Not type="email": browsers rewrite addresses in other scripts before they send them.
    focus = "" if email else " autofocus"
    return (
        '<label for="email">E-mail</label><input id="email" name="email" type="text" '
        'inputmode="email" autocomplete="email" autocapitalize="none" spellcheck="false" '
        f'maxlength="254" required value="{escape(email)}"{focus}{_invalid(wrong=wrong)}>'
    )


def _code_field(hint: str, *, wrong: bool) -> str:
    focus = " autofocus" if wrong else ""
    return (
        '<label for="code">Access code</label><input id="code" name="code" type="text" '
        'autocomplete="one-time-code" autocapitalize="characters" spellcheck="false" '
        f'maxlength="32" required aria-describedby="hint"{focus}{_invalid(wrong=wrong)}>'
        f'<p class="hint" id="hint">{escape(hint)}</p>'
    )


def _invalid(*, wrong: bool) -> str:
    return ' aria-invalid="true" aria-errormessage="problem"' if wrong else ""
