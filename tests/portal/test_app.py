"""Requests that no form of ours makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.portal.conftest import Instance


def test_a_refused_method_is_told_which_ones_are_taken(portal: Callable[..., Instance]) -> None:
    visitor = portal().visitor()
    for path, allowed in (("/wait", {"GET", "HEAD"}), ("/health", {"GET", "HEAD"})):
        answer = visitor.ask("POST", path)
        assert answer.status_code == 405
        assert set(answer.headers["allow"].split(", ")) == allowed
