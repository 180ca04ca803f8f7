"""Service Quotas."""

from __future__ import annotations

from typing import Any

import pytest

from studio_core.sandbox.demo import control
from studio_core.sandbox.services import quota_table
from studio_core.sandbox.serving.server import SandboxServer
from tests.sandbox.conftest import client, code_of, make_domain, make_space


def test_quotas_have_the_names_codes_and_defaults_of_aws(url: str | None) -> None:
    quotas = client(url, "service-quotas")
    pages = quotas.get_paginator("list_aws_default_service_quotas").paginate(
        ServiceCode="sagemaker", PaginationConfig={"PageSize": 4}
    )
    found = {q["QuotaCode"]: q for page in pages for q in page["Quotas"]}
    assert {code: q["Value"] for code, q in found.items()} == quota_table.AWS_DEFAULTS
    assert found["L-71FAF417"]["QuotaName"] == (
        "Studio JupyterLab Apps running on ml.t3.medium instances"
    )
    one = quotas.get_aws_default_service_quota(ServiceCode="sagemaker", QuotaCode="L-8E5333B4")
    assert one["Quota"]["Value"] == 6
    assert one["Quota"]["QuotaArn"] == (
        "arn:aws:servicequotas:eu-west-1:123456789012:sagemaker/L-8E5333B4"
    )


def test_applied_quotas_can_be_set_and_hold(url: str | None) -> None:
    quota_table.set_quotas({"Maximum number of Studio user profiles allowed per account": 3})
    quotas = client(url, "service-quotas")
    applied = quotas.get_service_quota(ServiceCode="sagemaker", QuotaCode="L-AC46C40F")
    assert applied["Quota"]["Value"] == 3
    pages = quotas.get_paginator("list_service_quotas").paginate(ServiceCode="sagemaker")
    listed = {q["QuotaCode"]: q["Value"] for page in pages for q in page["Quotas"]}
    assert listed["L-AC46C40F"] == 3
    assert listed["L-8E5333B4"] == quota_table.RAISED["L-8E5333B4"]


def test_wrong_questions_about_quotas(url: str | None) -> None:
    quotas = client(url, "service-quotas")
    ask = quotas.get_service_quota
    assert code_of(lambda: ask(ServiceCode="sagemaker", QuotaCode="L-0")) == (
        "NoSuchResourceException"
    )
    assert code_of(lambda: ask(ServiceCode="ec2", QuotaCode="L-AC46C40F")) == (
        "NoSuchResourceException"
    )
    listing = quotas.list_service_quotas
    assert code_of(lambda: listing(ServiceCode="ec2")) == "NoSuchResourceException"
    assert code_of(lambda: listing(ServiceCode="sagemaker", NextToken="abcd")) == (
        "InvalidPaginationTokenException"
    )
    vpc = quotas.list_aws_default_service_quotas(ServiceCode="vpc")["Quotas"]
    assert len(vpc) > 1  # moto's own answers are still there


def test_quotas_over_the_control_address(served: SandboxServer) -> None:
    control(served.url, "PUT", "quotas", {"L-AC46C40F": 1, "Total domains": 1})
    told = control(served.url, "GET", "quotas")
    assert (told["L-AC46C40F"], told["L-B683BCB0"]) == (1, 1)
    assert set(told) >= set(quota_table.QUOTAS)
    control(served.url, "POST", "reset")
    assert control(served.url, "GET", "quotas")["L-AC46C40F"] == quota_table.RAISED["L-AC46C40F"]


def test_quotas_at_the_start() -> None:
    with SandboxServer(progression="immediate", quotas=quota_table.AWS_DEFAULTS) as server:
        studio = client(server.url)
        domain_id = make_domain(studio)
        for name in ("ada", "grace"):
            studio.create_user_profile(DomainId=domain_id, UserProfileName=name)
        refused = code_of(
            lambda: studio.create_user_profile(DomainId=domain_id, UserProfileName="linus")
        )
        assert refused == "ResourceLimitExceeded"


@pytest.mark.parametrize("wrong", [{"L-0": 1}, {"L-AC46C40F": -1}, {"L-AC46C40F": "many"}])
def test_quotas_that_cannot_be(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="quota"):
        quota_table.AppliedQuotas().set(wrong)


def test_running_apps_are_limited_over_all_types(studio: Any, served: SandboxServer) -> None:
    domain_id = make_domain(studio)
    studio.create_user_profile(DomainId=domain_id, UserProfileName="ada")
    control(served.url, "PUT", "quotas", {"L-4E39DDC4": 1})
    for name in ("one", "two"):
        make_space(studio, domain_id, name, "ada")
    app = {"DomainId": domain_id, "AppType": "JupyterLab", "AppName": "default"}
    studio.create_app(SpaceName="one", **app)
    assert code_of(lambda: studio.create_app(SpaceName="two", **app)) == "ResourceLimitExceeded"
    studio.delete_app(SpaceName="one", **app)
    studio.create_app(SpaceName="two", **app)
