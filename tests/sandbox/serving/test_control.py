"""The sandbox's control addresses."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from studio_core.sandbox.serving.server import SandboxServer


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_unknown_control_addresses_are_not_found(served: SandboxServer, method: str) -> None:
    request = urllib.request.Request(f"{served.url}/_sandbox/nothing", method=method, data=b"{}")
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    with refused.value as answer:
        assert answer.code == 404
        assert "not an address" in json.load(answer)["error"]
