"""Requests checked against botocore's service model: types first, then constraints.

A wrong JSON type is a `SerializationException` and nothing else is looked at. A violated
constraint is a `ValidationException` that lists every violation, in the words of AWS's JSON
services: `1 validation error detected: Value 'x' at 'maxResults' failed to satisfy …`.

Known: the wording for patterns and lengths [sagemaker-ml-workflow-with-apache-airflow#3].
Known: `Value null at` for a missing member [STS, for the same check].
Invented: paths within lists and maps, and that null items are refused.

The shapes of an operation are compiled once: botocore resolves them anew at every access.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from moto.core.utils import get_service_model

from studio_core.sandbox.studio.exceptions import AWSValidationException, SerializationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

INTEGERS = {"integer": 31, "long": 63}
"""Bits of the magnitude of each whole number type."""
FLOATS = frozenset({"float", "double"})

NULL = "Member must not be null"

_SEPARATORS = r" \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"


@dataclass(slots=True)
class Node:
    """One shape of the model: what is checked of it, and the nodes of its members or items."""

    kind: str
    least: float | None = None
    most: float | None = None
    pattern: str | None = None
    enum: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    members: dict[str, Node] = field(default_factory=dict)
    item: Node | None = None
    key: Node | None = None


def check(
    operation: str,
    params: Mapping[str, Any],
    service: str = "sagemaker",
    *,
    required_only: bool = False,
) -> None:
    """Refuse parameters that violate a constraint of the model, or lack a required member.

    Raises:
        AWSValidationException: with every violation, in the order of the model's members.
    """
    root = _root(service, operation)
    problems: list[str] = []
    if root is not None and required_only:
        _require(root, params, "", problems)
    elif root is not None:
        _constrain(root, params, "", problems)
    if problems:
        count = f"{len(problems)} validation error{'s' * (len(problems) > 1)} detected: "
        raise AWSValidationException(count + "; ".join(problems))


def convert(operation: str, body: Any, service: str = "sagemaker") -> dict[str, Any]:
    """Return the members of a JSON body that the model knows, without those that are null.

    Raises:
        SerializationError: a value is of another type than the model says.
    """
    if not isinstance(body, dict):
        raise SerializationError(UNEXPECTED.get(type(body), "Unexpected field type"))
    root = _root(service, operation)
    if root is None:
        return {}
    converted: dict[str, Any] = _convert(root, body)
    return converted


@cache
def _root(service: str, operation: str) -> Node | None:
    shape = get_service_model(service).operation_model(operation).input_shape
    return None if shape is None else _compile(shape, {})


def _compile(shape: Any, known: dict[str, Node]) -> Node:
    """Compile a shape and those below it; `known` ends the recursion of shapes in a circle."""
    if shape.name in known:
        return known[shape.name]
    kind = shape.type_name
    if getattr(shape, "is_document_type", False):
        kind = "document"
    node = known[shape.name] = Node(kind)
    node.least, node.most = shape.metadata.get("min"), shape.metadata.get("max")
    if kind == "string":
        node.pattern = shape.metadata.get("pattern")
        node.enum = tuple(shape.enum)
    elif kind == "structure":
        node.required = tuple(shape.required_members)
        node.members = {name: _compile(member, known) for name, member in shape.members.items()}
    elif kind == "list":
        node.item = _compile(shape.member, known)
    elif kind == "map":
        node.item, node.key = _compile(shape.value, known), _compile(shape.key, known)
    return node


# Types

UNEXPECTED: dict[type, str] = {
    dict: "Start of structure or map found where not expected",
    list: "Start of list found where not expected",
}
"""Texts of brackets in the wrong place.

