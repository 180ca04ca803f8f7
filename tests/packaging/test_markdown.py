"""Text from outside reaches what Streamlit reads as Markdown through `plain` alone.

The source is read, not run. Each argument that is shown as Markdown must be made of literals, of
numbers and dates, of the words of `studio_core.wording`, and of what `plain` has been given.
Names are followed to all that is assigned to them, and parameters to all calls.
"""

from __future__ import annotations

import ast
from functools import cached_property
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = (
    ROOT / "streamlit_app.py",
    *sorted((ROOT / "pages").glob("*.py")),
    *sorted((ROOT / "studio_core" / "dashboard").rglob("*.py")),
)
BODIES = {
    *("markdown", "caption", "title", "header", "subheader", "write", "badge", "toast"),
    *("error", "warning", "info", "success", "exception", "latex"),
    *("button", "download_button", "form_submit_button", "link_button", "popover"),
    *("expander", "metric", "checkbox", "toggle", "radio", "selectbox", "multiselect", "pills"),
    *("segmented_control", "text_input", "text_area", "number_input", "date_input", "progress"),
    *("file_uploader", "table", "tabs", "dialog", "spinner", "status", "slider", "feedback"),
}
"""Functions whose first argument is shown as Markdown."""

OTHERS = {"label", "body", "text", "help", "value", "delta", "title"}
"""Arguments by name that are shown as Markdown, where they are text."""

SHOWN_OPTIONS = {"segmented_control", "pills", "radio"}
"""Functions that show their options as Markdown; a select box shows them as they are."""

SECOND = {"metric": (1, 2), "progress": (1,)}
"""Further arguments by position that are shown as Markdown."""

OUR_WORDS = {"plain", "counted", "inflected", "by_kind", "not_of_this_event", "done_words"}
"""Functions that return words of ours; `plain` makes any text harmless."""

NUMBERS = {"len", "int", "sum", "max", "min", "round", "float", "counts", "spaces_removed"}
NUMBERS |= {"variable"}
"""Functions that return numbers, and `config.variable`, the name of a variable of ours."""

SAME_TEXT = {"strip", "rstrip", "capitalize", "replace", "title", "split", "get", "lower"}
"""Methods that return a part of what they are called on."""

EXCUSED = {
    "page.title": "of a page of the registry, as the next two",
    "following.page.title": "",
    "spec.title": "",
    "following.title": "of an item of the checklist, as the next",
    "item.title": "",
    "item.state": "an enumeration of ours, as the next",
    "act.value": "",
    "state.stage": "of a run, in words of ours",
    "settings.web_app_url": "meant as a link; its rule in `config` allows nothing that ends one",
    "settings.domain_id": "in a code span; its rule in `config` allows letters, digits and dashes",
}
"""What is shown without `plain`, and why that is safe."""

PARTS = {
    ast.JoinedStr: ("values",),
    ast.BoolOp: ("values",),
    ast.Tuple: ("elts",),
    ast.List: ("elts",),
    ast.IfExp: ("body", "orelse"),
    ast.BinOp: ("left", "right"),
    ast.Dict: ("keys", "values"),
    ast.GeneratorExp: ("elt",),
    ast.ListComp: ("elt",),
    ast.Lambda: ("body",),
    ast.Subscript: ("value",),
    ast.Starred: ("value",),
}
"""Expressions that are ours if these parts are."""


