"""The secret of an event's codes, in Parameter Store."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from studio_core.aws.secrets import Secrets
from studio_core.errors import AccessDeniedError, SettingsError
from studio_core.sandbox.demo import control

if TYPE_CHECKING:
    from studio_core.sandbox.serving.server import SandboxServer

NAME = "/studio-cli/demo/secret"


@pytest.fixture
def ssm(sandbox: SandboxServer) -> Any:
    return boto3.client("ssm")


def test_the_secret_is_made_once_and_encrypted(ssm: Any) -> None:
    first = Secrets(ssm, "demo").ensure()
    assert Secrets(ssm, "demo").ensure() == first
    kept = ssm.get_parameter(Name=NAME)["Parameter"]
    assert kept["Type"] == "SecureString"
    assert first.event_code.replace("-", "") not in kept["Value"]


def test_two_who_make_it_at_once_have_the_same(ssm: Any) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: Secrets(ssm, "demo").ensure(), range(8)))
    assert len({codes.secret for codes in made}) == 1


def test_rotating_keeps_the_secret_and_changes_the_codes(ssm: Any) -> None:
    secrets = Secrets(ssm, "demo")
    old = secrets.ensure()
    new = secrets.rotate()
    assert (new.version, new.secret) == (old.version + 1, old.secret)
    assert secrets.read() == new
    assert new.event_code != old.event_code


def test_no_secret_is_none_and_dropping_it_twice_is_no_matter(ssm: Any) -> None:
    secrets = Secrets(ssm, "demo")
    assert secrets.read() is None
    secrets.ensure()
    secrets.drop()
    secrets.drop()
    assert secrets.read() is None


@pytest.mark.parametrize("value", ["hello", "{}", '{"secret": "AAAA", "version": 1}', "[1]"])
def test_a_parameter_that_is_something_else_is_not_overwritten(ssm: Any, value: str) -> None:
    ssm.put_parameter(Name=NAME, Type="SecureString", Value=value)
    for act in (Secrets(ssm, "demo").ensure, Secrets(ssm, "demo").rotate):
        with pytest.raises(SettingsError, match="does not hold a secret"):
            act()
    assert ssm.get_parameter(Name=NAME, WithDecryption=True)["Parameter"]["Value"] == value


def test_what_is_not_allowed_names_the_permission(ssm: Any, sandbox: SandboxServer) -> None:
    errors = {"ssm.GetParameter": "AccessDeniedException"}
    control(sandbox.url, "PUT", "faults", {"errors": errors})
    with pytest.raises(AccessDeniedError) as refused:
        Secrets(ssm, "demo").read()
    assert "ssm:GetParameter" in refused.value.remedy


def test_the_secret_is_long_enough_that_nobody_tries_them_all(ssm: Any) -> None:
    made = Secrets(ssm, "demo").ensure()
    assert len(made.secret) >= 32
    assert len(set(made.secret)) > 8
    read = Secrets(ssm, "demo").read()
    assert read is not None
    assert read.secret == made.secret
