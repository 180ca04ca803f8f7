"""An OpenID Connect provider on this machine, a dashboard that uses it, and people who sign in."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from tests.access.serving import Served, serve
from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PEOPLE = [
    {"sub": "ana", "email": "ana@example.com", "email_verified": True},
    {"sub": "bo", "email": "bo@example.com", "email_verified": True},
    {"sub": "eve", "email": "eve@evil.example", "email_verified": True},
    {"sub": "mallory", "email": "ana@example.com", "email_verified": False},
    {"sub": "nameless"},
]


@contextmanager
def provider() -> Iterator[str]:
    """A provider that signs in whoever it is told to; gives its discovery address."""
    port = free_port()
    arguments = [part for person in PEOPLE for part in ("--user-claims", json.dumps(person))]
    process = subprocess.Popen(
        [str(Path(sys.executable).with_name("oidc-provider-mock")), "-p", str(port), *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    discovery = f"http://127.0.0.1:{port}/.well-known/openid-configuration"
    until = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(discovery, timeout=2):
                break
        except OSError:
            assert time.monotonic() < until, "the provider did not start"
            time.sleep(0.1)
    yield discovery
    process.terminate()
    process.wait(10)


def serve_with_sign_in(folder: Path, discovery: str, environ: Mapping[str, str]) -> Served:
    """Start a dashboard whose visitors sign in with the provider."""
    port = free_port()
    (folder / ".streamlit").mkdir()
    (folder / ".streamlit" / "secrets.toml").write_text(
        f"""[auth]
redirect_uri = "http://127.0.0.1:{port}/oauth2callback"
cookie_secret = "a-secret-of-this-test-that-is-long-enough"
client_id = "studio"
client_secret = "of-the-test"
server_metadata_url = "{discovery}"
"""
    )
    return serve(folder, environ=environ, port=port)


def sign_in(served: Served, subject: str) -> str:
    """Sign in as a browser does; gives the cookies that it then sends."""
    with httpx.Client(follow_redirects=True, timeout=30) as browser:
        form = browser.get(f"{served.url}/_access")
        assert "authorize" in str(form.url), form.url
        browser.post(form.url, data={"sub": subject})
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.cookies.jar)
