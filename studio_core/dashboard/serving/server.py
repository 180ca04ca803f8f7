"""Run Streamlit's server with our limits on connections, in the process that `launch` starts.

Streamlit makes uvicorn's settings itself and leaves out which protocol class it takes, so that
uvicorn takes the one that it lists as automatic.
"""

from __future__ import annotations

import sys
from pathlib import Path

from streamlit.web import cli
from uvicorn.config import HTTP_PROTOCOLS

from studio_core.portal.connections import LimitedProtocol

SCRIPT = Path(__file__).with_name("asgi.py")


def main() -> None:
    """Serve the dashboard with Streamlit's options from the command line."""
    HTTP_PROTOCOLS["auto"] = f"{LimitedProtocol.__module__}:{LimitedProtocol.__qualname__}"
    cli.main(["run", str(SCRIPT), *sys.argv[1:]], prog_name="streamlit")


if __name__ == "__main__":
    main()
