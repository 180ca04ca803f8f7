"""Try a wheel as a stranger would: `python tests/packaging/try_wheel.py dist`.

In a clean environment without this checkout: `studio --version`, pages and templates at their
place, no stray file, and a dashboard that answers from an empty folder.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main(dist: Path) -> int:
    wheel = max(dist.glob("studio_cli-*.whl"), key=lambda path: path.stat().st_mtime)
    check_names(wheel)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        venv.create(home / "env", with_pip=True)
        binaries = home / "env" / ("Scripts" if os.name == "nt" else "bin")
        pip = [str(binaries / "python"), "-m", "pip", "install", "-q"]
        locked = ["--require-hashes", "-r", str(ROOT / "requirements.txt")]
        subprocess.run([*pip, *locked], check=True)
        subprocess.run([*pip, "--no-deps", str(wheel)], check=True)
        empty = home / "anywhere"
        empty.mkdir()
        environment = {
            "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(home),
            "STUDIO_CONFIG": str(home / "config.toml"),
        }
        version = subprocess.run(
            ["studio", "--version"], cwd=empty, env=environment, check=True, capture_output=True
        )
        print(version.stdout.decode().strip())
        check_dashboard(empty, environment)
    print(f"{wheel.name}: works from an empty folder")
    return 0


def check_names(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    pages = {f"studio_core/_app/pages/{path.name}" for path in (ROOT / "pages").glob("*.py")}
    templates = {
        path.relative_to(ROOT).as_posix() for path in ROOT.glob("studio_core/**/templates/*")
    }
    assert templates, "no templates in the checkout"
    wanted = {
        "studio_core/_app/streamlit_app.py",
        "studio_core/_app/.streamlit/config.toml",
        *pages,
        *templates,
    }
    assert wanted <= names, f"missing: {sorted(wanted - names)}"
    tops = {name.split("/")[0] for name in names}
    assert {t for t in tops if not t.endswith(".dist-info")} == {"studio_core"}, tops
    assert "studio_core/py.typed" in names
    stray = [name for name in names if name.endswith((".pyc", ".log", ".toml.bak"))]
    assert not stray, stray


def check_dashboard(folder: Path, environment: dict[str, str]) -> None:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    server = subprocess.Popen(
        ["studio", "dashboard", "--port", str(port)],
        cwd=folder,
        env={**environment, "STUDIO_TOKEN": "a-token-for-this-trial-only"},
        start_new_session=True,
    )
    # The token is exchanged for a cookie, so a visitor needs to keep one.
    visitor = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                address = f"http://127.0.0.1:{port}/?token=a-token-for-this-trial-only"
                with visitor.open(address, timeout=5) as page:
                    assert b"<title>" in page.read()
                    return
            except (urllib.error.URLError, ConnectionError):
                assert server.poll() is None, "the dashboard ended"
                assert time.monotonic() < deadline, "the dashboard does not answer"
                time.sleep(0.3)
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(20)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
