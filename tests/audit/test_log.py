"""The record: complete, only added to, without credentials, kept after everything is gone."""

from __future__ import annotations

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from studio_core.access.roles import Actor, Role
from studio_core.audit import COLUMNS, Audit, audit_csv
from studio_core.errors import StudioError
from studio_core.roster import read_table

if TYPE_CHECKING:
    from pathlib import Path

ANA = Actor("ana@example.com", Role.ORGANISER, "dashboard", "10.0.0.1")
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def audit(folder: Path, sink=None) -> Audit:
    return Audit(folder, clock=lambda: NOW, sink=sink)


def test_entries_are_read_back_as_they_were_noted(tmp_path: Path):
    log = audit(tmp_path)
    noted = [
        log.note(ANA, "links asked for", subject="team ü\n1", people="a b", number=2, event="e"),
        log.note(Actor("x"), "sign-in", outcome="refused: wrong token"),
    ]
    assert log.entries() == list(reversed(noted))
    assert log.entries(1) == noted[1:]
    assert log.entries()[1].details == {"people": "a b", "number": "2"}


def test_the_file_is_for_its_owner_alone_and_only_grows(tmp_path: Path):
    log = audit(tmp_path / "deep" / "er")
    log.note(ANA, "first")
    before = log.path.read_bytes()
    log.note(ANA, "second")
    assert log.path.read_bytes().startswith(before)
    assert stat.S_IMODE(log.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(log.path.parent.stat().st_mode) == 0o700


def test_many_writers_leave_whole_lines(tmp_path: Path):
    logs = [audit(tmp_path) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: logs[n % 8].note(ANA, f"deed {n}", pad="x" * 2000), range(200)))
    lines = (tmp_path / "audit.jsonl").read_text().splitlines()
    assert {json.loads(line)["deed"] for line in lines} == {f"deed {n}" for n in range(200)}


def test_a_broken_line_does_not_hide_the_others(tmp_path: Path):
    log = audit(tmp_path)
    log.note(ANA, "first")
    with log.path.open("a") as file:
        file.write('{"at": "half a li\n[]\n{}\n')
    log.note(ANA, "last")
    deeds = [entry.deed for entry in log.entries()]
    assert deeds == ["last", *["malformed entry"] * 3, "first"]


def test_long_records_are_read_from_their_end(tmp_path: Path):
    log = audit(tmp_path)
    for number in range(300):
        log.note(ANA, f"deed {number}", pad="ü" * (number * 7 % 1500))
    assert log.path.stat().st_size > 3 * 65536
    everything = [entry.deed for entry in log.entries()]
    assert everything == [f"deed {number}" for number in reversed(range(300))]
    assert [entry.deed for entry in log.entries(3)] == everything[:3]


def test_what_cannot_be_recorded_is_said(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StudioError, match="cannot be written"):
        audit(tmp_path / "file").note(ANA, "deed")


def test_exports_run_no_formula_and_read_back(tmp_path: Path):
    log = audit(tmp_path)
    log.note(Actor("=cmd|'/c calc'!A1"), "+deed", subject="@x", outcome="-1")
    text = audit_csv(log.entries())
    assert "\r\n" in text
    for cell in ("=cmd", "+deed", "@x", "-1"):
        assert f",{cell}" not in text
    table = read_table(text.encode(), "audit.csv")
    assert table.rows[1].cells[2] == "=cmd|'/c calc'!A1"
    assert text.startswith(",".join(COLUMNS))
