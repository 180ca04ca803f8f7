"""Rules of tags that the service model does not express."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio_core.sandbox.studio.exceptions import AWSValidationException

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MAX_TAGS = 50
"""Most tags of a resource."""


def as_dict(tags: Iterable[Mapping[str, str]] | None) -> dict[str, str]:
    """Return a list of tags as a dictionary.

    Raises:
        AWSValidationException: a key is reserved, or given twice.

    Invented: code and text for a key that is given twice.
    """
    found: dict[str, str] = {}
    for tag in tags or ():
        if tag["Key"] in found:
            raise AWSValidationException(f"Duplicate tag key found: {tag['Key']}")
        found[tag["Key"]] = tag["Value"]
    refuse_reserved(found)
    return found


def refuse_reserved(keys: Iterable[str]) -> None:
    """Refuse the keys that only AWS itself may use.

    Raises:
        AWSValidationException: a key begins with `aws:`.

    Known: code and text for DeleteTags [sagemaker-python-sdk#1301].
    Invented: the same for AddTags and the create operations.
    """
    for key in keys:
        if key.casefold().startswith("aws:"):
            raise AWSValidationException(
                f"System prefix 'aws:' reserved for AWS usage in tag key: {key}"
            )
