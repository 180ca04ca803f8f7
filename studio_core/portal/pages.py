"""Pages of the web app: no script, nothing from elsewhere, every value escaped."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from studio_core.portal.authentication import (
    CODE_LIFETIME,
    LOOK_AGAIN,
    MAILED,
    Answer,
    SignInResult,
)
from studio_core.templating import environment, style_source

if TYPE_CHECKING:
    from collections.abc import Callable

_MINUTE = 60
_TEMPLATES = environment("studio_core.portal")

STYLE_SOURCE = style_source(_TEMPLATES, "style.css")
"""What Content-Security-Policy names the pages' style sheet by."""


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
        """Return the page of an answer; those that lead elsewhere have none."""
        again = self.mailed if self.access == MAILED else self.form
        pages: dict[SignInResult, Callable[[], str]] = {
            SignInResult.FORM: self.form,
            SignInResult.MAILED: lambda: self.mailed(answer.email),
            SignInResult.NOT_PROVEN: lambda: again(answer.email, wrong=True),
            SignInResult.NOT_READY: lambda: self.waiting(answer.ticket),
            SignInResult.OVER: self.over,
            SignInResult.TOO_MANY: lambda: self.too_many(answer.wait, answer.email),
        }
        return pages[answer.state]()

    def form(self, email: str = "", *, wrong: bool = False) -> str:
        """Return the form to sign in with; `wrong` after e-mail or code were refused."""
        return self._page("sign_in.html", access=self.access, email=email, wrong=wrong)

    def mailed(self, email: str, *, wrong: bool = False) -> str:
        """Return the second page of mailed codes, on which the code is typed."""
        minutes = int(CODE_LIFETIME.total_seconds() // 60)
        return self._page("mailed.html", email=email, minutes=minutes, wrong=wrong)

    def waiting(self, ticket: str) -> str:
        """Return the page that reloads until the space is ready."""
        return self._page("waiting.html", ticket=ticket, seconds=LOOK_AGAIN)

    def too_many(self, wait: int, email: str = "") -> str:
        """Return the form again, for whoever has tried too often; what is right still opens."""
        waiting = f"{wait} seconds" if wait < _MINUTE else f"{ceil(wait / _MINUTE)} minutes"
        return self._page("too_many.html", access=self.access, email=email, waiting=waiting)

    def over(self) -> str:
        """Return the page after the event."""
        return self._page("over.html")

    def broken(self, reference: str) -> str:
        """Return the page for a failure that the person cannot fix."""
        return self._page("broken.html", reference=reference)

    def refused(self, title: str, lead: str, form: str) -> str:
        """Return the page for a request that no form of ours makes, with the way to the form."""
        return self._page("refused.html", title=title, lead=lead, form=form)

    def _page(self, template: str, **values: object) -> str:
        title = event_title(self.event)
        return _TEMPLATES.get_template(template).render(event=title, **values)
