"""Virtual environments for outside clients, kept under `.artifacts/clients`."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".artifacts" / "clients"


def run(
    *command: str | Path, cwd: Path | None = None, **env: str
) -> subprocess.CompletedProcess[str]:
    """Run a command and return what it printed; the exit status is for the caller to judge."""
    return subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env={**os.environ, **env},
    )


def environment(name: str, *requirements: str) -> Path:
    """Create an environment with these requirements unless it exists; return its folder.

    Raises:
        RuntimeError: pip could not install them.
    """
    folder = FOLDER / name
    digest = hashlib.sha256("\n".join((sys.version, *requirements)).encode()).hexdigest()
    stamp = folder / "requirements.sha256"
    if stamp.exists() and stamp.read_text() == digest:
        return folder
    subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
    python = folder / "bin" / "python"
    installed = run(python, "-m", "pip", "install", "--quiet", *requirements)
    if installed.returncode:
        raise RuntimeError(f"pip could not install {name}: {installed.stderr[-2000:]}")
    stamp.write_text(digest)
    return folder
