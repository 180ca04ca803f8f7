"""Input checked against botocore's service model, refused in the words AWS uses.

The wording is that of every JSON service whose front door checks its own model:
`1 validation error detected: Value 'x' at 'maxResults' failed to satisfy constraint: …`.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from moto.core.utils import get_service_model

from studio_core.sandbox.studio.exceptions import AWSValidationException

_SEPARATORS = r" \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"


def check(operation: str, params: dict[str, Any], service: str = "sagemaker") -> None:
    """Refuse parameters that the model does not allow.

    Raises:
        AWSValidationException: with every violation, in the order of the model's members.
    """
    shape = get_service_model(service).operation_model(operation).input_shape
    problems: list[str] = []
    if shape is not None:
        _structure(shape, params, "", problems)
    if problems:
        count = f"{len(problems)} validation error{'s' * (len(problems) > 1)} detected: "
        raise AWSValidationException(count + "; ".join(problems))


def _structure(shape: Any, value: dict[str, Any], path: str, problems: list[str]) -> None:
    for name, member in shape.members.items():
        at = f"{path}.{_lower(name)}" if path else _lower(name)
        given = value.get(name)
        if given is not None:
            _value(member, given, at, problems)
        elif name in shape.required_members:
            problems.append(
                f"Value at '{at}' failed to satisfy constraint: Member must not be null"
            )


def _value(shape: Any, value: Any, path: str, problems: list[str]) -> None:
    kind = shape.type_name
    if kind == "structure":
        if isinstance(value, dict):
            _structure(shape, value, path, problems)
    elif kind == "list":
        _length(shape, value, path, problems)
        for index, item in enumerate(value, start=1):
            _value(shape.member, item, f"{path}.{index}.member", problems)
    elif kind == "map":
        _length(shape, value, path, problems)
        for key, item in value.items():
            _value(shape.value, item, f"{path}.{key}.member", problems)
    elif kind == "string":
        _string(shape, value, path, problems)
    elif kind in {"integer", "long", "float", "double"}:
        _number(shape, value, path, problems)


def _string(shape: Any, value: Any, path: str, problems: list[str]) -> None:
    text = str(value)
    _length(shape, text, path, problems)
    pattern = shape.metadata.get("pattern")
    if pattern and not matches(pattern, text):
        problems.append(
            f"Value '{text}' at '{path}' failed to satisfy constraint: "
            f"Member must satisfy regular expression pattern: {pattern}"
        )
    allowed = getattr(shape, "enum", None)
    if allowed and text not in allowed:
        problems.append(
            f"Value '{text}' at '{path}' failed to satisfy constraint: "
            f"Member must satisfy enum value set: [{', '.join(allowed)}]"
        )


def _length(shape: Any, value: Any, path: str, problems: list[str]) -> None:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and len(value) < least:
        problems.append(_constraint(value, path, f"length greater than or equal to {least}"))
    if most is not None and len(value) > most:
        problems.append(_constraint(value, path, f"length less than or equal to {most}"))


def _number(shape: Any, value: Any, path: str, problems: list[str]) -> None:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and value < least:
        problems.append(_constraint(value, path, f"value greater than or equal to {least}"))
    if most is not None and value > most:
        problems.append(_constraint(value, path, f"value less than or equal to {most}"))


def _constraint(value: Any, path: str, what: str) -> str:
    return f"Value '{value}' at '{path}' failed to satisfy constraint: Member must have {what}"


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]


def matches(pattern: str, text: str) -> bool:
    """True when the whole text matches a pattern of the model, as Java's `matches` has it."""
    return _compiled(pattern).fullmatch(text) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    # Unicode properties, which Python's re lacks: \w has letters, digits and underscore, and \s
    # would have tabs and line ends too, which are no separators.
    plain = pattern.replace(r"\p{L}", r"\w").replace(r"\p{N}", r"\d").replace(r"\p{Z}", _SEPARATORS)
    return re.compile(plain)
