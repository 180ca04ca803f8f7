"""Known vulnerabilities in the locked versions, when the advisory service answers.

`python tests/packaging/audit.py requirements.txt` fails on a finding. Where the service
cannot be reached it says so and does not fail: a build without network must still pass.
"""

from __future__ import annotations

import subprocess
import sys

UNREACHABLE = ("ConnectionError", "ServiceError", "Max retries", "Temporary failure", "timed out")


def main(requirements: str) -> int:
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes"]
    try:
        audit = subprocess.run(
            [*command, "--progress-spinner=off", "--timeout=10", "-r", requirements],
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
        )
    except subprocess.TimeoutExpired:
        print("pip-audit: the advisory service did not answer in time; not audited")
        return 0
    said = audit.stdout + audit.stderr
    if audit.returncode == 0:
        unseen = said.count("could not be audited")
        rest = f"; {unseen} packages not seen by the service" if unseen else ""
        print(f"pip-audit: nothing known{rest}")
        return 0
    if any(word in said for word in UNREACHABLE):
        print("pip-audit: the advisory service cannot be reached; not audited")
        return 0
    print(said)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
