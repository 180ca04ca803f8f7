"""A link is a credential."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime

from studio_core.model.links import Link

SOON = datetime(2030, 1, 1, 12, 5, tzinfo=UTC)
LINK = Link("ada@example.com", "1", "ada", "team-1", SOON, "https://studio.example/auth?token=abc")


def test_a_link_is_not_in_the_text_of_anything():
    assert "token" not in repr(LINK)
    assert b"token" in pickle.dumps(LINK)  # which is why it must not go into a cache
