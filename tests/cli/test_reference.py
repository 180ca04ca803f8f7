from __future__ import annotations

from pathlib import Path

from studio_core.cli.reference import reference_page

DOCS = Path(__file__).parents[2] / "docs" / "cli.md"


def test_the_reference_page_is_what_the_commands_say() -> None:
    assert DOCS.read_text(encoding="utf-8") == reference_page(), (
        "stale: run `python -m studio_core.cli.reference docs/cli.md`"
    )
