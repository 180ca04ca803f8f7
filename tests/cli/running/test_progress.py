from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from studio_core.cli.running import progress
from studio_core.engine.progress import Progress
from studio_core.model.plans import Purpose

if TYPE_CHECKING:
    import pytest


def _progress(done: int, *, ended: bool = False) -> Progress:
    return Progress(
        run_id="run",
        purpose=Purpose.SETUP,
        owner="ana@laptop",
        stage="running",
        done=done,
        total=52,
        by_kind={"profile": (done, 0, 44), "space": (0, 0, 8)},
        waiting=0,
        recent=(),
        started_at=datetime(2026, 5, 1, tzinfo=UTC),
        ended=ended,
        cancelling=False,
    )


def test_a_pipe_has_a_line_now_and_then(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = 100.0
    monkeypatch.setattr(progress.time, "monotonic", lambda: now)
    lines = progress._Lines()
    for second, done in enumerate(range(0, 44, 2)):
        now = 100.0 + second
        lines.show(_progress(done))
    now = 200.0
    lines.show(_progress(52, ended=True))
    assert capsys.readouterr().err.splitlines() == [
        "20 of 52: profiles 20 of 44 and spaces 0 of 8.",
        "40 of 52: profiles 40 of 44 and spaces 0 of 8.",
    ]