Known: the texts [dynalite, from DynamoDB].
"""


def _convert(node: Node, value: Any) -> Any:
    kind = node.kind
    if kind == "string":
        if type(value) is str:
            return value
        raise _mismatch(value, "a String")
    if kind == "structure":
        if type(value) is not dict:
            raise _mismatch(value, "a structure")
        members = node.members
        return {
            name: _convert(members[name], given)
            for name, given in value.items()
            if given is not None and name in members
        }
    if kind == "list":
        if type(value) is not list:
            raise _mismatch(value, "a list")
        item = node.item
        return [None if each is None else _convert(item, each) for each in value]  # type: ignore[arg-type]  # lists have one
    if kind == "map":
        if type(value) is not dict:
            raise _mismatch(value, "a map")
        item = node.item
        return {
            key: None if each is None else _convert(item, each)  # type: ignore[arg-type]  # maps have one
            for key, each in value.items()
        }
    return _scalar(kind, value)


def _scalar(kind: str, value: Any) -> Any:
    if kind in INTEGERS:
        whole = int(value) if type(value) is float and value.is_integer() else value
        if type(whole) is not int or whole.bit_length() > INTEGERS[kind]:
            raise _mismatch(value, f"{'an Integer' if kind == 'integer' else 'a Long'}")
        return whole
    if kind in FLOATS:
        if type(value) not in {int, float}:
            raise _mismatch(value, f"a {kind.capitalize()}")
    elif kind == "boolean":
        if type(value) is not bool:
            raise _mismatch(value, "a Boolean")
    elif kind == "blob":
        if type(value) is not str:
            raise _mismatch(value, "a Blob")
    elif kind == "timestamp":
        _check_timestamp(value)
    return value


def _check_timestamp(value: Any) -> None:
    try:
        if type(value) is str:
            datetime.fromisoformat(value)
        elif type(value) in {int, float}:
            datetime.fromtimestamp(value).astimezone()
        else:
            raise _mismatch(value, "a Timestamp")
    except (ValueError, OverflowError, OSError):
        raise _mismatch(value, "a Timestamp") from None


def _mismatch(value: Any, wanted: str) -> SerializationError:
    if type(value) in UNEXPECTED:
        return SerializationError(UNEXPECTED[type(value)])
    if wanted in {"a structure", "a map", "a list"}:
        return SerializationError("Unexpected field type")
    if isinstance(value, bool):
        found = "TRUE_VALUE" if value else "FALSE_VALUE"
    elif isinstance(value, str):
        found = "STRING_VALUE"
    else:
        found = "NUMBER_VALUE" if isinstance(value, int) else "DECIMAL_VALUE"
    return SerializationError(f"{found} can not be converted to {wanted}")


# Constraints


def _constrain(node: Node, value: Any, path: str, problems: list[str]) -> None:
    kind = node.kind
    if kind == "structure":
        for name, member in node.members.items():
            given = value.get(name)
            if given is not None:
                _constrain(member, given, _join(path, name), problems)
            elif name in node.required:
                problems.append(_failed(None, _join(path, name), NULL))
    elif kind == "string":
        _constrain_string(node, value, path, problems)
    elif kind in {"list", "map"}:
        problems += _out_of_range(node, len(value), "length", value, path)
        _constrain_items(node, value, path, problems)
    elif kind in INTEGERS or kind in FLOATS:
        problems += _out_of_range(node, value, "value", value, path)


def _require(node: Node, value: Any, path: str, problems: list[str]) -> None:
    """Find the required members that are missing, at any depth."""
    if node.kind == "structure":
        missing = [name for name in node.required if value.get(name) is None]
        problems += [_failed(None, _join(path, name), NULL) for name in missing]
        for name, given in value.items():
            _require(node.members[name], given, _join(path, name), problems)
    elif node.item is not None:
        for at, each in _items(node, value, path):
            if each is None:
                problems.append(_failed(None, at, NULL))
            else:
                _require(node.item, each, at, problems)


def _items(node: Node, value: Any, path: str) -> list[tuple[str, Any]]:
    """Return the items of a list or map with their paths."""
    if node.key is None:
        return [(f"{path}.{index}.member", each) for index, each in enumerate(value, start=1)]
    return [(f"{path}.{key}.member", each) for key, each in value.items()]


def _constrain_items(node: Node, value: Any, path: str, problems: list[str]) -> None:
    if node.key is not None:
        for key in value:
            _constrain_string(node.key, key, f"{path}.key", problems)
    for at, each in _items(node, value, path):
        if each is None:
            problems.append(_failed(None, at, NULL))
        else:
            _constrain(node.item, each, at, problems)  # type: ignore[arg-type]  # lists and maps have one


def _constrain_string(node: Node, text: str, path: str, problems: list[str]) -> None:
    problems += _out_of_range(node, len(text), "length", text, path)
    if node.pattern is not None and not matches(node.pattern, text):
        wanted = f"Member must satisfy regular expression pattern: {node.pattern}"
        problems.append(_failed(text, path, wanted))
    if node.enum and text not in node.enum:
        wanted = f"Member must satisfy enum value set: [{', '.join(node.enum)}]"
        problems.append(_failed(text, path, wanted))


def _out_of_range(node: Node, size: float, what: str, value: Any, path: str) -> Iterator[str]:
    if node.least is not None and size < node.least:
        wanted = f"Member must have {what} greater than or equal to {node.least}"
        yield _failed(value, path, wanted)
    if node.most is not None and size > node.most:
        wanted = f"Member must have {what} less than or equal to {node.most}"
        yield _failed(value, path, wanted)


def _failed(value: Any, path: str, wanted: str) -> str:
    shown = "null" if value is None else f"'{value}'"
    return f"Value {shown} at '{path}' failed to satisfy constraint: {wanted}"


def _join(path: str, name: str) -> str:
    lower = name[:1].lower() + name[1:]
    return f"{path}.{lower}" if path else lower


def matches(pattern: str, text: str) -> bool:
    """Return whether the whole text matches a pattern of the model, as Java's `matches` does."""
    return _pattern(pattern).fullmatch(text) is not None


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    # Python's re lacks Unicode properties: \w has letters, digits and underscore.
    plain = pattern.replace(r"\p{L}", r"\w").replace(r"\p{N}", r"\d").replace(r"\p{Z}", _SEPARATORS)
    return re.compile(plain)
