"""Requests that no credential makes good, and those that a credential decides on."""

from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from studio_core.dashboard.serving.rules import refused
from studio_core.dashboard.serving.tokens import GateSettings, Mode

HERE = {"host": "127.0.0.1:8501"}
TAB = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}


def status(headers=(), *, mode=Mode.TOKEN, method="GET", kind="http", client="127.0.0.1"):
    """Return the status with which a request is refused, or None."""
    scope = {"type": kind, "client": (client, 50000) if client else None}
    if kind == "http":
        scope["method"] = method
    answer = refused(scope, Headers({**HERE, **dict(headers)}), GateSettings(mode))
    return None if answer is None else answer.status_code


def test_a_foreign_name_is_refused_whatever_is_asked():
    for method in ("GET", "POST"):
        assert status({"host": "evil.example"}, method=method) == 421
    assert status({"host": "evil.example"}, kind="websocket") == 421


def test_what_changes_something_or_opens_a_socket_comes_from_our_own_page():
    evil, own = {"origin": "http://evil.example"}, {"origin": "http://127.0.0.1:8501"}
    for how in ({"method": "POST"}, {"method": "DELETE"}, {"kind": "websocket"}):
        assert status(evil, **how) == 403
        assert status(own, **how) is None
        assert status({**own, "sec-fetch-site": "same-site"}, **how) == 403
    assert status(evil) is None  # reading is for the credential to decide


def test_a_link_on_another_site_opens_a_tab_and_nothing_else():
    assert status(TAB) is None
    for change in (
        {"sec-fetch-mode": "cors"},
        {"sec-fetch-mode": "no-cors"},
        {"sec-fetch-dest": "iframe"},
        {"sec-fetch-dest": "image"},
    ):
        assert status({**TAB, **change}) == 403
    for site in ("same-origin", "none"):
        assert status({"sec-fetch-site": site, "sec-fetch-mode": "cors"}) is None


@pytest.mark.parametrize(
    "header", ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"]
)
def test_open_access_is_for_this_machine_and_nobody_behind_a_proxy_on_it(header):
    assert status(mode=Mode.OPEN) is None
    assert status(mode=Mode.OPEN, client="::1") is None
    assert status(mode=Mode.OPEN, client="10.0.0.9") == 403
    assert status(mode=Mode.OPEN, client="") == 403
    assert status({header: "10.0.0.9"}, mode=Mode.OPEN) == 403
    assert status({header: "10.0.0.9"}) is None  # a token decides
