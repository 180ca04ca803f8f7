"""Each promise of docs/security.md names tests that prove it, and they exist."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "security.md"
SECTION = "What stops them"

_DEFINITION = re.compile(r"^\[([^\]]+)\]: (\S+)$", re.MULTILINE)
_PROOF = re.compile(r"\[[^\]]+\]\[([^\]]+)\]")
_SENTENCE_END = re.compile(r"(?<=[.:])\s+(?=[A-Z`*])")
_LEAD = re.compile(r"^(?:- )?(?:\*\*[^*]+\.\*\*|\*[^*]+\*(?: \([^)]*\))?:) ")


def promises(text: str) -> list[str]:
    """Return the sentences of the section, but for the first paragraph, which introduces them."""
    section = text.partition(f"## {SECTION}\n")[2].partition("\n## ")[0]
    introduction, *lines = [line for line in section.splitlines() if line]
    assert introduction.startswith("Each sentence is a promise")
    return [one for line in lines for one in _SENTENCE_END.split(_LEAD.sub("", line))]


def lost(text: str) -> list[str]:
    """Return promises without a proof, proofs that do not exist, and those that none needs."""
    proofs = dict(_DEFINITION.findall(text))
    named = {label for one in promises(text) for label in _PROOF.findall(one)}
    return [
        *(one for one in promises(text) if not _PROOF.search(one)),
        *(f"{label}: {proofs.get(label)}" for label in sorted(named) if not _exists(proofs, label)),
        *sorted(proofs.keys() - named),
    ]


def _exists(proofs: dict[str, str], label: str) -> bool:
    path, _, name = proofs.get(label, "").partition("#")
    file = (PAGE.parent / path).resolve()
    return file.is_file() and file.name.startswith("test_") and name in _tests(file)


@cache
def _tests(file: Path) -> frozenset[str]:
    nodes = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    found = (node.name for node in nodes if isinstance(node, ast.FunctionDef))
    return frozenset(name for name in found if name.startswith("test_"))


def test_every_promise_names_a_test_that_exists() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert len(promises(text)) >= 40
    assert lost(text) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (r" \(\[[^)]*\]\)\.", "."),  # a promise without a proof
        (r"#test_a_token_has_one_spelling", "#test_a_token_has_two_spellings"),
        (r"test_signing\.py", "test_nothing.py"),
        (r"\n\[one spelling\]: [^\n]*", ""),
        (r"\Z", "\n[needless]: ../tests/test_wording.py#test_one_is_not_many\n"),
        (r"\*\*Roles\.\*\* ", "**Roles.** Nobody is ever wrong. "),
    ],
)
def test_a_promise_that_lost_its_proof_is_found(old: str, new: str) -> None:
    text, changed = re.subn(old, new, PAGE.read_text(encoding="utf-8"), count=1)
    assert changed
    assert lost(text) != []
