"""What each outside client is asked to do, as functions from a sandbox to results."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3

from tests.clients.environments import FOLDER, environment, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Variables = dict[str, str]

HERE = Path(__file__).parent
SDK_PACKAGES = (
    "@aws-sdk/client-dynamodb@3",
    "@aws-sdk/client-pricing@3",
    "@aws-sdk/client-resource-groups-tagging-api@3",
    "@aws-sdk/client-sagemaker@3",
    "@aws-sdk/client-service-quotas@3",
)
SPACES, PROFILES, TEAM_APPS = 13, 62, 6
"""What the demo data has: team spaces and the instructor's, people and hosts, running apps."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that a client did, and how it ended."""

    name: str
    ok: bool
    detail: str = ""


def javascript(variables: Variables) -> list[Check]:
    """AWS SDK for JavaScript v3.

    Raises:
        RuntimeError: npm is missing or could not install the packages.
    """
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        raise RuntimeError("npm and node are needed")
    folder = FOLDER / "js"
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "node_modules" / "@aws-sdk" / "client-sagemaker").exists():
        flags = ("--no-audit", "--no-fund", "--no-save", "--prefix", folder)
        done = run(npm, "install", *flags, *SDK_PACKAGES)
        if done.returncode:
            raise RuntimeError(f"npm could not install the SDK: {done.stderr[-2000:]}")
    shutil.copy(HERE / "sdk.mjs", folder / "sdk.mjs")
    return _from_lines(run(node, "sdk.mjs", cwd=folder, **variables))


def sagemaker_core(variables: Variables) -> list[Check]:
    """sagemaker-core."""
    python = environment("sagemaker-core", "sagemaker-core>=2.27,<3") / "bin" / "python"
    with tempfile.TemporaryDirectory() as home:
        script = HERE / "sagemaker_core_checks.py"
        return _from_lines(run(python, script, cwd=Path(home), HOME=home, **variables))


def _from_lines(done: Any) -> list[Check]:
    """Read one JSON object a line; a script that printed none is one failed check."""
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    found = [Check(**json.loads(line)) for line in lines]
    return found or [Check("runs", ok=False, detail=done.stderr[-2000:])]


CLI: tuple[tuple[str, tuple[str, ...], Callable[[Any], bool] | str], ...] = (
    (
        "lists domains",
        ("sagemaker", "list-domains"),
        lambda answer: len(answer["Domains"]) == 1,
    ),
    (
        "pages through profiles",
        ("sagemaker", "list-user-profiles", "--page-size", "7"),
        lambda answer: len(answer["UserProfiles"]) == PROFILES,
    ),
    (
        "lists the spaces of a name",
        ("sagemaker", "list-spaces", "--space-name-contains", "TEAM-1"),
        lambda answer: {each["SpaceName"] for each in answer["Spaces"]}
        >= {"team-1", "team-10", "team-11", "team-12"},
    ),
    (
        "sorts apps backwards",
        ("sagemaker", "list-apps", "--sort-order", "Descending"),
        lambda answer: len(answer["Apps"]) == TEAM_APPS,
    ),
    (
        "describes a space",
        ("sagemaker", "describe-space", "--domain-id", "{domain}", "--space-name", "team-1"),
        lambda answer: answer["SpaceSettings"]["AppType"] == "JupyterLab",
    ),
    (
        "misses a profile",
        (
            "sagemaker", "describe-user-profile", "--domain-id", "{domain}",
            "--user-profile-name", "gone",
        ),
        "ResourceNotFound",
    ),
    (
        "refuses an id that cannot be",
        ("sagemaker", "describe-domain", "--domain-id", "x"),
        "ValidationException",
    ),
    (
        "keeps a domain that has people",
        ("sagemaker", "delete-domain", "--domain-id", "{domain}"),
        "ResourceInUse",
    ),
    (
        "makes a presigned URL",
        (
            "sagemaker", "create-presigned-domain-url", "--domain-id", "{domain}",
            "--user-profile-name", "instructor-grace",
        ),
        lambda answer: "/auth?token=" in answer["AuthorizedUrl"],
    ),
    (
        "finds resources by tag",
        ("resourcegroupstaggingapi", "get-resources", "--tag-filters", "Key=studio-cli:event"),
        lambda answer: len(answer["ResourceTagMappingList"]) > PROFILES,
    ),
    (
        "reads quotas",
        ("service-quotas", "list-service-quotas", "--service-code", "sagemaker"),
        lambda answer: len(answer["Quotas"]) > 10,
    ),
    (
        "reads prices",
        (
            "pricing", "get-products", "--service-code", "AmazonSageMaker",
            "--region", "us-east-1", "--max-items", "3",
        ),
        lambda answer: len(answer["PriceList"]) == 3,
    ),
)  # fmt: skip
"""Name, words, and what the answer must satisfy or the error that must come."""


