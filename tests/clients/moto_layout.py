"""Lay `sandbox/studio` out as a pull request to moto and lint it as moto does (`make moto-lint`).

Takes moto's source distribution, puts the package in as `moto/sagemaker/studio/` with moto's
own import names, routes SageMaker requests to it, and runs ruff and mypy with moto's
configuration and a smoke test. Nothing is sent anywhere.
"""

from __future__ import annotations

import shutil
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING

from tests.clients.environments import FOLDER, ROOT, environment, run
from tests.clients.moto_suite import sources

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = ROOT / "studio_core" / "sandbox" / "studio"
OURS, THEIRS = "studio_core.sandbox.studio", "moto.sagemaker.studio"
REQUIREMENTS = (
    "ruff==0.14.10",  # as moto's requirements-dev.txt has it
    "mypy",
    "botocore-stubs",
    "types-requests",
    "types-python-dateutil",
    "types-PyYAML",
)
"""What moto's requirements-dev.txt names for its linters."""

ROUTES = '''"""Handles routing for SageMaker requests: Studio's operations, then the others."""

from moto.sagemaker.studio.responses import StudioResponse

url_bases = [
    r"https?://api\\.sagemaker\\.(.+)\\.amazonaws.com",
]

url_paths = {
    "{0}/$": StudioResponse.dispatch,
}
'''
PACKAGE = """from .models import sagemaker_backends
from .studio.models import StudioBackend

sagemaker_backends.backend = StudioBackend  # type: ignore[assignment]

__all__ = ["sagemaker_backends"]
"""
SMOKE = """
import boto3, moto
with moto.mock_aws():
    studio = boto3.client("sagemaker", "us-east-1")
    network = {"SubnetIds": ["subnet-1"], "VpcId": "vpc-1"}
    domain = studio.create_domain(
        DomainName="d", AuthMode="IAM", DefaultUserSettings={}, **network
    )["DomainId"]
    studio.create_user_profile(DomainId=domain, UserProfileName="ada")
    assert studio.describe_user_profile(DomainId=domain, UserProfileName="ada")["UserProfileArn"]
    studio.create_model(ModelName="m", ExecutionRoleArn="arn:aws:iam::123456789012:role/r")
    assert studio.list_models()["Models"]
"""
"""What must work in the layout: an operation of ours and one of moto's."""


def layout(python: Path, wanted: str) -> Path:
    """Return a copy of moto's sources with the package in it."""
    folder = FOLDER / "moto-pull-request"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(sources(python, wanted), folder)
    target = folder / "moto" / "sagemaker" / "studio"
    target.mkdir()
    for path in sorted(SOURCE.glob("*.py")):
        (target / path.name).write_text(path.read_text().replace(OURS, THEIRS))
    # moto finds a backend's URLs beside its class, and a service's in its own folder.
    for urls in (target / "urls.py", folder / "moto" / "sagemaker" / "urls.py"):
        urls.write_text(ROUTES)
    (folder / "moto" / "sagemaker" / "__init__.py").write_text(PACKAGE)
    return folder


def main() -> int:
    """Lay out, lint, print, and return the exit status."""
    wanted = version("moto")
    python = (
        environment("moto-lint", *REQUIREMENTS, f"moto[sagemaker]=={wanted}") / "bin" / "python"
    )
    folder = layout(python, wanted)
    package = folder / "moto" / "sagemaker" / "studio"
    # Import order and line breaks follow moto's configuration once the names have changed.
    run(python, "-m", "ruff", "check", "--fix", "--quiet", "--select", "I", package, cwd=folder)
    run(python, "-m", "ruff", "format", "--quiet", package, cwd=folder)
    failed = False
    for name, command in (
        ("ruff check", ("ruff", "check", package)),
        ("ruff format", ("ruff", "format", "--check", package)),
        ("mypy", ("mypy", "--follow-imports=silent", "moto/sagemaker/studio")),
    ):
        done = run(python, "-m", *command, cwd=folder)
        failed |= done.returncode != 0
        print(f"{name}: {'passed' if done.returncode == 0 else 'failed'}")
        if done.returncode:
            print(done.stdout[-4000:] + done.stderr[-2000:])
    keys = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    done = run(python, "-c", SMOKE, cwd=folder, PYTHONPATH=str(folder), **keys)
    failed |= done.returncode != 0
    print(f"smoke test: {'passed' if done.returncode == 0 else done.stderr[-2000:]}")
    found = [path.name for path in package.glob("*.py") if "studio_core" in path.read_text()]
    print(f"names of ours left in: {', '.join(found) or 'no file'}")
    print(f"laid out in {folder.relative_to(ROOT)}: {len(list(package.glob('*.py')))} files")
    return 1 if failed or found else 0


if __name__ == "__main__":
    sys.exit(main())
