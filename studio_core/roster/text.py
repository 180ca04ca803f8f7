"""Text from files, made fit to print."""

SHOWN = 80
"""Longest piece of a file that is shown, in characters."""


def shown(text: str, limit: int = SHOWN) -> str:
    """Make text from a file fit to print: one line, no control characters, not too long."""
    line = " ".join(text.split())
    safe = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in line)
    return safe if len(safe) <= limit else safe[: limit - 1] + "…"
