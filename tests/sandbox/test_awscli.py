"""Conformance: the AWS CLI, reached by its own variables and nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import awscli
import pytest
from awscli.clidriver import create_clidriver

from tests.sandbox.conftest import client, make_domain

if TYPE_CHECKING:
    from studio_core.sandbox.serving.server import SandboxServer


class Cli:
    """Runs the CLI's own entry point in this process, with a server's variables set.

    Starting an interpreter for each of its commands would take most of the suite's time.
    """

    def __init__(self, capfd: pytest.CaptureFixture[str]) -> None:
        self._capfd = capfd

    def run(self, *words: str) -> tuple[int, str, str]:
        self._capfd.readouterr()
        status = create_clidriver().main([*words, "--output", "json"])
        told = self._capfd.readouterr()
        return status, told.out, told.err

    def __call__(self, *words: str) -> Any:
        status, out, err = self.run(*words)
        assert status == 0, err
        return json.loads(out) if out.strip() else None


@pytest.fixture
def aws(
    served: SandboxServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Cli:
    # The package sets its data path when it is imported, and tests begin without AWS_ variables.
    data = {"HOME": str(tmp_path), "AWS_DATA_PATH": str(Path(awscli.__file__).parent / "data")}
    for name, value in {**data, **served.environment()}.items():
        monkeypatch.setenv(name, value)
    return Cli(capfd)


def test_the_command_reaches_it_by_its_variables_alone(
    served: SandboxServer, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "awscli", "sts", "get-caller-identity", "--output", "json"],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), **served.environment()},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert json.loads(done.stdout)["Account"] == "123456789012"


def test_the_cli_sets_up_lists_and_clears_a_team(aws: Cli, served: SandboxServer) -> None:
    created = aws(
        "sagemaker", "create-domain", "--domain-name", "cli", "--auth-mode", "IAM",
        "--default-user-settings", "{}", "--subnet-ids", "subnet-1", "--vpc-id", "vpc-1",
    )  # fmt: skip
    domain = ("--domain-id", created["DomainId"])
    aws("sagemaker", "create-user-profile", *domain, "--user-profile-name", "ada",
        "--tags", "Key=studio-cli:event,Value=cli")  # fmt: skip
    aws("sagemaker", "create-space", *domain, "--space-name", "team-1",
        "--ownership-settings", "OwnerUserProfileName=ada",
        "--space-sharing-settings", "SharingType=Shared",
        "--space-settings", "AppType=JupyterLab")  # fmt: skip
    app = (*domain, "--space-name", "team-1", "--app-type", "JupyterLab", "--app-name", "default")
    aws("sagemaker", "create-app", *app)
    assert aws("sagemaker", "describe-app", *app)["Status"] == "InService"

    status, _, err = aws.run("sagemaker", "delete-space", *domain, "--space-name", "team-1")
    assert status != 0
    assert "An error occurred (ResourceInUse) when calling the DeleteSpace operation" in err
    url = aws("sagemaker", "create-presigned-domain-url", *domain, "--user-profile-name", "ada",
              "--space-name", "team-1", "--expires-in-seconds", "5")["AuthorizedUrl"]  # fmt: skip
    assert url.startswith(f"{served.url}/auth?token=")

    tagged = aws("resourcegroupstaggingapi", "get-resources",
                 "--tag-filters", "Key=studio-cli:event,Values=cli",
                 "--resource-type-filters", "sagemaker:user-profile")  # fmt: skip
    assert len(tagged["ResourceTagMappingList"]) == 1

    aws("sagemaker", "delete-app", *app)
    aws("sagemaker", "delete-space", *domain, "--space-name", "team-1")
    aws("sagemaker", "delete-user-profile", *domain, "--user-profile-name", "ada")
    aws("sagemaker", "delete-domain", *domain)
    assert aws("sagemaker", "list-domains") == {"Domains": []}


def test_the_cli_pages_through_lists(aws: Cli, served: SandboxServer) -> None:
    studio = client(served.url)
    domain_id = make_domain(studio)
    for number in range(23):
        studio.create_user_profile(DomainId=domain_id, UserProfileName=f"p{number}")
    everyone = aws("sagemaker", "list-user-profiles", "--page-size", "5")["UserProfiles"]
    assert [row["UserProfileName"] for row in everyone] == [f"p{n}" for n in range(23)]
    first = aws("sagemaker", "list-user-profiles", "--max-items", "4")
    rest = aws("sagemaker", "list-user-profiles", "--starting-token", first["NextToken"])
    assert len(first["UserProfiles"]) + len(rest["UserProfiles"]) == 23


def test_the_cli_reads_quotas_and_prices(aws: Cli) -> None:
    quota = ("--service-code", "sagemaker", "--quota-code", "L-AC46C40F")
    assert aws("service-quotas", "get-service-quota", *quota)["Quota"]["Value"] > 500
    assert aws("service-quotas", "get-aws-default-service-quota", *quota)["Quota"]["Value"] == 2
    prices = aws(
        "pricing", "get-products", "--region", "us-east-1", "--service-code", "AmazonSageMaker",
        "--filters", "Type=TERM_MATCH,Field=regionCode,Value=us-east-1",
        "Type=TERM_MATCH,Field=platoinstancetype,Value=Studio-JupyterLab",
        "Type=TERM_MATCH,Field=instanceType,Value=ml.t3.medium",
    )["PriceList"]  # fmt: skip
    (product,) = map(json.loads, prices)
    (term,) = product["terms"]["OnDemand"].values()
    (dimension,) = term["priceDimensions"].values()
    assert float(dimension["pricePerUnit"]["USD"]) == 0.05
