"""The visitor of a page: checked when something acts, whoever the browser belongs to by then."""

from __future__ import annotations

import ast
from pathlib import Path
from unittest.mock import patch

import pytest

from studio_core import config
from studio_core.access.roles import Role
from studio_core.config import Settings
from studio_core.dashboard import visitor
from studio_core.dashboard.serving.passes import Pass
from studio_core.dashboard.serving.visits import kept
from studio_core.errors import GuardError

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = [*(ROOT / "pages").glob("*.py"), *(ROOT / "studio_core/dashboard").rglob("*.py")]


def drawn_by(role, name="ana@example.com", *, of_token=True):
    """A download that was offered on a page of this visitor, and the visit."""
    _, visit = kept().begin("k", role if of_token else None, name, "")
    found = Pass(role, visit.until, visit.who, "", visit.id)
    with patch.object(visitor, "_pass", lambda: found):
        return visitor.deferred(lambda: b"links"), visit


def test_a_download_is_made_while_the_visit_goes_on_and_not_after():
    make, visit = drawn_by(Role.ORGANISER)
    assert make() == b"links"
    kept().end(visit.id)
    with pytest.raises(GuardError, match="visit is over"):
        make()


def test_a_download_of_an_organiser_is_not_made_for_one_who_became_a_helper():
    config.save(Settings(organisers="ana@example.com"))
    make, _ = drawn_by(Role.ORGANISER, of_token=False)
    assert make() == b"links"
    for settings in (Settings(helpers="ana@example.com"), Settings(organisers="bo@example.com")):
        config.save(settings)
        with pytest.raises(GuardError, match="role has changed"):
            make()


def test_a_page_served_without_the_gate_offers_nothing():
    make = visitor.deferred(lambda: b"links")
    with pytest.raises(GuardError):
        make()


def test_every_download_that_is_made_at_the_click_is_checked():
    """A file that is made when the page is drawn needs no check: its address is the visit's own."""
    offered = 0
    for script in SCRIPTS:
        for node in ast.walk(ast.parse(script.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "st.download_button":
                offered += 1
                data = node.args[1]
                assert isinstance(data, ast.Call), f"{script}:{node.lineno} passes a function"
    assert offered >= 9
