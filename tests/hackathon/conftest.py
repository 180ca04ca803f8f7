"""What the engine's tests share: rosters of any size, and the sandbox's own addresses."""

from __future__ import annotations

import json
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from studio_core.sandbox.serving.server import SandboxServer


class Control:
    """The sandbox's control addresses."""

    def __init__(self, url: str) -> None:
        self._url = url

    def faults(self, **faults: Any) -> None:
        self._send("PUT", "faults", faults)

    def calls(self) -> dict[str, int]:
        calls: dict[str, int] = self._send("GET", "calls")
        return calls

    def reset_calls(self) -> None:
        self._send("DELETE", "calls")

    def _send(self, method: str, path: str, body: object = None) -> Any:
        request = urllib.request.Request(
            f"{self._url}/_sandbox/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)


@pytest.fixture
def control(sandbox: SandboxServer) -> Control:
    return Control(sandbox.url)
