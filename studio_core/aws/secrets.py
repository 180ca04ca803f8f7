"""The event's secret, a SecureString in SSM Parameter Store."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from dataclasses import replace
from typing import Any

from studio_core.access.codes import SECRET_BYTES, Codes
from studio_core.aws.errors import translated
from studio_core.errors import SettingsError
from studio_core.model.studio import EVENT_TAG


class Secrets:
    """Secret of one event, and the version of its access codes.

    A parameter of the standard tier is free and has up to 4 KB (Systems Manager pricing).
    A SecureString is encrypted with the account's key for SSM.
    """

    def __init__(self, ssm: Any, event: str) -> None:
        self._client = ssm
        self._event = event
        self.name = f"/studio-cli/{event}/secret"

    def read(self) -> Codes | None:
        """Return the event's codes, or None when it has no secret yet.

        Raises:
            SettingsError: The parameter has another content.
            AwsError: Parameter Store refuses or cannot be reached.
        """
        with translated(f"read the secret {self.name}"):
            try:
                answer = self._client.get_parameter(Name=self.name, WithDecryption=True)
            except self._client.exceptions.ParameterNotFound:
                return None
        return self._read(str(answer["Parameter"]["Value"]))

    def ensure(self) -> Codes:
        """Return the event's codes, creating the secret when there is none. Raises like `read`."""
        if (codes := self.read()) is not None:
            return codes
        codes = Codes(self._event, secrets.token_bytes(SECRET_BYTES))
        with translated(f"write the secret {self.name}"):
            try:
                self._client.put_parameter(
                    Name=self.name,
                    Type="SecureString",
                    Value=_write(codes),
                    Description="Studio CLI: access codes of the event are derived from this.",
                    Tags=[{"Key": EVENT_TAG, "Value": self._event}],
                )
            except self._client.exceptions.ParameterAlreadyExists:
                return self.ensure()  # another process was faster
        return codes

    def rotate(self) -> Codes:
        """Renew all codes of the event. Raises like `read`."""
        old = self.ensure()
        new = replace(old, version=old.version + 1)
        with translated(f"write the secret {self.name}"):
            self._client.put_parameter(
                Name=self.name, Type="SecureString", Value=_write(new), Overwrite=True
            )
        return new

    def drop(self) -> None:
        """Delete the secret, if it exists; every code is then invalid."""
        with translated(f"delete the secret {self.name}"):
            try:
                self._client.delete_parameter(Name=self.name)
            except self._client.exceptions.ParameterNotFound:
                return

    def _read(self, text: str) -> Codes:
        try:
            values = json.loads(text)
            secret = base64.b64decode(values["secret"], validate=True)
            version = int(values["version"])
        except (binascii.Error, ValueError, KeyError, TypeError):
            secret, version = b"", 0
        if len(secret) < SECRET_BYTES:
            raise SettingsError(
                f"The parameter {self.name} does not hold a secret of Studio CLI.",
                f"Delete it (`aws ssm delete-parameter --name {self.name}`); a new one is made, "
                "and with it new codes.",
            )
        return Codes(self._event, secret, version)


def _write(codes: Codes) -> str:
    secret = base64.b64encode(codes.secret).decode()
    return json.dumps({"secret": secret, "version": codes.version})
