"""The Studio backend could be contributed to moto as it is."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

import studio_core.sandbox.studio

FOLDER = Path(studio_core.sandbox.studio.__file__).parent
OURS = "studio_core.sandbox.studio"
ALLOWED = {*sys.stdlib_module_names, "botocore", "moto", "werkzeug"}


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            found.add(str(node.module))
    return found


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.name)
def test_it_imports_moto_and_itself_alone(path: Path) -> None:
    others = {name for name in imports(path) if name.partition(".")[0] not in ALLOWED}
    assert {name for name in others if name != OURS and not name.startswith(f"{OURS}.")} == set()
