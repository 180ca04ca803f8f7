"""The run against a real account, tried on the sandbox: it asks first, and sees differences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bench.wire import Answer
from tests.clients import conformance
from tests.sandbox.aws import NEVER, SAFE

if TYPE_CHECKING:
    from studio_core.sandbox.serving.server import SandboxServer


@pytest.fixture(autouse=True)
def _variables(served: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in served.environment().items():
        monkeypatch.setenv(name, value)


def test_nothing_is_sent_unless_confirmed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conformance, "send", lambda *_: pytest.fail("sent"))
    assert conformance.main() == 0
    said = capsys.readouterr().out
    assert f"{len(SAFE)} requests" in said
    assert "Cost: 0 USD" in said
    assert "Left behind: nothing" in said
    assert "Nothing was sent" in said


def test_the_sandbox_answers_as_itself(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONFIRM", "yes")
    assert conformance.main() == 0
    assert f"{len(SAFE)} of {len(SAFE)} as the sandbox" in capsys.readouterr().out


def test_differences_are_named() -> None:
    other = Answer(403, {}, {"__type": "AccessDeniedException", "message": "no"})
    assert conformance.differences(SAFE[0], other) == [
        "status 403, not 400",
        "code AccessDeniedException, not SerializationException",
        f"text 'no', not {SAFE[0].text!r}",
        "no request id",
    ]


def test_every_test_says_when_it_was_last_validated(request: pytest.FixtureRequest) -> None:
    mark = request.node.get_closest_marker("aws_validated")
    assert mark.args == (NEVER,)
