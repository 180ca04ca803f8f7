"""Make links through a role of their own, each session limited to one person's profile.

Studio checks every request of an opened session against the policies of whoever made its link
(CreatePresignedDomainUrl in the SageMaker API reference). Made with a session of this role, a
link is limited by the session policy, and the session's name, which is the profile's, is what
CloudTrail shows. Deduced from AWS's documentation; not tried on AWS.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from studio_core.aws.errors import translated
from studio_core.model.studio import EVENT_TAG

if TYPE_CHECKING:
    from studio_core.aws.session import Session

LASTS = 900
"""Seconds that the credentials last, the least that STS takes; a link is good for 300."""

NAME_LIMIT = 64
"""Longest name of a role session; the shortest is 2 (AssumeRole, STS API reference)."""

CHECK = "studio-check"
"""Session name of a check, which may do nothing."""


class LinkRole:
    """The role that the setting `link-role` names. Nothing is kept: a link is one AssumeRole."""

    def __init__(self, session: Session, arn: str, event: str) -> None:
        self._session = session
        self._arn = arn
        self._event = event

    def sagemaker(self, profile: str, profile_arn: str) -> Any:
        """Return a SageMaker client that can make links for one profile of the event alone.

        Raises:
            AwsError: The role cannot be assumed. Nothing else is tried then.
        """
        policy = {
            "Effect": "Allow",
            "Action": "sagemaker:CreatePresignedDomainUrl",
            "Resource": profile_arn,
            "Condition": {"StringEquals": {f"aws:ResourceTag/{EVENT_TAG}": self._event}},
        }
        credentials = self._assume(session_name(profile), policy)
        return self._session.client_with(credentials, "sagemaker")

    def check(self) -> None:
        """Assume the role, for a session that may do nothing. Raises as `sagemaker` does."""
        self._assume(CHECK, {"Effect": "Deny", "Action": "*", "Resource": "*"})

    def _assume(self, name: str, statement: dict[str, Any]) -> dict[str, Any]:
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        with translated(f"assume the link role {self._arn}"):
            answer = self._session.client("sts").assume_role(
                RoleArn=self._arn,
                RoleSessionName=name,
                DurationSeconds=LASTS,
                Policy=json.dumps(policy, separators=(",", ":")),
            )
        credentials: dict[str, Any] = answer["Credentials"]
        return credentials


def session_name(profile: str) -> str:
    """Return the session name of a profile: the profile's, or with a dash if it is one letter.

    Names of profiles have letters, digits and dashes, at most 63 (CreateUserProfile), all of
    which session names may have.
    """
    return profile[:NAME_LIMIT] if len(profile) > 1 else f"{profile}-"
