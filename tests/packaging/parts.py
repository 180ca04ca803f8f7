"""The parts of a release, with their hashes, as a CycloneDX document (SBOM).

`python tests/packaging/parts.py dist/studio-cli.cdx.json`
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def write(path: Path) -> None:
    """List what the wheel needs, from the locked requirements, the same for the same lock."""
    command = [sys.executable, "-m", "cyclonedx_py", "requirements", "requirements.txt"]
    command += ["--pyproject", "pyproject.toml", "--mc-type", "application"]
    command += ["--output-reproducible", "--validate", "--output-file", str(path.resolve())]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
    print(f"{sys.argv[1]}: the parts and their hashes")
