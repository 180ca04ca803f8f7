"""Try the sandbox with outside clients: `python -m tests.clients [NAME …]` (`make clients`).

Each client gets a sandbox with demo data and an environment of its own. Exits with 1 when a
check fails or a client cannot be installed.
"""

from __future__ import annotations

import sys

from studio_core.sandbox.demo import seed_demo
from studio_core.sandbox.serving.server import SandboxServer
from tests.clients.checks import CLIENTS, Check


def checked(name: str) -> list[Check]:
    """Run the checks of one client against a sandbox of its own."""
    with SandboxServer(timescale=0.005) as server:
        where = seed_demo(server.url)
        variables = {**server.environment(), "STUDIO_DOMAIN_ID": where.domain_id}
        try:
            return CLIENTS[name](variables)
        except RuntimeError as error:
            return [Check("is installed", ok=False, detail=str(error))]


def main() -> int:
    """Run the clients that are named, or all; print how many checks each passed."""
    failed = False
    for name in sys.argv[1:] or list(CLIENTS):
        checks = checked(name)
        passed = sum(check.ok for check in checks)
        print(f"{name}: {passed} of {len(checks)} checks passed", flush=True)
        for check in checks:
            if not check.ok:
                failed = True
                print(f"  failed: {check.name}: {check.detail}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
