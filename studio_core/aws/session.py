"""SDK clients, one per service, shared by all threads."""

from __future__ import annotations

import os
import threading
from typing import Any

import boto3
from botocore.config import Config

from studio_core.aws.errors import translated
from studio_core.model.studio import Identity

ATTEMPTS = 8
"""Attempts that botocore makes for one call, including the first."""


class Session:
    """Clients for one region and AWS profile.

    Clients are thread-safe, but creating them is not (boto3 guide, "Clients"): hence the lock.
    Endpoints come from the SDK's own variables, such as AWS_ENDPOINT_URL.
    """

    def __init__(self, region: str, profile: str = "", *, concurrency: int = 10) -> None:
        self.region = region
        with translated("read the AWS configuration"):
            self._boto = boto3.Session(region_name=region or None, profile_name=profile or None)
        self._config = Config(
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
            max_pool_connections=concurrency + 4,
            connect_timeout=10,
            read_timeout=60,
            user_agent_extra="studio-cli",
        )
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()

    def client(self, service: str, *, region: str | None = None, retries: bool = True) -> Any:
        """Return the client of a service, created at first use.

        Without `retries` the caller sees every refusal: the engine retries writes itself, and
        learns from refusals how fast it may go.

        Raises:
            StudioError: There are no credentials or no region.
        """
        with self._lock:
            key = f"{service}@{region or self.region} {retries}"
            if key not in self._clients:
                config = self._config
                if not retries:
                    config = config.merge(Config(retries={"total_max_attempts": 1}))
                with translated(f"make a client for {service}"):
                    self._clients[key] = self._boto.client(
                        service, region_name=region, config=config
                    )
            return self._clients[key]

    def client_with(self, credentials: dict[str, Any], service: str) -> Any:
        """Return a new client of a service with the credentials of an AssumeRole.

        Raises:
            StudioError: There is no region.
        """
        with self._lock, translated(f"make a client for {service}"):
            return self._boto.client(
                service,
                config=self._config,
                aws_access_key_id=credentials["AccessKeyId"],
                aws_secret_access_key=credentials["SecretAccessKey"],
                aws_session_token=credentials["SessionToken"],
            )

    def identity(self, domain_id: str) -> Identity:
        """Return who calls, and where to: one GetCallerIdentity.

        Raises:
            CredentialsError: There are no usable credentials.
        """
        sts = self.client("sts")
        with translated("find out who is calling"):
            answer = sts.get_caller_identity()
        return Identity(
            account=answer["Account"],
            region=self.region or self._boto.region_name or "",
            domain_id=domain_id,
            arn=answer["Arn"],
            endpoint=os.environ.get("AWS_ENDPOINT_URL_SAGEMAKER")
            or os.environ.get("AWS_ENDPOINT_URL"),
        )


def regions() -> list[str]:
    """Return the regions with SageMaker, from the SDK's data, without a call."""
    return sorted(boto3.Session().get_available_regions("sagemaker"))


def profiles() -> list[str]:
    """Return the AWS profiles in the SDK's configuration files."""
    return list(boto3.Session().available_profiles)
