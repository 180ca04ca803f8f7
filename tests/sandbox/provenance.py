"""Table of what the sandbox knows from AWS and what it invents: from its docstrings.

Docstrings have lines `Known: WHAT [SOURCE].` and `Invented: WHAT.`, which can go on over
several lines. `python -m tests.sandbox.provenance` writes the table into `docs/sandbox.md`;
a test fails when it is stale.
"""

from __future__ import annotations

import ast
import inspect
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "studio_core" / "sandbox"
PAGE = ROOT / "docs" / "sandbox.md"
BEGIN, END = "<!-- provenance: generated -->", "<!-- provenance: end -->"

_ENTRY = re.compile(r"(Known|Invented): (.+?)(?=\n\n|\n[A-Z][a-z]+: |\Z)", re.DOTALL)
_SOURCE = re.compile(r"(.+) \[([^]]+)\]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One behaviour; `source` is None for an invented one."""

    where: str
    what: str
    source: str | None


def docstrings(path: Path) -> Iterator[tuple[str, ast.AST, str]]:
    """Yield name, node and text of every docstring, those of constants among them."""
    module = ast.parse(path.read_text(encoding="utf-8"))
    if text := ast.get_docstring(module):
        yield "", module, text
    yield from _inside(module, "")


def _inside(parent: ast.AST, prefix: str) -> Iterator[tuple[str, ast.AST, str]]:
    body = getattr(parent, "body", [])
    for before, node in zip([None, *body], body, strict=False):
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            name = f"{prefix}{node.name}"
            yield name, node, ast.get_docstring(node) or ""
            yield from _inside(node, f"{name}.")
        elif _is_text(node) and isinstance(before, ast.Assign | ast.AnnAssign):
            targets = before.targets if isinstance(before, ast.Assign) else [before.target]
            text = inspect.cleandoc(node.value.value)  # type: ignore[attr-defined]
            yield f"{prefix}{ast.unparse(targets[0])}", node, text


def _is_text(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def entries_of(where: str, text: str) -> Iterator[Entry]:
    """Yield the entries of a docstring.

    Raises:
        ValueError: something known has no source.
    """
    for kind, words in _ENTRY.findall(text):
        what = " ".join(words.split()).removesuffix(".")
        sourced = _SOURCE.fullmatch(what)
        if kind == "Known" and sourced is None:
            raise ValueError(f"{where}: no source: {what}")
        if kind == "Known" and sourced is not None:
            yield Entry(where, sourced[1], sourced[2])
        else:
            yield Entry(where, what, None)


def entries() -> list[Entry]:
    """Return the entries of the whole sandbox, in the order of its files."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        module = path.relative_to(PACKAGE).with_suffix("").as_posix().replace("/", ".")
        for name, _, text in docstrings(path):
            found += entries_of(f"{module}.{name}".removesuffix("."), text)
    return found


def table() -> str:
    """Return the table as Markdown."""
    rows = [
        f"| `{each.where}` | {each.what.replace('|', '&#124;')} | {each.source or 'invented'} |"
        for each in entries()
    ]
    return "\n".join(["| Where | Behaviour | Source |", "| --- | --- | --- |", *rows])


def page() -> str:
    """Return the documentation page with the table of now."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
