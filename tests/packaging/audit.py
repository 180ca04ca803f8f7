"""Known vulnerabilities in the locked versions, when the advisory service answers.

`python tests/packaging/audit.py requirements.txt` fails on a finding. Where the service
cannot be reached it says so and does not fail: a build without network must still pass.
"""

from __future__ import annotations

import json
import subprocess
import sys

UNREACHABLE = ("ConnectionError", "ServiceError", "Max retries", "Temporary failure", "timed out")


def main(*requirements: str) -> int:
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes"]
    command += ["--progress-spinner=off", "--timeout=10", "--format=json"]
    try:
        audit = subprocess.run(
            [*command, *(word for file in requirements for word in ("-r", file))],
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
        )
    except subprocess.TimeoutExpired:
        print("pip-audit: the advisory service did not answer in time; not audited")
        return 0
    try:
        packages = json.loads(audit.stdout)["dependencies"]
    except (ValueError, KeyError):
        if audit.returncode and any(word in audit.stderr for word in UNREACHABLE):
            print("pip-audit: the advisory service cannot be reached; not audited")
            return 0
        print(audit.stdout + audit.stderr)
        return 1
    return report(packages, failed=bool(audit.returncode))


def report(packages: list[dict], *, failed: bool) -> int:
    """Print what is known about the packages; fail where pip-audit failed or knows something."""
    found = [(p, v) for p in packages for v in p.get("vulns", ())]
    for package, known in found:
        fixed = ", ".join(known["fix_versions"]) or "no version yet"
        print(f"{package['name']} {package['version']}: {known['id']}, fixed in {fixed}")
    unseen = [p for p in packages if "skip_reason" in p]
    rest = f"; {len(unseen)} not seen by the service" if unseen else ""
    if packages and len(unseen) == len(packages):
        print("pip-audit: the advisory service has none of these packages; not audited")
        return int(failed)
    print(f"pip-audit: {len(packages) - len(unseen)} packages, {len(found)} findings{rest}")
    return int(bool(found) or failed)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
