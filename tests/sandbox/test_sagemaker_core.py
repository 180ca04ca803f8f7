"""Conformance: sagemaker-core's resources, which wait, list and delete in their own way.

The package cannot live beside Streamlit (both pin protobuf), so it has an environment of
its own at the root, built from `requirements-conformance.txt` when it is missing.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from studio_core.sandbox.demo import control
from studio_core.sandbox.serving.server import SandboxServer
from tests.sandbox.conftest import client, make_domain

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / ".venv-conformance"
LOCK = ROOT / "requirements-conformance.txt"
STAMP = HOME / ".installed"


@pytest.fixture(scope="session")
def python() -> Path:
    """The interpreter that has sagemaker-core; built once, by one test process."""
    interpreter = HOME / "bin" / "python"
    HOME.mkdir(exist_ok=True)
    with (HOME / ".building").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not STAMP.exists() or STAMP.stat().st_mtime < LOCK.stat().st_mtime:
            subprocess.run([sys.executable, "-m", "venv", str(HOME)], check=True)
            pip = [str(interpreter), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
            subprocess.run([*pip, "--require-hashes", "-r", str(LOCK)], check=True)
            STAMP.touch()
    return interpreter


def test_sagemaker_core_cannot_tell(python: Path, tmp_path: Path) -> None:
    with SandboxServer(progression="immediate") as server:
        domain_id = make_domain(client(server.url))
        control(server.url, "PUT", "clock", {"progression": "time", "timescale": 0.01})
        script, answer = Path(__file__).with_name("sagemaker_core_client.py"), tmp_path / "seen"
        done = subprocess.run(
            [str(python), str(script), domain_id, str(answer)],
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(tmp_path),
                "TERM": "dumb",
                **server.environment(),
            },
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        seen = json.loads(answer.read_text())
    assert {seen.pop("created as"), seen.pop("started as")} <= {"Pending", "InService"}
    assert seen == {
        "domain": ["hackathon", "InService", "IAM"],
        "tags": [["studio-cli:event", "core"]],
        "profiles": [f"person-{n}" for n in range(12)],
        "spaces": ["team-1"],
        "create": "ValidationException",  # the package's own doing, see the script
        "again": "ResourceInUse",
        "instance": "ml.t3.medium",
        "apps": [["default", "InService"]],
        "held": ["ResourceInUse", "ResourceInUse"],
        "left": [0, 0, ["Deleted"]],
    }
