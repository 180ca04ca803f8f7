"""Exit when the parent process dies.

`python -m studio_core.cli.processes.parent_watch dashboard --port 8501` runs `studio dashboard`
and terminates its process group at the end of standard input. The parent has the other end of
that pipe, which the system closes when the parent is killed.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading


def _watch() -> None:
    # os.read, not sys.stdin, whose lock would be taken while the interpreter shuts down.
    while os.read(0, 1024):
        pass
    os.killpg(0, signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=_watch, name="parent-watch", daemon=True).start()
    sys.argv[0] = "studio"
    runpy.run_module("studio_core.cli", run_name="__main__")
