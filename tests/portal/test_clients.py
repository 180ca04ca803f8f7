"""Whose tries are counted: the network address, or what a trusted proxy says."""

from __future__ import annotations

import pytest

from studio_core.portal.clients import UNKNOWN, client_of


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "client"),
    [
        ("192.0.2.1", ["10.0.0.1"], "", "192.0.2.1"),
        ("192.0.2.1", ["10.0.0.1"], "192.0.2.2", "192.0.2.1"),
        ("192.0.2.1", ["10.0.0.1, 10.0.0.2"], "192.0.2.1", "10.0.0.2"),
        ("192.0.2.1", ["10.0.0.1", "10.0.0.3"], "192.0.2.1", "10.0.0.3"),
        ("192.0.2.1", ["nonsense"], "192.0.2.1", "192.0.2.1"),
        ("192.0.2.1", [], "192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", [], "", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", [], "", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", [], "", "2001:db8:1:2::/64"),
        ("testclient", [], "", UNKNOWN),
        (None, ["10.0.0.1"], "", UNKNOWN),
    ],
)
def test_whose_tries_are_counted(
    peer: str | None, forwarded: list[str], trusted: str, client: str
) -> None:
    assert client_of(peer, forwarded, trusted) == client
