"""Send plain text e-mail through Amazon SES."""

from __future__ import annotations

from typing import Any

from studio_core.aws.errors import translated
from studio_core.wording import printable

SINK = "success@simulator.amazonses.com"
"""Address of the SES mailbox simulator, which accepts any message (SES guide)."""


class Mail:
    """Mail from one sender, which must be verified in SES."""

    def __init__(self, sesv2: Any, sender: str) -> None:
        self._client = sesv2
        self._sender = sender

    def send(self, to: str, subject: str, text: str) -> None:
        """Send one message to one recipient; a subject stays one line of a mail's head.

        Raises:
            AwsError: SES refuses: the sender is not verified, or the account is in the SES
                sandbox and the recipient is not verified.
        """
        with translated("send an e-mail"):
            self._client.send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [to]},
                Content={
                    "Simple": {
                        "Subject": {"Data": printable(subject), "Charset": "UTF-8"},
                        "Body": {"Text": {"Data": text, "Charset": "UTF-8"}},
                    }
                },
            )
