"""Random requests from the service models, broken in one place that is known or not at all."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moto.core.utils import get_service_model

from bench.wire import REGION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/studio"
ARN = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}"

WRONG: dict[str, tuple[Any, ...]] = {
    "string": (5, True, 1.5, {}, []),
    "integer": ("x", "10", True, 1.5, 2**31, {}, []),
    "long": ("x", "10", True, 1.5, 2**63, {}, []),
    "float": ("x", True, {}, []),
    "double": ("x", True, {}, []),
    "boolean": ("true", 1, 0, {}, []),
    "timestamp": ("soon", True, {}, []),
    "blob": (5, True, {}, []),
    "list": ({}, "x", 5, False),
    "map": ([], "x", 5, False),
    "structure": ([], "x", 5, False),
}
"""JSON values of another type than each type of the model."""

BODIES = (b"{", b"", b"null", b"[]", b'"x"', b"5", b"{]", b"\xff\xfe{}", b'{"a":NaN}', b"[" * 5000)
"""Bodies that are no structure; the empty one counts as an empty structure."""


@dataclass
class Site:
    """A place in a request: the container and key of a value, with the shape of it."""

    holder: Any
    key: Any
    shape: Any
    required: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """A request; `kind` is how it is broken, `unknown` where the fuzzer cannot tell.

    `checked` says whether the sandbox checks every constraint of the operation, which it does
    of all but moto's own SageMaker operations.
    """

    service: str
    operation: str
    kind: str
    body: Any
    checked: bool


class Fuzzer:
    """Makes requests from one seed; `domain_id` is of a domain that exists at the start."""

    def __init__(self, seed: int, domain_id: str) -> None:
        self.dice = random.Random(seed)
        self._strings = (
            domain_id, "ada", "team-1", "default", "1", "5", "ml.t3.medium", "subnet-1", "sg-1",
            "vpc-1", ROLE, f"{ARN}:user-profile/{domain_id}/ada", f"{ARN}:image/x",
            f"{ARN}:image-version/x/1", f"{ARN}:studio-lifecycle-config/x",
            f"{ARN}:code-repository/x", f"{ARN}:app-image-config/x", f"{ARN}:model-package/x",
            f"{ARN}:studio-web-portal/x", "arn:aws:s3:::bucket", "s3://bucket/key", "fs-1",
            "https://example.com", "AmazonSageMaker", "sagemaker", "L-AC46C40F", "regionCode",
            "/a", "app:JupyterLab:", "studio::", "2026-01-01", "aws_v1", "fs-12345678", "x" * 20,
            f"arn:aws:kms:{REGION}:{ACCOUNT}:key/x", f"{ARN}:mlflow-tracking-server/x",
        )  # fmt: skip

    def request(self, service: str, operation: str, *, checked: bool) -> Sent:
        """Make one request, broken in one place or not at all."""
        shape = get_service_model(service).operation_model(operation).input_shape
        if shape is None or self.dice.random() < 0.05:
            body = self.dice.choice(BODIES)
            return Sent(service, operation, "body" if body else "unknown", body, checked)
        root = {"": self.value(shape)}
        if root[""] is None:
            return Sent(service, operation, "unknown", {}, checked)
        sites = list(self.sites(root[""], shape))
        breakers = list(BREAKERS.items())
        self.dice.shuffle(breakers)
        for kind, broken in breakers if self.dice.random() < 0.9 else ():
            if broken(self, [Site(root, "", shape), *sites] if kind == "extra" else sites):
                return Sent(service, operation, kind, root[""], checked)
        return Sent(service, operation, "valid", root[""], checked)

    # Requests that the model allows

    def value(self, shape: Any, depth: int = 0) -> Any:
        """Return a value that the model allows, or None where none is known."""
        kind = shape.type_name
        if kind == "structure":
            return self._structure(shape, depth)
        if kind == "string":
            return self._string(shape)
        if kind in {"list", "map"}:
            return self._items(shape, depth)
        least = shape.metadata.get("min") or 0
        if kind in {"integer", "long"}:
            return self.dice.randint(least, min(shape.metadata.get("max") or 100, least + 100))
        simple = {"boolean": self.dice.random() < 0.5, "timestamp": 1_700_000_000, "blob": "YQ=="}
        return simple.get(kind, float(least))

    def _items(self, shape: Any, depth: int) -> Any:
        least = shape.metadata.get("min") or 0
        if shape.type_name == "map":
            key, item = self._string(shape.key), self.value(shape.value, depth + 1)
            return None if key is None or item is None or least > 1 else {key: item}
        items = [self.value(shape.member, depth + 1) for _ in range(max(1, least))]
        return None if None in items else items

    def _structure(self, shape: Any, depth: int) -> dict[str, Any] | None:
        found: dict[str, Any] = {}
        for name, member in shape.members.items():
            needed = name in shape.required_members
            if not needed and (depth > 5 or self.dice.random() > 0.5 / (depth + 1)):
                continue
            given = self.value(member, depth + 1)
            if given is not None:
                found[name] = given
            elif needed:
                return None
        return found

    def _string(self, shape: Any) -> str | None:
        if shape.enum:
            return str(self.dice.choice(shape.enum))
        fitting = [text for text in self._strings if not breaks(shape, text)]
        return self.dice.choice(fitting) if fitting else None

    # Places to break

    def sites(self, holder: Any, shape: Any) -> Iterator[Site]:
        """Yield every place of a value that can be broken."""
        if shape.type_name == "structure":
            for name in holder:
                yield Site(holder, name, shape.members[name], name in shape.required_members)
                yield from self.sites(holder[name], shape.members[name])
        elif shape.type_name == "list":
            for index, item in enumerate(holder):
                yield Site(holder, index, shape.member)
                yield from self.sites(item, shape.member)
        elif shape.type_name == "map":
            for key, item in holder.items():
                yield Site(holder, key, shape.value)
                yield from self.sites(item, shape.value)

    def break_type(self, sites: list[Site]) -> bool:
        """Put in a value of another type."""
        fitting = [s for s in sites if s.shape.type_name in WRONG]
        if fitting:
            site = self.dice.choice(fitting)
            site.holder[site.key] = self.dice.choice(WRONG[site.shape.type_name])
        return bool(fitting)

    def break_bounds(self, sites: list[Site]) -> bool:
        """Go below or beyond a bound."""
        fitting = [(s, bad) for s in sites for bad in out_of_bounds(s)]
        if fitting:
            site, bad = self.dice.choice(fitting)
            site.holder[site.key] = bad
        return bool(fitting)

    def break_pattern(self, sites: list[Site]) -> bool:
        """Put in a text that the pattern does not match."""
        texts = ("é\n", "!", " ", "a b", "-", "\N{SNOWMAN}", "<b>", "a" * 30 + "!", "\0")
        fitting = [
            (s, text)
            for s in sites
            for text in texts
            if s.shape.metadata.get("pattern") and breaks(s.shape, text)
        ]
        if fitting:
            site, bad = self.dice.choice(fitting)
            site.holder[site.key] = bad
        return bool(fitting)

    def break_enum(self, sites: list[Site]) -> bool:
        """Put in a text that the enumeration lacks."""
        fitting = [s for s in sites if getattr(s.shape, "enum", None)]
        if fitting:
            site = self.dice.choice(fitting)
            site.holder[site.key] = self.dice.choice(("", "Bogus", site.holder[site.key] + "x"))
        return bool(fitting)

    def break_missing(self, sites: list[Site]) -> bool:
        """Leave out a required member."""
        fitting = [s for s in sites if s.required]
        if fitting:
            site = self.dice.choice(fitting)
            del site.holder[site.key]
        return bool(fitting)

    def break_null(self, sites: list[Site]) -> bool:
        """Make a required member or an item null."""
        fitting = [s for s in sites if s.required or isinstance(s.key, int)]
        if fitting:
            site = self.dice.choice(fitting)
            site.holder[site.key] = None
        return bool(fitting)

    def add_extra(self, sites: list[Site]) -> bool:
        """Add members that the model lacks, which services ignore."""
        for site in sites:
            if site.shape.type_name == "structure" and isinstance(site.holder[site.key], dict):
                site.holder[site.key]["Bogus"] = self.dice.choice((1, "x", {"a": [None]}))
        return True


def breaks(shape: Any, text: str) -> bool:
    """Return whether a text violates length or pattern of a shape, as Java would match it."""
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if (least is not None and len(text) < least) or (most is not None and len(text) > most):
        return True
    pattern = shape.metadata.get("pattern")
    if pattern is None:
        return False
    plain = pattern.replace(r"\p{L}", r"\w").replace(r"\p{N}", r"\d").replace(r"\p{Z}", r"\s")
    try:
        return re.fullmatch(plain, text) is None
    except re.error:
        return False  # only in operations whose constraints are not checked


def out_of_bounds(site: Site) -> Iterator[Any]:
    """Yield values beyond the bounds of a place, of the right type."""
    kind, value = site.shape.type_name, site.holder[site.key]
    least, most = site.shape.metadata.get("min"), site.shape.metadata.get("max")
    if kind in {"integer", "long", "float", "double"}:
        if least is not None:
            yield least - 1
        if most is not None and most < 2**31 - 1:
            yield most + 1
    elif kind == "string" and not site.shape.enum:
        if least:
            yield ""
        if most is not None and most < 10_000:
            yield "a" * (most + 1)
    elif kind == "list" and value:
        if least:
            yield []
        if most is not None and most < 500:
            yield [value[0]] * (most + 1)


BREAKERS: dict[str, Callable[[Fuzzer, list[Site]], bool]] = {
    "type": Fuzzer.break_type,
    "bounds": Fuzzer.break_bounds,
    "pattern": Fuzzer.break_pattern,
    "enum": Fuzzer.break_enum,
    "missing": Fuzzer.break_missing,
    "null": Fuzzer.break_null,
    "extra": Fuzzer.add_extra,
}
