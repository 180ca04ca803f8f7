"""List pages with tokens that are opaque, bound to their query, and survive changes.

A token has the sort key of the last item of the page, not a position: what is created or
deleted between two pages neither repeats nor hides another item.

Invented: the form of tokens, and that they are bound to their query.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from studio_core.sandbox.studio.exceptions import AWSValidationException

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

DEFAULT_PAGE = 10
"""Items on a page when MaxResults is not given.

Known: 10 [botocore, ListApps].
"""

_SEAL = b"studio sandbox list token"
_SEAL_LENGTH = 16

T = TypeVar("T")
Key = int | str | tuple[float, int]
"""Sort key of a list, part of its tokens: unique, and the same after a trip through JSON."""


def _seal(body: bytes) -> bytes:
    return hmac.new(_SEAL, body, hashlib.sha256).digest()[:_SEAL_LENGTH]


def make_token(query: Mapping[str, Any], key: Key) -> str:
    """Return the token that continues `query` behind the item with this sort key."""
    body = json.dumps([_digest(query), key], separators=(",", ":")).encode()
    return base64.b64encode(_seal(body) + body).decode()


def read_token(query: Mapping[str, Any], token: str) -> Any:
    """Return the sort key in a token of this query.

    Raises:
        ValueError: the token is not ours, or was made for another query.
    """
    try:
        raw = base64.b64decode(token, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("not a token") from error
    seal, body = raw[:_SEAL_LENGTH], raw[_SEAL_LENGTH:]
    if not hmac.compare_digest(seal, _seal(body)):
        raise ValueError("not a token of this service")
    digest, key = json.loads(body)
    if digest != _digest(query):
        raise ValueError("a token of another query")
    return tuple(key) if isinstance(key, list) else key


def _digest(query: Mapping[str, Any]) -> str:
    text = json.dumps(query, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def page(
    items: Iterable[T],
    *,
    key: Callable[[T], Any],
    query: Mapping[str, Any],
    descending: bool = False,
    in_order: bool = False,
    limit: int | None = None,
    token: str | None = None,
) -> tuple[list[T], str | None]:
    """Return one page of `items` and its NextToken.

    Args:
        items: all that match, in any order.
        key: the `Key` of each.
        query: what the token is bound to: operation, filters and order, but not the limit.
        descending: largest key first.
        in_order: the items come with ascending keys already, so that a page needs no sort.
        limit: most items on the page; 10 when None.
        token: NextToken of the page before, if any.

    Returns:
        The page and its NextToken, None when nothing follows.

    Raises:
        AWSValidationException: the token does not belong to this query.

    Invented: code and text.
    """
    size = limit or DEFAULT_PAGE
    if token is not None:
        try:
            after = read_token(query, token)
        except ValueError:
            raise AWSValidationException("NextToken is not valid for this request.") from None
        if descending:
            items = (item for item in items if key(item) < after)
        else:
            items = (item for item in items if key(item) > after)
    ordered = items if in_order else sorted(items, key=key, reverse=descending)
    rows = list(islice(ordered, size + 1))
    shown = rows[:size]
    following = make_token(query, key(shown[-1])) if len(rows) > size else None
    return shown, following
