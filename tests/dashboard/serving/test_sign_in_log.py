"""Sign-ins: in the file whatever AWS does, and in the audit table when it answers."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from studio_core import config
from studio_core.access.roles import Actor, Role
from studio_core.clock import utcnow
from studio_core.dashboard.serving import sign_in_log
from studio_core.dashboard.serving.sign_in_log import SignInLog
from studio_core.errors import StudioError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from studio_core.audit import AuditEntry
    from studio_core.hackathon import Hackathon

BO = Actor("bo@example.com", Role.NOBODY, "dashboard", "10.0.0.9")
REFUSED = "refused: wrong token"


def test_sign_ins_are_in_the_table_too(make_hackathon: Callable[..., Hackathon], tmp_path: Path):
    hackathon = make_hackathon(audit_table="studio-cli-audit")
    hackathon.ensure_table()
    config.save(hackathon.settings)
    log = SignInLog(tmp_path / "gate", clock=utcnow)
    noted = log.note(BO, "sign-in", outcome=REFUSED)
    log._waiting.join()
    assert [entry.id for entry in log.entries()] == [noted.id]
    assert noted.event == hackathon.settings.event
    there = hackathon.recorded()[0]
    assert (there.id, there.actor, there.outcome) == (noted.id, BO, REFUSED)
    assert [one.problems for one in hackathon.verify_audit()] == [(), ()]


@pytest.mark.parametrize("settings", ["", "audit-table = 'nobody-made-this'\nregion = 'eu-west-1'"])
def test_a_table_that_is_away_leaves_them_in_the_file(
    sandbox: object, tmp_path: Path, settings: str
):
    config.config_path().write_text(settings)
    log = SignInLog(tmp_path, clock=utcnow)
    log.note(BO, "sign-in", outcome="let in")
    log.note(BO, "sign-in", outcome=REFUSED)
    log._waiting.join()
    assert [e.outcome for e in log.entries()] == [REFUSED, "let in"]


def test_what_the_file_does_not_take_is_said(tmp_path: Path):
    (tmp_path / "audit.jsonl").mkdir()
    with pytest.raises(StudioError, match="cannot be written"):
        SignInLog(tmp_path, clock=utcnow).note(BO, "sign-in")


def test_all_that_is_told_of_a_sign_in_is_kept(tmp_path: Path):
    log = SignInLog(tmp_path, clock=utcnow)
    log.note(BO, "sign-in", subject="a page", outcome="let in", event="spring", tab=2)
    (kept,) = log.entries()
    assert (kept.actor, kept.deed, kept.subject) == (BO, "sign-in", "a page")
    assert (kept.outcome, kept.event) == ("let in", "spring")
    assert {name: str(value) for name, value in kept.details.items()} == {"tab": "2"}
    log.note(BO, "sign-out")
    assert log.entries()[0].outcome == "done"


def test_sign_ins_wait_for_a_table_that_is_slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    go_on, written = threading.Event(), []

    class Slow:
        def write(self, entry: AuditEntry) -> None:
            go_on.wait(10)
            written.append(entry.id)

    monkeypatch.setattr(sign_in_log, "_table", lambda *_: Slow())
    config.save(config.Settings(region="eu-west-1", audit_table="slow"))
    log = SignInLog(tmp_path, clock=utcnow)
    noted = [log.note(BO, "sign-in").id for _ in range(30)]
    go_on.set()
    log._waiting.join()
    assert written == noted
