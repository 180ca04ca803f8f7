"""Pages of the gate: sign-in, sign-out and refusals, without scripts or files."""

from __future__ import annotations

from studio_core.templating import environment

_TEMPLATES = environment("studio_core.dashboard.serving")

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""Content-Security-Policy of this page: nothing is loaded, nothing can run."""


def entry_page(action: str, onward: str, problem: str = "") -> str:
    """Return the form for the token.

    Args:
        action: Path that the form is sent to.
        onward: Path to go on to, within this server.
        problem: What was wrong with the last try, if there was one.
    """
    template = _TEMPLATES.get_template("token.html")
    return template.render(action=action, onward=onward, problem=problem)


def provider_page(action: str, problem: str = "") -> str:
    """Return the page with the way to the sign-in with a provider."""
    template = _TEMPLATES.get_template("provider.html")
    return template.render(action=action, problem=problem)


def leave_page(action: str) -> str:
    """Return the question whether to sign out, as a form."""
    return _TEMPLATES.get_template("leave.html").render(action=action)


def notice_page(
    title: str, sentence: str, remedy: str = "", onward: tuple[str, str] | None = None
) -> str:
    """Return a page of words; `onward` is the address and the label of a link."""
    template = _TEMPLATES.get_template("notice.html")
    return template.render(title=title, sentence=sentence, remedy=remedy, onward=onward)
