"""Signed tokens for cookies, headers and links, and comparison of secrets."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from typing import TYPE_CHECKING, Any

import itsdangerous
from itsdangerous.encoding import base64_decode, base64_encode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CLOCK_SKEW = 60
"""Seconds by which the clocks of two machines that share a key may differ."""

# SHA-384 fills 64 letters of base64 without a spare bit, so a token has one spelling. The
# length of the body is limited so that a megabyte is refused without hashing it.
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,8192}\.[A-Za-z0-9_-]{64}")


class Signer:
    """Sign and verify the tokens of one purpose. Thread-safe.

    Args:
        purpose: What the tokens are for; a token of another purpose never verifies.
        keys: Secrets, oldest first: the newest signs, and all verify. To rotate a key,
            append the new one, and drop the old one when its last token has expired.
        lifetime: Seconds that a token can be valid for. One that expires later than that
            is dated in the future, and is refused until its time comes.

    Raises:
        ValueError: There is no key, or one is empty.
    """

    def __init__(self, purpose: str, keys: Sequence[str] | Sequence[bytes], lifetime: int) -> None:
        if not keys or not all(keys):
            raise ValueError("A signer needs keys, and an empty one protects nothing.")
        self._lifetime = lifetime
        self._signer = itsdangerous.Signer(
            keys,
            salt=f"studio-cli {purpose}",
            key_derivation="hmac",
            digest_method=hashlib.sha384,
        )

    def sign(self, claims: Mapping[str, str | None], until: int) -> str:
        """Return a token that vouches for the claims until that second since 1970."""
        body = json.dumps({**claims, "until": until}, separators=(",", ":"))
        return self._signer.sign(base64_encode(body)).decode()

    def verify(self, token: str, now: float) -> dict[str, Any] | None:
        """Return the claims of a valid token and its `until`, else None."""
        if not _TOKEN.fullmatch(token):
            return None
        try:
            claims = json.loads(base64_decode(self._signer.unsign(token)))
            left = claims["until"] - now
        except (itsdangerous.BadData, ValueError, TypeError, KeyError):
            return None
        return claims if 0 < left <= self._lifetime + CLOCK_SKEW else None


def constant_time_compare(one: str, other: str) -> bool:
    """Return whether two secrets are equal, in a time that does not tell where they differ."""
    # Digests, because compare_digest returns at once where lengths differ.
    texts = (text.encode("utf-8", "surrogatepass") for text in (one, other))
    return hmac.compare_digest(*(hashlib.sha256(text).digest() for text in texts))
