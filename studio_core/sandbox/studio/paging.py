"""List pages: tokens that are opaque, bound to their query, and survive changes in between.

A token holds the sort key of the last item shown, not a position: what is created or
deleted in between neither repeats nor hides an item that stays.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any, TypeVar

from studio_core.sandbox.studio.exceptions import AWSValidationException

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

DEFAULT_PAGE = 10
"""Items on a page when MaxResults is not given (botocore's sagemaker model)."""

_SEAL = b"studio sandbox list token"
_SEAL_LENGTH = 16

T = TypeVar("T")
Key = int | str | tuple[float, int]
"""What sorts a list and stands in its tokens: unique, and the same after JSON."""


def _seal(body: bytes) -> bytes:
    return hmac.new(_SEAL, body, hashlib.sha256).digest()[:_SEAL_LENGTH]


def make_token(query: Mapping[str, Any], key: Key) -> str:
    """Make the token that continues `query` behind the item with this sort key."""
    body = json.dumps([_digest(query), key], separators=(",", ":")).encode()
    return base64.b64encode(_seal(body) + body).decode()


def read_token(query: Mapping[str, Any], token: str) -> Any:
    """Give the sort key that a token of this very query holds.

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
    limit: int | None = None,
    token: str | None = None,
) -> tuple[list[T], str | None]:
    """Cut one page out of `items`.

    Args:
        items: all that match, in any order.
        key: the `Key` of each.
        query: what the token is bound to: operation, filters and order, but not the limit.
        descending: largest key first.
        limit: most items on the page; 10 when None.
        token: NextToken of the page before, if any.

    Returns:
        The page and its NextToken, None when nothing follows.

    Raises:
        AWSValidationException: the token is not one of this query (text invented).
    """
    if token is None:
        rows = list(items)
    else:
        try:
            after = read_token(query, token)
        except ValueError:
            raise AWSValidationException("NextToken is not valid for this request.") from None
        if descending:
            rows = [item for item in items if key(item) < after]
        else:
            rows = [item for item in items if key(item) > after]
    rows.sort(key=key, reverse=descending)
    size = limit or DEFAULT_PAGE
    shown = rows[:size]
    following = make_token(query, key(shown[-1])) if len(rows) > size else None
    return shown, following
