"""What is known from AWS carries its source, and what is invented says so."""

from __future__ import annotations

import ast

import pytest

from tests.sandbox import provenance


def test_the_table_is_up_to_date() -> None:
    assert provenance.PAGE.read_text(encoding="utf-8") == provenance.page(), (
        "stale: run `python -m tests.sandbox.provenance`"
    )


def test_the_table_has_both_kinds() -> None:
    found = provenance.entries()
    known = [each for each in found if each.source is not None]
    assert len(known) > 40
    assert len(found) - len(known) > 40


def own_texts(function: ast.AST) -> set[str]:
    """Return the classes of the errors that a function raises with a text of its own."""
    return {
        node.exc.func.id
        for node in ast.walk(function)
        if isinstance(node, ast.Raise)
        and isinstance(node.exc, ast.Call)
        and isinstance(node.exc.func, ast.Name)
        and node.exc.func.id[0].isupper()
        and node.exc.args
        and isinstance(node.exc.args[-1], ast.Constant | ast.JoinedStr)
    } - {"NotImplementedError", "TypeError", "ValueError"}


def has_entry(text: str) -> bool:
    return next(provenance.entries_of("", text), None) is not None


def raising() -> dict[str, tuple[str, set[str]]]:
    """Return each function with error texts: its docstring, and classes that say no source."""
    found, said = {}, set()
    for folder in ("studio", "services"):
        for path in sorted((provenance.PACKAGE / folder).rglob("*.py")):
            for name, node, text in provenance.docstrings(path):
                if isinstance(node, ast.ClassDef) and has_entry(text):
                    said.add(name)
                if isinstance(node, ast.FunctionDef) and own_texts(node):
                    found[f"{path.stem}.{name}"] = (text, own_texts(node))
    return {name: (text, classes - said) for name, (text, classes) in found.items()}


@pytest.mark.parametrize("name", raising())
def test_every_error_text_says_where_it_is_from(name: str) -> None:
    text, classes = raising()[name]
    assert has_entry(text) or not classes


def test_an_entry_without_a_source_is_refused() -> None:
    with pytest.raises(ValueError, match="no source"):
        list(provenance.entries_of("x", "Known: something."))


def test_entries_go_on_over_lines() -> None:
    text = "Do it.\n\nKnown: one\nthing [a page,\nthere].\nInvented: another.\n\nMore."
    assert list(provenance.entries_of("x", text)) == [
        provenance.Entry("x", "one thing", "a page, there"),
        provenance.Entry("x", "another", None),
    ]
