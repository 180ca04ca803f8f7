"""Pages behind a presigned URL; no scripts, no outside resources."""

from __future__ import annotations

from dataclasses import dataclass

from studio_core.templating import environment

_TEMPLATES = environment("studio_core.sandbox.serving")

_LEADS = {
    "InService": "The space is running.",
    "Pending": "The space is starting. This takes about a minute.",
    "Deleting": "The space is being stopped. Open the link again in a minute.",
}


@dataclass(frozen=True, slots=True)
class OpenedApp:
    """The app that a visit led to, and why it may not be there."""

    app_type: str | None
    status: str
    detail: str = ""
    instance_type: str | None = None

    @property
    def name(self) -> str:
        """Return the app's name as people write it."""
        return {"CodeEditor": "Code Editor", None: "None"}.get(self.app_type, str(self.app_type))

    @property
    def lead(self) -> str:
        """Return what the status means for the visitor."""
        return self.detail or _LEADS.get(self.status, "The space is not running.")


@dataclass(frozen=True, slots=True)
class StudioPage:
    """Who is signed in, to which space, and what runs there."""

    profile: str
    space: str | None
    event: str | None
    domain: str
    domain_id: str
    region: str
    opened: OpenedApp | None
    spaces: tuple[str, ...]
    session_hours: float

    @property
    def lead(self) -> str:
        """Return the sentence below the title."""
        return self.opened.lead if self.opened else "Choose a space to begin."

    def html(self) -> str:
        """Render the page."""
        return _TEMPLATES.get_template("studio.html").render(page=self)


@dataclass(frozen=True, slots=True)
class NotFoundPage:
    """The person or the space of the link is no longer there."""

    profile: str

    def html(self) -> str:
        """Render the page."""
        return _TEMPLATES.get_template("not_found.html").render(profile=self.profile)


@dataclass(frozen=True, slots=True)
class SignInPage:
    """Where an expired link ends, as AWS sends people to its console's sign-in page."""

    def html(self) -> str:
        """Render the page."""
        return _TEMPLATES.get_template("sign_in.html").render()
