"""A command that ends when the process that started it is gone, however that ended.

`python -m studio_core.cli.processes.parent_watch dashboard --port 8501` runs `studio dashboard`
and ends its process group when standard input reaches its end: the starter holds the other
end of that pipe, and a process that is killed lets go of it too.
"""

from __future__ import annotations

import os
import signal
import sys
import threading

from studio_core.cli import main


def _watch() -> None:
    # os.read and not sys.stdin: its lock would be held while the interpreter shuts down.
    while os.read(0, 1024):
        pass
    os.killpg(0, signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=_watch, name="leash", daemon=True).start()
    sys.argv[0] = "studio"
    main()
