"""What the gate shows to those it does not let in: one page without scripts or files."""

from __future__ import annotations

from html import escape

STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0; display: grid; min-height: 100vh;
  place-items: center; background: Canvas; color: CanvasText; }
main { width: min(26rem, calc(100vw - 3rem)); }
h1 { font-size: 1.5rem; margin: 0 0 .5rem; }
label { display: block; font-weight: 600; margin: 1.25rem 0 .25rem; }
input { box-sizing: border-box; width: 100%; font: inherit; padding: .6rem .7rem;
  border: 1px solid GrayText; border-radius: .5rem; background: Field; color: FieldText; }
button { margin-top: 1rem; font: inherit; font-weight: 600; padding: .6rem 1.2rem; border: 0;
  border-radius: .5rem; background: #0b5ed7; color: #fff; cursor: pointer; }
input:focus-visible, button:focus-visible { outline: 3px solid #0b5ed7; outline-offset: 2px; }
.problem { border-left: .3rem solid #c62828; padding: .5rem .9rem; margin: 1rem 0 0; }
code { overflow-wrap: anywhere; }
"""

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""Content-Security-Policy of this page: nothing is loaded, nothing can run."""


def entry_page(action: str, onward: str, problem: str = "") -> str:
    """The form for the token.

    Args:
        action: Path that the form is sent to.
        onward: Path to go on to, within this server.
        problem: What was wrong with the last try, if there was one.
    """
    told = f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else ""
    return _page(
        "Open the dashboard",
        f"""
<p>This dashboard can hand out logins and delete an event, so it asks for the token that was
printed where it was started.</p>
{told}
<form method="post" action="{escape(action)}">
<input type="hidden" name="next" value="{escape(onward)}">
<label for="token">Token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus
 spellcheck="false">
<button>Open</button>
</form>""",
    )


def notice_page(title: str, sentence: str, remedy: str = "") -> str:
    """A refusal in words."""
    return _page(title, f"<p>{escape(sentence)}</p><p>{escape(remedy)}</p>")


def _page(title: str, content: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)} · Studio CLI</title><style>{STYLE}</style></head>"
        f"<body><main><h1>{escape(title)}</h1>{content}</main></body></html>"
    )
