"""Modules and pages stay small enough to be read at once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.packaging.diagram import ROOT

if TYPE_CHECKING:
    from pathlib import Path

MODULE, PAGE, EXPLAINED = 300, 100, 250
LONGER = {
    "aws.operations",  # a data table
    "config",  # every setting with its rules
    "hackathon.hackathon",  # a method for each thing that can be asked
}
"""Modules that may be longer, by name; each is explained in docs/architecture.md."""


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def sizes() -> dict[str, int]:
    core = ROOT / "studio_core"
    return {
        ".".join(path.relative_to(core).with_suffix("").parts): lines(path)
        for path in core.rglob("*.py")
    }


def test_modules_stay_within_300_lines() -> None:
    assert {name for name, size in sizes().items() if size > MODULE} == LONGER


def test_pages_stay_within_100_lines() -> None:
    pages = [ROOT / "streamlit_app.py", *(ROOT / "pages").glob("*.py")]
    assert len(pages) > 1
    assert {page.name: lines(page) for page in pages if lines(page) > PAGE} == {}


def test_every_module_over_250_lines_is_explained() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    section = text.partition("\n## Modules over 250 lines\n")[2].partition("\n## ")[0]
    told = re.findall(r"^\| `([a-z_.]+)` \| .+ \|$", section, re.MULTILINE)
    assert told == sorted(name for name, size in sizes().items() if size > EXPLAINED)
