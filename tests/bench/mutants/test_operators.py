"""The faults of mutation testing: each kind, and what is left alone."""

from __future__ import annotations

import pytest

from bench.mutants.operators import mutants


def changes(source: str) -> set[str]:
    """Give the lines that a mutant of this one line of code would have in its place."""
    return {mutant.after for mutant in mutants(source)}


@pytest.mark.parametrize(
    ("line", "faults"),
    [
        ("x = a < b", {"x = a <= b"}),
        ("x = a is None", {"x = a is not None"}),
        ("x = a and b", {"x = a or b", "x = b", "x = a"}),
        ("x = not a", {"x = not not a"}),
        ("x = a + b", {"x = a - b"}),
        ("x = 5", {"x = 1"}),
        ("x = 1", {"x = 0"}),
        ("x = True", {"x = False"}),
        ("x = 'pk'", {"x = 'mutant'"}),
        ("x = 'told to people'", set()),
        ("x = f'{a + b}'", set()),
        ("x: int | None = y", set()),
        ("x = max(y)", {"x = min(y)"}),
        ("x = f(y, key=z)", {"x = f(y)"}),
        ("x = {y, z}", {"x = {z}", "x = {y}"}),
        ("x = [y for y in z if y]", {"x = [y for y in z]"}),
        ("x = y if z else w", {"x = y if not z else w"}),
        ("f()", {"pass"}),
        ("self.x = y", {"pass"}),
        ("raise x", {"pass"}),
        ("x += y", {"pass", "x -= y"}),
        ("log.info(x)", set()),
        ("import a", set()),
        ("'a docstring'", set()),
    ],
)
def test_a_line_has_these_mutants(line: str, faults: set[str]) -> None:
    assert changes(line) == faults


def test_each_mutant_is_a_module_with_one_changed_line_and_knows_where() -> None:
    source = (
        "LIMIT = 3\n\ndef f(x=2):\n    try:\n        return g(\n            x)\n"
        "    except KeyError:\n        raise\n"
    )
    found = {m.change: (m.line, m.last, m.imported) for m in mutants(source)}
    assert found == {
        "`LIMIT = 3` → `LIMIT = 1`": (1, 1, True),
        "`def f(x=2):` → `def f(x=1):`": (3, 3, True),
        "`return g(x)` → `return None`": (5, 6, False),
        "`except KeyError:` → `except ():`": (7, 7, False),
        "`raise` → `pass`": (8, 8, False),
    }
    for mutant in mutants(source):
        compile(mutant.source, "module", "exec")
        assert mutant.before not in mutant.source.splitlines()


def test_code_for_type_checkers_alone_has_none() -> None:
    assert changes("if TYPE_CHECKING:\n    X = 3") == set()
    assert changes("class Store(Protocol):\n    def take(self, n=3): ...") == set()
