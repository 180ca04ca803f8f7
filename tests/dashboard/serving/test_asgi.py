"""The app that `streamlit run` serves: the gate around Streamlit, our headers on its answers."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

from studio_core.audit import Audit
from studio_core.clock import utcnow
from studio_core.dashboard.serving import launch
from tests.dashboard.serving.browser import Browser

TOKEN = "a-token-of-this-test-0123456789"


def test_the_gate_and_our_headers_are_around_streamlit(monkeypatch, tmp_path):
    folder, other = str(Path(launch.__file__).parent), str(tmp_path)
    monkeypatch.setattr(sys, "path", [folder, other, *sys.path])
    monkeypatch.setenv("STUDIO_TOKEN", TOKEN)
    monkeypatch.setenv("STUDIO_STATE", str(tmp_path / "state"))
    monkeypatch.delitem(sys.modules, "studio_core.dashboard.serving.asgi", raising=False)
    served = import_module("studio_core.dashboard.serving.asgi")
    # Modules beside it, such as `headers`, hide no others; the rest of the path stays.
    assert folder not in sys.path
    assert other in sys.path

    browser = Browser(served.app)
    assert browser.get("/", headers={"accept": "text/html"}).status_code == 401
    health = browser.get("/_stcore/health")
    assert (health.status_code, health.text) == (200, "ok")
    assert health.headers["x-frame-options"] == "DENY"
    assert browser.get(f"/?token={TOKEN}").status_code == 303
    audit = Audit(tmp_path / "state", clock=utcnow)
    assert [(entry.deed, entry.outcome) for entry in audit.entries()] == [("sign-in", "let in")]
