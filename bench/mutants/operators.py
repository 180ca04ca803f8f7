"""The faults: every place of a module where one can be made, and the module with it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
CALLED = {"any": "all", "all": "any", "min": "max", "max": "min", "sorted": "list"}
REMOVABLE = (ast.AugAssign, ast.Raise, ast.Continue, ast.Break, ast.Delete)
UNTOUCHED = {"annotation", "returns", "decorator_list", "bases", "type"}
"""Fields of the tree that are left as they are; handlers' types have a fault of their own."""
LOGGING = {"debug", "info", "warning"}
AROUND = 30
"""Letters before and after a change by which it is told."""

Fault = tuple[ast.AST, str, object]
"""A node, the name of its field, and what is put there."""
Place = tuple[ast.stmt | ast.excepthandler, bool, Fault]
"""The innermost statement, whether it runs at import, and the fault."""


@dataclass(frozen=True)
class Mutant:
    """A module with one fault: the changed line before and after, and the whole source.

    `imported` is True when the lines from `line` to `last` run at import, in no test.
    """

    line: int
    last: int
    imported: bool
    before: str
    after: str
    source: str

    @property
    def change(self) -> str:
        """Return what is changed, as docs/testing.md names it."""
        return f"`{self.before}` → `{self.after}`"


def mutants(source: str) -> list[Mutant]:
    """Return every mutant of a module, in the order of its lines."""
    tree = ast.parse(source)
    original = ast.unparse(tree).splitlines()
    found = []
    for statement, imported, (node, field, value) in _places(tree, tree.body[0], imported=True):
        kept = getattr(node, field)
        setattr(node, field, value)
        mutated = ast.unparse(tree)
        setattr(node, field, kept)
        body = getattr(statement, "body", None)
        last = max(statement.lineno, body[0].lineno - 1 if body else statement.end_lineno or 0)
        before, after = _difference(original, mutated.splitlines())
        found.append(Mutant(statement.lineno, last, imported, before, after, mutated))
    return found


def _difference(before: list[str], after: list[str]) -> tuple[str, str]:
    """Return what changed, with a little of the lines around it."""
    top = _alike(before, after)
    bottom = _alike(before[top:][::-1], after[top:][::-1])
    old, new = (
        " ".join(line.strip() for line in lines[top : len(lines) - bottom])
        for lines in (before, after)
    )
    start = _alike(old, new)
    end = _alike(old[start:][::-1], new[start:][::-1])
    first = old.rfind(" ", 0, max(start - AROUND, 0)) + 1

    def cut(line: str) -> str:
        last = line.find(" ", len(line) - end + AROUND)
        return ("…" if first else "") + (line[first:last] + "…" if last > 0 else line[first:])

    return cut(old), cut(new)


def _alike(one: Sequence[str], two: Sequence[str]) -> int:
    """Return how many items two sequences have in common at their beginning."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, two, strict=False)))


def _places(
    node: ast.AST, statement: ast.stmt | ast.excepthandler, *, imported: bool
) -> Iterator[Place]:
    """Walk the tree: no annotations, docstrings, f-strings, protocols, imports for types."""
    if _is_for_readers(node):
        return
    if isinstance(node, ast.stmt | ast.excepthandler):
        statement = node
    for fault in _faults(node):
        yield statement, imported, fault
    function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    for field, value in ast.iter_fields(node):
        if field in UNTOUCHED:
            continue
        at_import = imported and not (function and field == "body")
        children = value if isinstance(value, list) else [value]
        for index, child in enumerate(children):
            if isinstance(child, ast.stmt) and _is_removable(child):
                rest = [*children[:index], ast.Pass(), *children[index + 1 :]]
                yield child, at_import, (node, field, rest)
            if isinstance(child, ast.AST):
                yield from _places(child, statement, imported=at_import)


def _is_for_readers(node: ast.AST) -> bool:
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.If):
        return ast.unparse(node.test) == "TYPE_CHECKING"
    if isinstance(node, ast.ClassDef):
        return any(ast.unparse(base) == "Protocol" for base in node.bases)
    return isinstance(node, ast.Import | ast.ImportFrom | ast.JoinedStr)


def _is_removable(statement: ast.stmt) -> bool:
    """Return True for a statement without which the module still compiles."""
    if isinstance(statement, ast.Assign):
        return any(isinstance(t, ast.Attribute | ast.Subscript) for t in statement.targets)
    if not isinstance(statement, ast.Expr):
        return isinstance(statement, REMOVABLE)
    value = statement.value.value if isinstance(statement.value, ast.Await) else statement.value
    return isinstance(value, ast.Call) and getattr(value.func, "attr", "") not in LOGGING


def _faults(node: ast.AST) -> Iterator[Fault]:  # noqa: C901, PLR0912 - a case for each kind
    match node:
        case ast.Compare(ops=signs):
            for index, sign in enumerate(signs):
                yield node, "ops", [*signs[:index], SWAPPED[type(sign)](), *signs[index + 1 :]]
        case ast.BoolOp():
            yield node, "op", SWAPPED[type(node.op)]()
            yield from _without_one(node, "values")
        case ast.BinOp() | ast.AugAssign() if type(node.op) in SWAPPED:
            yield node, "op", SWAPPED[type(node.op)]()
        case ast.UnaryOp(op=ast.Not()):
            yield node, "operand", ast.UnaryOp(ast.Not(), node.operand)
        case ast.If() | ast.IfExp() | ast.While():
            if isinstance(node.test, ast.Name | ast.Attribute | ast.Call | ast.NamedExpr):
                yield node, "test", ast.UnaryOp(ast.Not(), node.test)
        case ast.comprehension():
            yield from _without_one(node, "ifs")
        case ast.Set() | ast.List() if len(node.elts) > 1:
            yield from _without_one(node, "elts")
        case ast.Constant() if (value := _another(node.value)) is not None:
            yield node, "value", value
        case ast.Call():
            yield from _without_one(node, "keywords")
            if isinstance(node.func, ast.Name) and node.func.id in CALLED:
                yield node.func, "id", CALLED[node.func.id]
        case ast.ExceptHandler(type=ast.expr()):
            yield node, "type", ast.Tuple([], ast.Load())
        case ast.Return(value=ast.expr() as value):
            if not (isinstance(value, ast.Constant) and value.value in {None, True, False}):
                yield node, "value", ast.Constant(None)


def _without_one(node: ast.AST, field: str) -> Iterator[Fault]:
    items = getattr(node, field)
    for index in range(len(items)):
        yield node, field, [*items[:index], *items[index + 1 :]]


def _another(value: object) -> object:
    """Return another constant in place of this one; None for text that people read."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return 0 if value == 1 else 1
    if isinstance(value, str) and value and " " not in value:
        return "mutant"
    return None
