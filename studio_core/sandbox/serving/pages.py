"""The HTML that a person sees behind a presigned URL; no scripts, no outside resources."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

_STYLE = """
:root { color-scheme: light dark; --ink: #16191f; --soft: #545b64; --page: #f2f3f3;
  --card: #fff; --line: #d5dbdb; --accent: #0f6e84; --good: #1d6b1d; }
@media (prefers-color-scheme: dark) { :root { --ink: #e9ebed; --soft: #a9b2bb; --page: #0f1b2a;
  --card: #16263a; --line: #3b4a5c; --accent: #5ec4dc; --good: #7fd07f; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
header { padding: .9rem 1.5rem; border-bottom: 1px solid var(--line); background: var(--card);
  display: flex; gap: 1rem; justify-content: space-between; flex-wrap: wrap; }
header b { letter-spacing: .01em; }
header span { color: var(--soft); }
main { max-width: 44rem; margin: 2.5rem auto; padding: 0 1.25rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .4rem; }
p { margin: .4rem 0 1rem; color: var(--soft); }
section { background: var(--card); border: 1px solid var(--line); border-radius: .75rem;
  padding: 1.25rem 1.5rem; margin-top: 1.5rem; }
dl { display: grid; grid-template-columns: minmax(7rem, auto) 1fr; gap: .6rem 1.5rem; margin: 0; }
dt { color: var(--soft); }
dd { margin: 0; font-weight: 600; overflow-wrap: anywhere; }
.badge { display: inline-block; border: 1px solid currentColor; border-radius: 1rem;
  padding: 0 .7rem; color: var(--accent); }
.InService { color: var(--good); }
ul { margin: .5rem 0 0; padding-left: 1.25rem; }
"""


def _document(title: str, body: str) -> str:
    return (
        "<!doctype html>\n"
        '<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><header><b>SageMaker Studio</b><span>Sandbox: nothing here is AWS</span></header>"
        f"<main>{body}</main></body></html>\n"
    )


def _fact(label: str, element_id: str, value: str, css: str = "") -> str:
    shown = f'<span class="badge {escape(css)}">{escape(value)}</span>' if css else escape(value)
    return f'<dt>{escape(label)}</dt><dd id="{element_id}">{shown}</dd>'


@dataclass(frozen=True, slots=True)
class OpenedApp:
    """The app that a visit led to, and why it may not be there."""

    app_type: str | None
    status: str
    detail: str = ""
    instance_type: str | None = None


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

    def html(self) -> str:
        """Render the page."""
        facts = [
            _fact("Signed in as", "profile", self.profile),
            _fact("Space", "space", self.space or "No space chosen"),
            _fact("Event", "event", self.event or "None"),
            _fact("Domain", "domain", f"{self.domain} ({self.domain_id})"),
            _fact("Region", "region", self.region),
        ]
        lead = "Choose a space to begin."
        if self.opened is not None:
            app = self.opened
            facts.insert(2, _fact("App", "app", _app_name(app.app_type)))
            facts.insert(3, _fact("Status", "status", app.status, app.status))
            if app.instance_type:
                facts.insert(4, _fact("Instance", "instance", app.instance_type))
            lead = app.detail or _lead(app.status)
        body = (
            f"<h1>{escape(self.space or 'SageMaker Studio')}</h1>"
            f'<p id="lead">{escape(lead)}</p>'
            f'<section aria-label="Session"><dl>{"".join(facts)}</dl></section>'
            f"<p>This session lasts {self.session_hours:g} hours.</p>"
        )
        if self.spaces:
            names = "".join(f"<li>{escape(name)}</li>" for name in self.spaces)
            body += f'<section aria-label="Spaces">Spaces of this domain<ul>{names}</ul></section>'
        return _document(f"{self.space or self.profile} - SageMaker Studio", body)


def _app_name(app_type: str | None) -> str:
    return {"CodeEditor": "Code Editor", None: "None"}.get(app_type, str(app_type))


def _lead(status: str) -> str:
    return {
        "InService": "The space is running.",
        "Pending": "The space is starting. This takes about a minute.",
        "Deleting": "The space is being stopped. Open the link again in a minute.",
    }.get(status, "The space is not running.")


@dataclass(frozen=True, slots=True)
class NotFoundPage:
    """The person or the space of the link is no longer there."""

    profile: str

    def html(self) -> str:
        """Render the page."""
        return _document(
            "Not found - SageMaker Studio",
            f"<h1>This space is gone</h1><p>The profile {escape(self.profile)} or the space "
            "of this link was deleted. Ask the organisers for a new link.</p>",
        )


@dataclass(frozen=True, slots=True)
class SignInPage:
    """Where an expired link ends, as AWS sends people to its console's sign-in page."""

    def html(self) -> str:
        """Render the page."""
        return _document(
            "Sign in - SageMaker Studio",
            '<h1>Sign in</h1><p id="lead">The link has expired or is not valid. '
            "Ask the organisers for a new one.</p>",
        )
