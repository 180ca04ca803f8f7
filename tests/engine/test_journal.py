"""The journal of a run."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from bench.world import people
from studio_core.engine.journal import Journal, journal_path
from studio_core.errors import StudioError
from studio_core.model.runs import Outcome, Result

from .fakes import plan, profile

if TYPE_CHECKING:
    from pathlib import Path

    from studio_core.hackathon import Hackathon


def test_the_journal_tells_the_run_and_outlives_the_purge(
    hackathon: Hackathon, tmp_path: Path
) -> None:
    hackathon.run(hackathon.propose_setup(people(3, 1)))
    list(hackathon.links())
    hackathon.run(hackathon.propose_purge())
    runs = tmp_path / "state" / "runs"
    [purge], [setup] = runs.glob("*-purge-*"), runs.glob("*-setup-*")
    lines = [json.loads(line) for line in setup.read_text().splitlines()]
    assert lines[0]["who"] == "ana@laptop"
    assert {line["name"] for line in lines if line["fact"] == "step"} >= {"person00000", "team-1"}
    assert lines[-1]["fact"] == "end"
    assert lines[-1]["ok"] is True
    assert "http" not in setup.read_text() + purge.read_text()
    assert setup.stat().st_mode & 0o077 == 0


def test_a_line_is_a_fact_and_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    now = datetime(2026, 11, 22, 10, 15, 30, 123456, tzinfo=UTC)
    path = journal_path(tmp_path / "state", plan(), "laptop/1:7:abcdef123456", now)
    assert path == tmp_path / "state" / "runs" / "20261122T101530-demo-setup-123456.jsonl"
    journal = Journal(path, lambda: now)
    journal.begin(plan(profile("zoë"), profile("bo")), "run-1", "Ana Müller")
    journal.outcome(Outcome(profile("zoë"), Result.DONE))
    journal.outcome(Outcome(profile("bo"), Result.FAILED, "no capacity"))
    lines = path.read_text(encoding="utf-8").splitlines()
    at = "2026-11-22T10:15:30.123+00:00"
    step = {"at": at, "fact": "step", "action": "create", "kind": "profile"}
    assert [json.loads(line) for line in lines] == [
        {
            "at": at,
            "fact": "begin",
            "run": "run-1",
            "who": "Ana Müller",
            "purpose": "setup",
            "scope": "event",
            "event": "demo",
            "account": "123456789012",
            "region": "eu-west-1",
            "domain": "d-1",
            "changes": 2,
        },
        {**step, "name": "zoë", "result": "done"},
        {**step, "name": "bo", "result": "failed", "reason": "no capacity"},
    ]
    assert "zoë" in lines[1]
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_journal_that_cannot_be_written_is_told_with_the_cause(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file in its place")
    journal = Journal(tmp_path / "runs" / "x.jsonl", lambda: datetime.now(UTC))
    with pytest.raises(StudioError, match="cannot be written: File exists") as caught:
        journal.write("end")
    assert caught.value.remedy