def aws_cli(variables: Variables) -> list[Check]:
    """AWS CLI."""
    command = environment("awscli", "awscli") / "bin" / "aws"
    return [_cli(command, variables, *each) for each in CLI]


def _cli(
    command: Path,
    variables: Variables,
    name: str,
    words: Iterable[str],
    wanted: Callable[[Any], bool] | str,
) -> Check:
    filled = [word.replace("{domain}", variables["STUDIO_DOMAIN_ID"]) for word in words]
    done = run(command, *filled, "--output", "json", **variables)
    if isinstance(wanted, str):
        return Check(name, f"({wanted})" in done.stderr, done.stderr[-300:])
    ok = done.returncode == 0 and wanted(json.loads(done.stdout))
    return Check(name, ok, (done.stderr or done.stdout)[-300:])


CUSTODIAN = {
    "every-domain": 1,
    "every-profile": PROFILES,
    "every-space": SPACES,
    "every-app": TEAM_APPS,
    "spaces-of-the-event": SPACES - 1,
    "profiles-without-the-event": 1,
    "running-apps": TEAM_APPS,
    "tagged-spaces": 1,
}
"""How many resources each policy must find."""


def custodian(variables: Variables) -> list[Check]:
    """Cloud Custodian."""
    command = environment("custodian", "c7n") / "bin" / "custodian"
    with tempfile.TemporaryDirectory() as folder:
        cache = ("--cache", "memory", "--cache-period", "0")
        done = run(
            command, "run", "-s", folder, "--region", variables["AWS_REGION"], *cache,
            HERE / "custodian.yml", **variables, HOME=folder,
        )  # fmt: skip
        found = {}
        for name in CUSTODIAN:
            file = Path(folder) / name / "resources.json"
            found[name] = len(json.loads(file.read_text())) if file.exists() else None
    return [
        Check(name, found[name] == wanted, f"{found[name]} of {wanted}; {done.stderr[-300:]}")
        for name, wanted in CUSTODIAN.items()
    ]


def prowler(variables: Variables) -> list[Check]:
    """Prowler: its SageMaker checks must end in findings, and no call in an error.

    Calls that moto has not implemented are no error of the sandbox.
    """
    _resources_of_moto(variables)
    command = environment("prowler", "prowler") / "bin" / "prowler"
    with tempfile.TemporaryDirectory() as folder:
        done = run(
            command, "aws", "--services", "sagemaker", "--region", variables["AWS_REGION"],
            "-M", "json-ocsf", "-o", folder, "-F", "found", "-b", "-z", "--log-level", "ERROR",
            **variables, HOME=folder,
        )  # fmt: skip
        file = Path(folder) / "found.ocsf.json"
        found = json.loads(file.read_text()) if file.exists() else []
    text = done.stdout + done.stderr
    errors = [
        line
        for line in text.splitlines()
        if "sagemaker" in line.lower() and "ERROR" in line and "not been implemented" not in line
    ]
    checks: dict[str, int] = {}
    for each in found:
        name = each["metadata"]["event_code"]
        checks[name] = checks.get(name, 0) + 1
    if not checks:
        return [Check("runs", ok=False, detail=text[-2000:])]
    results = [Check(name, ok=True, detail=f"{count} findings") for name, count in checks.items()]
    return [*results, Check("no errors", not errors, "; ".join(errors)[:1000])]


def _resources_of_moto(variables: Variables) -> None:
    """Create what Prowler looks at beside domains."""
    studio = boto3.client(
        "sagemaker",
        endpoint_url=variables["AWS_ENDPOINT_URL"],
        region_name=variables["AWS_REGION"],
        aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
    )
    role = "arn:aws:iam::123456789012:role/studio-execution"
    studio.create_notebook_instance(
        NotebookInstanceName="notes", InstanceType="ml.t3.medium", RoleArn=role
    )
    studio.create_model(ModelName="model", ExecutionRoleArn=role, PrimaryContainer={"Image": "x"})
    studio.create_endpoint_config(
        EndpointConfigName="config",
        ProductionVariants=[
            {
                "VariantName": "all",
                "ModelName": "model",
                "InitialInstanceCount": 1,
                "InstanceType": "ml.m5.large",
            }
        ],
    )
    studio.create_training_job(
        TrainingJobName="training",
        RoleArn=role,
        AlgorithmSpecification={"TrainingInputMode": "File", "TrainingImage": "x"},
        OutputDataConfig={"S3OutputPath": "s3://bucket/out"},
        ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5},
        StoppingCondition={"MaxRuntimeInSeconds": 60},
    )


CLIENTS: dict[str, Callable[[Variables], list[Check]]] = {
    "AWS SDK for JavaScript v3": javascript,
    "AWS CLI": aws_cli,
    "sagemaker-core": sagemaker_core,
    "Cloud Custodian": custodian,
    "Prowler": prowler,
}
