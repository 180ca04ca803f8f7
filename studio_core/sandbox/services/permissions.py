"""IAM's policy simulator, which allows everything but what a fault denies.

Invented: that policies, principals and contexts have no effect.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult
from moto.iam.responses import IamResponse

from studio_core.sandbox.studio.behaviour import behaviours

if TYPE_CHECKING:
    from collections.abc import Iterable

_SIGNED_AS = {"tag": "tagging"}
"""IAM's name of a service to the one its requests are signed with, where they differ."""


class PermissionsResponse(IamResponse):
    """Handler of IAM requests; moto has no policy simulator."""

    def simulate_principal_policy(self) -> Any:
        """SimulatePrincipalPolicy: denies what the fault `errors` answers with AccessDenied."""
        actions: Iterable[str] = self._get_param("ActionNames") or ()
        resources: list[str] = self._get_param("ResourceArns") or ["*"]
        results: list[dict[str, Any]] = [
            {
                "EvalActionName": action,
                "EvalResourceName": resources[0],
                "EvalDecision": "implicitDeny" if self._denies(action) else "allowed",
                "MatchedStatements": [],
                "MissingContextValues": [],
            }
            for action in actions
        ]
        return ActionResult({"EvaluationResults": results, "IsTruncated": False})

    def _denies(self, action: str) -> bool:
        service, _, name = action.partition(":")
        operation = f"{_SIGNED_AS.get(service, service)}.{name}"
        refusal = behaviours[self.current_account].refusal(operation)
        return refusal is not None and refusal[0].startswith("AccessDenied")
