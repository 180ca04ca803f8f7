"""Make text from files fit to show and to write."""

LONGEST_EXCERPT = 80
"""Characters."""

FORMULA = (
    r"(?:[\t\r\n]|[\s\x00-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]*"
    r"[=+\-@\uff1d\uff0b\uff0d\uff20])"
)
"""Beginnings of cells that a spreadsheet may execute, as a regular expression.

They are `=`, `+`, `-` and `@`, also full-width as Asian keyboards type them, and also behind what a
spreadsheet trims; and tab and line breaks (OWASP, CSV Injection).
"""


def excerpt(text: str, limit: int = LONGEST_EXCERPT) -> str:
    """Return text on one line, without control characters, cut at `limit` characters."""
    line = " ".join(text.split())
    safe = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in line)
    return safe if len(safe) <= limit else safe[: limit - 1] + "…"
