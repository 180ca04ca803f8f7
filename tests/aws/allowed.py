"""What the table of operations allows, as the SDK names it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio_core.aws.policies import statements

if TYPE_CHECKING:
    from studio_core.aws.statements import Who

FREE = {"sts.GetCallerIdentity"}
"""Operations that need no permission (STS API reference)."""


def operations(who: Who) -> set[str]:
    """Return all operations that a role's policy allows."""
    allowing = (statement for statement in statements(who) if not statement.denies)
    return FREE.union(*(statement.operations for statement in allowing))
