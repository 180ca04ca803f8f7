"""The sandbox as a child process."""

from __future__ import annotations

import json
import urllib.request

import pytest

from studio_core.cli.processes.sandbox import SandboxOptions, running_sandbox


@pytest.mark.usefixtures("_clean_environment")
def test_faults_reach_the_sandbox() -> None:
    with running_sandbox(
        SandboxOptions(empty=True, faults={"latency": 0.001, "rate": None, "seed": 7})
    ) as made:
        url = f"{made['AWS_ENDPOINT_URL']}/_sandbox/faults"
        with urllib.request.urlopen(url, timeout=10) as answer:
            faults = json.load(answer)
    assert (faults["latency"], faults["rate"], faults["seed"]) == (0.001, None, 7)
