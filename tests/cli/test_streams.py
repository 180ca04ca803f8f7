"""Closed and full standard streams, in processes of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Process


def shell(process: Process, redirect: str) -> subprocess.CompletedProcess[str]:
    command = f"exec {sys.executable} -m studio_core.cli get-conf {redirect}"
    return subprocess.run(
        ["/bin/sh", "-c", command],
        env=process.environ,
        text=True,
        capture_output=True,
        timeout=60,
        check=False,
    )


def test_a_closed_standard_output_is_no_traceback(process: Process) -> None:
    done = shell(process, ">&-")
    assert "Traceback" not in done.stderr
    assert "AttributeError" not in done.stderr
    assert done.returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a full device")
def test_a_result_that_cannot_be_written_is_said_and_is_a_failure(process: Process) -> None:
    done = shell(process, ">/dev/full")
    assert done.returncode == 1
    assert "No space left" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("redirect", ["2>&-", "2>&1 | head -0", ">/dev/null 2>&1"])
def test_a_closed_standard_error_changes_nothing(process: Process, redirect: str) -> None:
    done = shell(process, redirect)
    assert done.returncode in {0, 1}
    assert "Traceback" not in done.stdout + done.stderr
