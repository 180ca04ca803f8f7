"""Exponential backoff: how long to wait before the next attempt."""

from __future__ import annotations


def backoff(attempt: int, first: float, longest: float, growth: float = 2.0) -> float:
    """Return the seconds to wait after the nth failed attempt, counted from 1."""
    try:
        return min(first * growth ** (attempt - 1), longest)
    except OverflowError:  # after some thousand attempts
        return longest
