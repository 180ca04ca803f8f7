"""No input causes a 500, and no violation of the model is accepted."""

from __future__ import annotations

import pytest

from bench import fuzz
from bench.fuzzer import Fuzzer, Sent
from bench.wire import Answer


@pytest.mark.parametrize("seed", [1, 2])
def test_five_hundred_requests(seed: int) -> None:
    tally = fuzz.run(500, seed)
    assert tally.wrong == []
    assert set(tally.requests) == {".".join(each) for each in fuzz.operations()}
    assert {"type", "bounds", "pattern", "enum", "missing", "null", "extra"} <= set(tally.kinds)


def test_the_fuzzer_knows_a_valid_request_of_every_operation_of_ours() -> None:
    fuzzer = Fuzzer(1, "d-abc")
    for (service, operation), checked in fuzz.operations().items():
        if checked:
            sent = [fuzzer.request(service, operation, checked=True).kind for _ in range(100)]
            assert {"valid", "extra"} & set(sent), operation


@pytest.mark.parametrize(
    ("kind", "status", "body", "list_name"),
    [
        ("type", 200, {}, "accepted"),
        ("enum", 400, {"__type": "ResourceNotFound"}, "accepted"),
        ("valid", 500, {}, "server_errors"),
        (
            "valid",
            400,
            {"__type": "ValidationException", "message": "1 validation error detected: …"},
            "refused",
        ),
    ],
)
def test_the_fuzzer_sees_what_is_wrong(
    kind: str, status: int, body: dict[str, str], list_name: str
) -> None:
    tally = fuzz.Tally()
    sent = Sent("sagemaker", "DescribeDomain", kind, {}, checked=True)
    fuzz.judge(tally, sent, Answer(status, {"x-amzn-requestid": "1"}, body))
    assert len(getattr(tally, list_name)) == len(tally.wrong) == 1
