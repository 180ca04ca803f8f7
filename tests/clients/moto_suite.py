"""moto's own tests with the extension in place: `python -m tests.clients.moto_suite`.

They come from moto's source distribution of the pinned version and run twice: with moto alone,
and with the extension. Exits with 1 when a test fails with the extension that passes without
it and is not in `CANNOT_PASS`, or when one in that list passes.
"""

from __future__ import annotations

import os
import re
import sys
import tarfile
from importlib.metadata import version
from typing import TYPE_CHECKING

from tests.clients.environments import FOLDER, ROOT, environment, run

if TYPE_CHECKING:
    from pathlib import Path

SUITES = (
    "sagemaker",
    "sagemakermetrics",
    "servicequotas",
    "resourcegroupstaggingapi",
    "dynamodb",
    "scheduler",
)

GROUPS = "test_sagemaker/test_sagemaker_model_package_groups.py"

CANNOT_PASS = {
    **dict.fromkeys(
        (
            "test_sagemaker/test_sagemaker_domains.py::test_create_domain",
            "test_sagemaker/test_sagemaker_domains.py::test_describe_domain_defaults",
            "test_sagemaker/test_sagemaker_domains.py::test_list_domains",
        ),
        "rests on moto's own domain id, `d-` and the name; AWS's are random",
    ),
    "test_sagemaker/test_sagemaker_domains.py::test_describe_domain": (
        "sends settings that violate patterns of the service model"
    ),
    "test_sagemaker/test_sagemaker_domains.py::test_delete_domain": (
        "describes the domain by moto's own id after deleting it"
    ),
    **dict.fromkeys(
        (
            "test_sagemaker/test_sagemaker_endpoint.py::test_list_tags_endpoint",
            f"{GROUPS}::test_list_tags_model_package_group",
            f"{GROUPS}::test_delete_tags_model_package_group",
            "test_sagemaker/test_sagemaker_trial.py::test_list_trial_tags",
            "test_sagemaker/test_sagemaker_trial_component.py::test_list_trial_component_tags",
        ),
        "adds more than 50 tags in one call; the service model allows 50",
    ),
    "test_resourcegroupstaggingapi/test_resourcegroupstaggingapi.py::test_get_resources_ecs": (
        "rests on the order of creation; pages that survive changes need one by ARN"
    ),
}
"""Tests that pass with moto alone and cannot with the extension, and why."""


def sources(python: Path, wanted: str) -> Path:
    """Download and unpack moto's source distribution; return its folder.

    Raises:
        RuntimeError: the package index does not have it, or it has no tests.
    """
    folder = FOLDER / f"moto-{wanted}"
    if not (folder / "tests").exists():
        options = ("--quiet", "--no-binary", "moto", "--no-deps", "-d", FOLDER)
        got = run(python, "-m", "pip", "download", *options, f"moto=={wanted}")
        if got.returncode:
            raise RuntimeError(f"the sources of moto {wanted} are not to be had: {got.stderr}")
        with tarfile.open(FOLDER / f"moto-{wanted}.tar.gz") as archive:
            archive.extractall(FOLDER, filter="data")
    if not (folder / "tests").exists():
        raise RuntimeError(f"the sources of moto {wanted} have no tests")
    return folder


def failures(python: Path, folder: Path, *, extended: bool) -> tuple[set[str], str]:
    """Run the suites; return the tests that failed and pytest's last line."""
    plugin = ("-p", "tests_of_studio.moto_plugin") if extended else ()
    link = FOLDER / "path"
    link.mkdir(exist_ok=True)
    for name, target in (
        ("studio_core", ROOT / "studio_core"),
        ("tests_of_studio", ROOT / "tests" / "clients"),
    ):
        if not (link / name).exists():
            (link / name).symlink_to(target)
    done = run(
        python, "-m", "pytest", "-q", "-n", "2", "--color=no", "-p", "no:cacheprovider", *plugin,
        *(f"tests/test_{suite}" for suite in SUITES),
        cwd=folder,
        PYTHONPATH=os.pathsep.join(map(str, (folder, link))),
        AWS_DEFAULT_REGION="us-east-1",
        AWS_ACCESS_KEY_ID="testing",
        AWS_SECRET_ACCESS_KEY="testing",
    )  # fmt: skip
    failed = re.findall(r"^(?:FAILED|ERROR) tests/(\S+)", done.stdout, re.MULTILINE)
    last = done.stdout.strip().splitlines()[-1] if done.stdout.strip() else done.stderr[-2000:]
    return set(failed), last


def main() -> int:
    """Run both, compare, print, and return the exit status."""
    wanted = version("moto")
    requirements = (
        f"moto[all,server]=={wanted}",
        f"boto3=={version('boto3')}",
        f"botocore=={version('botocore')}",
        "freezegun",
        "inline-snapshot",
        "pytest",
        "pytest-order",
        "pytest-xdist",
    )
    python = environment("moto", *requirements) / "bin" / "python"
    folder = sources(python, wanted)
    alone, said = failures(python, folder, extended=False)
    print(f"moto {wanted} alone: {said}")
    extended, said = failures(python, folder, extended=True)
    print(f"with the extension: {said}")
    lost = extended - alone
    for name in sorted(lost & set(CANNOT_PASS)):
        print(f"cannot pass: {name}: {CANNOT_PASS[name]}")
    wrong = [f"lost: {name}" for name in sorted(lost - set(CANNOT_PASS))]
    wrong += [f"passes now: {name}" for name in sorted(set(CANNOT_PASS) - lost)]
    print("\n".join(wrong) or "No other test of moto is lost.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