class Source:
    """One module: what it shows as Markdown and is not known to be ours."""

    def __init__(self, text: str, name: str = "") -> None:
        self.name = name
        self.tree = ast.parse(text)
        self.parents = {
            child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)
        }

    @cached_property
    def functions(self) -> dict[str, ast.FunctionDef]:
        found = (node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef))
        return {node.name: node for node in found}

    def shown(self) -> list[ast.expr]:
        """Return the arguments that are shown as Markdown."""
        found: list[ast.expr] = []
        for call in ast.walk(self.tree):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
                continue
            name = call.func.attr
            if name not in BODIES | {"page_link"} or not _is_streamlits(call.func.value):
                continue
            places = (*SECOND.get(name, ()), *((0,) if name in BODIES else ()))
            found += [call.args[i] for i in places if i < len(call.args)]
            for keyword in call.keywords:
                plot = name in {"text_input", "text_area", "number_input", "date_input"}
                if keyword.arg in OTHERS and not (plot and keyword.arg == "value"):
                    found.append(keyword.value)
                if keyword.arg == "format_func" and name in SHOWN_OPTIONS:
                    found.append(keyword.value)
        return found

    def outside(self) -> list[str]:
        """Return what is shown as Markdown and could come from outside."""
        return [
            f"{self.name}:{node.lineno}: {ast.unparse(node)}"
            for node in self.shown()
            if not self.is_ours(node, frozenset())
        ]

    def is_ours(self, node: ast.expr | None, seen: frozenset[ast.AST]) -> bool:
        """Return whether an expression can only be text of ours, or a number."""
        if node is None or node in seen or isinstance(node, ast.Constant | ast.Compare):
            return True
        seen |= {node}

        def every(*parts: ast.expr | None) -> bool:
            return all(self.is_ours(part, seen) for part in parts)

        if fields := PARTS.get(type(node)):
            values = (getattr(node, field) for field in fields)
            return every(*(v for value in values for v in _listed(value)))
        ours = False
        match node:
            case ast.FormattedValue(value=value, format_spec=spec):
                ours = spec is not None or every(value)  # a format is of a number or a date
            case ast.Attribute(value=value, attr=attr):
                ours = attr.isupper() or ast.unparse(node) in EXCUSED
                ours = ours or (attr == "__getitem__" and every(value))
            case ast.Call():
                ours = self._call_is_ours(node, every)
            case ast.Name(id=name):
                ours = name.isupper() or self._name_is_ours(name, node, seen)
        return ours

    def _call_is_ours(self, node: ast.Call, every) -> bool:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
        if name in OUR_WORDS | NUMBERS:
            return True
        if name in SAME_TEXT and isinstance(node.func, ast.Attribute):
            return every(node.func.value)
        if name in {"join", "list", "sorted", "web_app_remains"}:
            return every(*node.args)
        for source in (self, *sources()):
            if function := source.functions.get(name):
                nodes = ast.walk(function)
                returned = [node.value for node in nodes if isinstance(node, ast.Return)]
                return all(source.is_ours(value, frozenset()) for value in returned)
        return False

    def _name_is_ours(self, name: str, node: ast.AST, seen: frozenset[ast.AST]) -> bool:
        scope = self._scope(node)
        while scope is not None:
            given = list(_assigned(name, scope))
            if given:
                return all(self.is_ours(value, seen) for value in given)
            if isinstance(scope, ast.FunctionDef) and name in _parameters(scope):
                return self._parameter_is_ours(name, scope, seen)
            scope = self._scope(scope)
        return name in self.functions and self._call_is_ours(
            ast.Call(ast.Name(name), [], []),
            lambda *parts: all(self.is_ours(part, seen) for part in parts),
        )

    def _parameter_is_ours(
        self, name: str, function: ast.FunctionDef, seen: frozenset[ast.AST]
    ) -> bool:
        index = _parameters(function)[name]
        annotation = _annotation(name, function)
        if annotation in {"int", "float", "bool", "date", "datetime"}:
            return True
        values = []
        for source in sources():
            for call in ast.walk(source.tree):
                if isinstance(call, ast.Call) and _called(call) == function.name:
                    named = {k.arg: k.value for k in call.keywords}
                    value = named.get(name) or (
                        call.args[index] if index < len(call.args) else None
                    )
                    values.append((source, value))
        return bool(values) and all(source.is_ours(value, seen) for source, value in values)

    def _scope(self, node: ast.AST) -> ast.AST | None:
        parent = self.parents.get(node)
        while parent is not None and not isinstance(parent, ast.FunctionDef | ast.Module):
            parent = self.parents.get(parent)
        return parent


