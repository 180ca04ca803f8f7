"""docs/sandbox.md says what the code does."""

from __future__ import annotations

import ast
from dataclasses import fields
from pathlib import Path

import pytest
from moto.core.utils import get_service_model

import studio_core.sandbox
from studio_core.sandbox.serving import control_page
from studio_core.sandbox.serving.control import Control
from studio_core.sandbox.serving.faults import Faults
from studio_core.sandbox.studio import lifecycle
from studio_core.sandbox.studio.responses import STUDIO_OPERATIONS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "sandbox.md"
BESIDE = {
    "GetServiceQuota": "service-quotas",
    "ListServiceQuotas": "service-quotas",
    "GetAWSDefaultServiceQuota": "service-quotas",
    "ListAWSDefaultServiceQuotas": "service-quotas",
    "GetResources": "resourcegroupstaggingapi",
    "GetProducts": "pricing",
    "SimulatePrincipalPolicy": "iam",
}


def table(heading: str) -> list[list[str]]:
    """Give the rows of the table under a heading, without its head."""
    section = PAGE.read_text().partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    assert rows, heading
    return [[cell.strip().strip("`") for cell in row] for row in rows[2:]]


def test_every_operation_stands_in_the_table_with_the_errors_of_the_model() -> None:
    rows = table("Operations")
    told = {row[0]: row[1] for row in rows}
    assert len(told) == len(rows)
    expected = {}
    for operation in (*STUDIO_OPERATIONS, *BESIDE):
        model = get_service_model(BESIDE.get(operation, "sagemaker")).operation_model(operation)
        expected[operation] = ", ".join(sorted(shape.error_code for shape in model.error_shapes))
    assert told == expected
    assert all(len(row) == 5 for row in rows)


def test_faults_and_their_defaults() -> None:
    empty = {"burst": "the rate", "operations": "all"}

    def written(name: str, value: object) -> str:
        if value is None or value in ((), {}):
            return empty.get(name, "none")
        return str(value).lower()

    told = {row[0]: row[1] for row in table("Faults")}
    assert list(told) == [each.name for each in fields(Faults)]
    assert told == {name: written(name, getattr(Faults(), name)) for name in told}


def test_durations() -> None:
    assert {row[0]: float(row[1]) for row in table("Time")} == lifecycle.SECONDS


def test_control_addresses() -> None:
    control = Control("999999999999", progression="immediate", timescale=1)
    known = {f"{method} /_sandbox/{name}" for method, name in control._handlers}
    known |= {f"GET {control_page.ADDRESS}", f"POST {control_page.ACT}"}
    assert {row[0] for row in table("Control")} == known


def texts() -> set[str]:
    """Give every string of the sandbox's source, with a … for each value put into it."""
    found = set()
    for path in Path(studio_core.sandbox.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.JoinedStr):
                parts = [
                    part.value if isinstance(part, ast.Constant) else "…" for part in node.values
                ]
                found.add("".join(map(str, parts)))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


@pytest.mark.parametrize("text", [row[0] for row in table("Texts")])
def test_texts_are_those_of_the_source(text: str) -> None:
    assert text in texts()
