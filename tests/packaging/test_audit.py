"""The audit fails on what is known, and passes only where nothing can be asked."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.packaging import audit

CLEAN = {"name": "click", "version": "8.2.0", "vulns": []}
KNOWN = {
    "name": "click",
    "version": "8.2.0",
    "vulns": [
        {"id": "X-1", "fix_versions": [], "description": "A ConnectionError, or it timed out."}
    ],
}
UNSEEN = {"name": "ours", "skip_reason": "not on the index"}


@pytest.mark.parametrize(
    ("answer", "result", "said"),
    [
        ((0, [CLEAN, UNSEEN], ""), 0, "1 packages, 0 findings; 1 not seen"),
        ((0, [UNSEEN], ""), 0, "not audited"),
        ((1, [UNSEEN], ""), 1, "not audited"),
        ((1, [CLEAN, KNOWN], "Found 1 known vulnerability"), 1, "X-1"),
        ((1, [KNOWN], "WARNING: ServiceError for another"), 1, "X-1"),
        ((1, None, "requests.exceptions.ConnectionError"), 0, "not audited"),
        ((1, None, "unexpected argument"), 1, "unexpected argument"),
        ((0, None, "ServiceError"), 1, "ServiceError"),
        ((1, [CLEAN], "something else"), 1, "0 findings"),
    ],
)
def test_only_an_unreachable_service_excuses(monkeypatch, capsys, answer, result, said):
    status, packages, error = answer
    out = "" if packages is None else json.dumps({"dependencies": packages})
    ended = subprocess.CompletedProcess([], status, out, error)
    monkeypatch.setattr(subprocess, "run", lambda *_args, **_named: ended)
    assert audit.main("requirements.txt") == result
    assert said in capsys.readouterr().out


def test_a_service_that_never_answers_is_said(monkeypatch, capsys):
    def late(command, **_named):
        raise subprocess.TimeoutExpired(command, 120)

    monkeypatch.setattr(subprocess, "run", late)
    assert audit.main("requirements.txt") == 0
    assert "not audited" in capsys.readouterr().out