def _is_streamlits(owner: ast.expr) -> bool:
    return not ast.unparse(owner).endswith(("hackathon", "stdout", "loaders", "_table(*where)"))


def _listed(value: ast.expr | list[ast.expr]) -> list[ast.expr]:
    return value if isinstance(value, list) else [value]


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ast.unparse(call.func)


def _parameters(function: ast.FunctionDef) -> dict[str, int]:
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args]
    return {arg.arg: i for i, arg in enumerate(named)} | {a.arg: 99 for a in arguments.kwonlyargs}


def _annotation(name: str, function: ast.FunctionDef) -> str:
    arguments = (*function.args.args, *function.args.kwonlyargs)
    found = next(arg.annotation for arg in arguments if arg.arg == name)
    return ast.unparse(found) if found else ""


def _assigned(name: str, scope: ast.AST):
    """Yield what is assigned to a name in a scope, also through loops over literals."""
    for node in ast.walk(scope):
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    yield from _value_of(name, target, value)
            case ast.AnnAssign(target=target, value=value) if value is not None:
                yield from _value_of(name, target, value)
            case ast.NamedExpr(target=target, value=value):
                yield from _value_of(name, target, value)
            case ast.AugAssign(target=target, value=value):
                yield from _value_of(name, target, value)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=found), attr="append")):
                yield from node.args if found == name else ()
            case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
                yield from _value_of(name, target, _items(value))


def _items(value: ast.expr) -> ast.expr:
    """Return what a loop goes through: the mapping of its items, the parts of `zip`."""
    match value:
        case ast.Call(func=ast.Attribute(value=mapping, attr="items" | "keys" | "values")):
            return mapping
        case ast.Call(func=ast.Name(id="zip"), args=args):
            return ast.Tuple(args)
    return value


def _value_of(name: str, target: ast.expr, value: ast.expr):
    match target:
        case ast.Name(id=found) if found == name:
            yield value
        case ast.Subscript(value=ast.Name(id=found)) if found == name:
            yield value
        case ast.Tuple(elts=targets):
            values = value.elts if isinstance(value, ast.Tuple) else [value] * len(targets)
            for one, its in zip(targets, values, strict=True):
                yield from _value_of(name, one, its)


_SOURCES: list[Source] = []


def sources() -> list[Source]:
    if not _SOURCES:
        _SOURCES.extend(
            Source(file.read_text(encoding="utf-8"), file.relative_to(ROOT).as_posix())
            for file in FILES
        )
    return _SOURCES


def test_markdown_is_made_of_our_own_words() -> None:
    found = [one for source in sources() for one in source.outside()]
    assert sum(len(source.shown()) for source in sources()) > 100
    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "st.markdown(team)",
        "st.markdown(f'Team {team.name}')",
        "where = f'team {team}' if team else 'all'\nst.button(f'Start {where}')",
        "st.button('Start', help=error.sentence)",
        "st.metric('Apps', state.number)",
        "st.popover('Team ' + name)",
        "st.table({'Event': settings.event})",
        "st.segmented_control('Which', options, format_func=lambda one: one.name)",
        "left.caption(', '.join(names))",
        "def show(text: str):\n    st.error(text)\nshow(error.sentence)",
        "def label(plan):\n    return f'Purge {plan.event}'\nst.button(label(plan))",
        "where = {'Event': 'none'}\nwhere['Event'] = settings.event\nst.table(where)",
        "st.progress(0.5, text=run.name)",
    ],
)
def test_what_could_come_from_outside_is_found(text: str, monkeypatch) -> None:
    source = Source(text)
    monkeypatch.setitem(globals(), "_SOURCES", [source])
    assert len(source.outside()) == 1
