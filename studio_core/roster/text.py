"""Make text from files fit to show."""

LONGEST_EXCERPT = 80
"""Characters."""


def excerpt(text: str, limit: int = LONGEST_EXCERPT) -> str:
    """Return text on one line, without control characters, cut at `limit` characters."""
    line = " ".join(text.split())
    safe = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in line)
    return safe if len(safe) <= limit else safe[: limit - 1] + "…"
