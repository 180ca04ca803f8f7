"""The seams of moto that the sandbox is put into; a new moto must still have them."""

from __future__ import annotations

import re
from typing import Any

import moto
import pytest
from moto import backend_index
from moto.backends import get_backend
from moto.core.base_backend import BackendDict
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.core.responses import BaseResponse
from moto.core.utils import get_service_model, method_names_from_class
from moto.moto_api import state_manager
from moto.moto_api._internal.managed_state_model import ManagedState
from moto.sagemaker.models import sagemaker_backends
from moto.sagemaker.responses import SageMakerResponse

from studio_core.sandbox import install
from studio_core.sandbox.studio import lifecycle
from studio_core.sandbox.studio.models import StudioBackend
from studio_core.sandbox.studio.responses import STUDIO_OPERATIONS, StudioResponse
from tests.sandbox.conftest import client, make_domain


def test_the_pinned_version_is_the_one_that_was_extended() -> None:
    assert moto.__version__.startswith("5.2.")


def test_moto_has_what_is_built_upon() -> None:
    assert issubclass(SageMakerResponse, BaseResponse)
    for name in ("call_action", "_get_action", "get_current_account", "setup_class"):
        assert callable(getattr(BaseResponse, name))
    state = ManagedState("x", [("a", "b")])
    assert {"_transitions", "_status", "_tick", "_time_progressed"} <= set(vars(state))
    assert isinstance(BackendDict._instances, list)
    assert callable(state_manager.register_default_transition)


def test_installing_twice_changes_nothing(local: Any) -> None:
    make_domain(local)
    patterns = list(backend_index.backend_url_patterns)
    lifecycle.configure("manual")
    install()
    assert backend_index.backend_url_patterns == patterns
    assert len(local.list_domains()["Domains"]) == 1
    assert lifecycle.Lifecycle("app", DEFAULT_ACCOUNT_ID).progression == "manual"


def test_backends_are_ours_and_know_their_addresses(local: Any) -> None:
    backend = sagemaker_backends[DEFAULT_ACCOUNT_ID]["eu-west-1"]
    assert isinstance(backend, StudioBackend)
    assert backend.url_paths == {"/$": StudioResponse.dispatch}
    pricing = get_backend("pricing")[DEFAULT_ACCOUNT_ID]["us-east-1"]
    assert re.fullmatch(pricing.url_bases[0], "https://api.pricing.us-east-1.amazonaws.com")


def test_leaving_mock_aws_forgets_everything() -> None:
    install()
    lifecycle.configure()
    with moto.mock_aws():
        make_domain(client(None))
    with moto.mock_aws():
        assert client(None).list_domains()["Domains"] == []


def test_every_operation_named_is_in_the_model_and_answered() -> None:
    model = get_service_model("sagemaker")
    methods = method_names_from_class(StudioResponse)
    assert set(model.operation_names) >= STUDIO_OPERATIONS
    for operation in STUDIO_OPERATIONS:
        name = re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower()
        assert name in methods
        assert name in vars(StudioResponse)  # ours, not moto's


def test_what_moto_answers_is_there_too(url: str | None) -> None:
    assert client(url, "sts").get_caller_identity()["Account"] == "123456789012"
    ssm = client(url, "ssm")
    ssm.put_parameter(Name="/studio/code", Value="x", Type="SecureString")
    assert ssm.get_parameter(Name="/studio/code", WithDecryption=True)["Parameter"]["Value"] == "x"
    ses = client(url, "ses")
    ses.verify_email_identity(EmailAddress="organiser@example.com")
    assert ses.list_identities()["Identities"] == ["organiser@example.com"]
    table = client(url, "dynamodb")
    table.create_table(
        TableName="people",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )
    table.put_item(TableName="people", Item={"pk": {"S": "a"}})
    with pytest.raises(table.exceptions.ConditionalCheckFailedException):
        table.put_item(
            TableName="people",
            Item={"pk": {"S": "a"}},
            ConditionExpression="attribute_not_exists(pk)",
        )
