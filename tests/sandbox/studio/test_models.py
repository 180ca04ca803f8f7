"""Random sequences of operations never break what must always hold."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.sagemaker.models import sagemaker_backends

from studio_core.sandbox import install
from studio_core.sandbox.services import quota_table
from studio_core.sandbox.serving.faults import Faults, set_faults
from studio_core.sandbox.studio import lifecycle
from tests.sandbox.conftest import REGION, client, make_domain

NAMES = st.sampled_from(["ada", "Ada", "grace"])
SPACES = st.sampled_from(["team-1", "TEAM-1", "team-2"])
TYPES = st.sampled_from(["JupyterLab", "CodeEditor"])
QUOTAS = {"L-AC46C40F": 2, "L-8E5333B4": 2, "L-4E39DDC4": 2, "L-A37B67B0": 12}

STATUSES = {
    "Pending", "InService", "Updating", "Deleting", "Deleted", "Failed", "Delete_Failed",
}  # fmt: skip
REFUSALS = {"ValidationException", "ResourceInUse", "ResourceNotFound", "ResourceLimitExceeded"}


class Studio(RuleBasedStateMachine):
    """One domain under every operation, its clock and its faults changing all the time."""

    def __init__(self) -> None:
        super().__init__()
        install()
        lifecycle.configure()
        set_faults(Faults())
        quota_table.applied[DEFAULT_ACCOUNT_ID] = quota_table.AppliedQuotas(QUOTAS)
        self.mock = mock_aws()
        self.mock.start()
        self.client = client(None)
        self.domain_id = ""

    def teardown(self) -> None:
        self.mock.stop()
        lifecycle.configure()
        set_faults(Faults())
        quota_table.applied.clear()

    @initialize()
    def begin(self) -> None:
        self.domain_id = make_domain(self.client)
        # So that short sequences, too, meet what holds on to what.
        self.create_profile("ada")
        self.create_space("team-1", "ada", "JupyterLab")
        self.app_of_a_space("team-1", "JupyterLab", "create_app")

    def attempt(self, operation: str, **params: Any) -> None:
        """Call, and take a refusal for an answer as long as it is one AWS gives."""
        try:
            getattr(self.client, operation)(DomainId=self.domain_id, **params)
        except ClientError as error:
            if error.response["Error"]["Code"] not in REFUSALS:
                raise

    @rule(progression=st.sampled_from(["immediate", "manual", "time"]), times=st.integers(1, 2))
    def turn_the_clock(self, progression: str, times: int) -> None:
        lifecycle.configure(progression, times=times, timescale=0)
        self.backend.reschedule()

    @rule(stuck=st.sampled_from([0.0, 0.5]), failing=st.sampled_from([0.0, 0.5]))
    def turn_faults(self, stuck: float, failing: float) -> None:
        set_faults(Faults(stuck_rate=stuck, app_failure_rate=failing))

    @rule(name=NAMES)
    def create_profile(self, name: str) -> None:
        self.attempt("create_user_profile", UserProfileName=name)

    @rule(name=NAMES)
    def update_profile(self, name: str) -> None:
        self.attempt("update_user_profile", UserProfileName=name)

    @rule(name=NAMES)
    def delete_profile(self, name: str) -> None:
        self.attempt("delete_user_profile", UserProfileName=name)

    @rule(name=SPACES, owner=NAMES, app_type=TYPES)
    def create_space(self, name: str, owner: str, app_type: str) -> None:
        self.attempt(
            "create_space",
            SpaceName=name,
            OwnershipSettings={"OwnerUserProfileName": owner},
            SpaceSharingSettings={"SharingType": "Shared"},
            SpaceSettings={"AppType": app_type},
        )

    @rule(name=SPACES, size=st.integers(5, 9))
    def update_space(self, name: str, size: int) -> None:
        storage = {"SpaceStorageSettings": {"EbsStorageSettings": {"EbsVolumeSizeInGb": size}}}
        self.attempt("update_space", SpaceName=name, SpaceSettings=storage)

    @rule(name=SPACES)
    def delete_space(self, name: str) -> None:
        self.attempt("delete_space", SpaceName=name)

    @rule(
        space=SPACES,
        app_type=TYPES,
        operation=st.sampled_from(["create_app", "delete_app", "describe_app"]),
    )
    def app_of_a_space(self, space: str, app_type: str, operation: str) -> None:
        self.attempt(operation, SpaceName=space, AppType=app_type, AppName="default")

    @rule(name=NAMES, operation=st.sampled_from(["create_app", "delete_app", "describe_app"]))
    def app_of_a_profile(self, name: str, operation: str) -> None:
        self.attempt(operation, UserProfileName=name, AppType="JupyterServer", AppName="default")

    @rule(name=NAMES, space=SPACES)
    def ask_for_a_link(self, name: str, space: str) -> None:
        self.attempt("create_presigned_domain_url", UserProfileName=name, SpaceName=space)

    @rule()
    def delete_domain(self) -> None:
        held = self.held("profiles") + self.held("spaces")
        self.attempt("delete_domain")
        if held:
            assert self.backend.studio_domains
        elif not self.backend.studio_domains:
            self.begin()

    @property
    def backend(self) -> Any:
        return sagemaker_backends[DEFAULT_ACCOUNT_ID][REGION]

    def held(self, kind: str) -> list[Any]:
        """Give what the backend holds of a kind, without letting anything move on."""
        return [
            each
            for domain in self.backend.studio_domains.values()
            for each in getattr(domain, kind).values()
        ]

    @invariant()
    def nothing_stands_without_its_owner(self) -> None:
        for domain in self.backend.studio_domains.values():
            for space in domain.spaces.values():
                assert space.owner is not None
                assert space.owner.casefold() in domain.profiles
            for app in domain.apps.values():
                if app.live:
                    held = domain.spaces if app.space else domain.profiles
                    assert (app.space or app.profile).casefold() in held

    @invariant()
    def names_are_unique_without_case(self) -> None:
        for domain in self.backend.studio_domains.values():
            for held in (domain.profiles, domain.spaces):
                assert len({each.name.casefold() for each in held.values()}) == len(held)

    @invariant()
    def quotas_hold(self) -> None:
        assert len(self.held("profiles")) <= 2
        assert len(self.held("spaces")) <= 2
        assert sum(space.volume_gb for space in self.held("spaces")) <= 12
        assert sum(app.live for app in self.held("apps")) <= 2

    @rule(size=st.integers(1, 3), descending=st.booleans())
    def pages_partition_lists_and_counts_agree(self, size: int, descending: bool) -> None:
        lifecycle.configure("manual", times=10_000)  # reading must not change what is read
        self.backend.settle()
        order = "Descending" if descending else "Ascending"
        for operation, key, kind in (
            ("list_user_profiles", "UserProfiles", "profiles"),
            ("list_spaces", "Spaces", "spaces"),
            ("list_apps", "Apps", "apps"),
        ):
            pages = self.client.get_paginator(operation).paginate(
                SortOrder=order, PaginationConfig={"PageSize": size}
            )
            cut = [page[key] for page in pages]
            assert all(len(page) == size for page in cut[:-1])
            listed = [row for page in cut for row in page]
            whole = getattr(self.client, operation)(SortOrder=order, MaxResults=100)[key]
            assert listed == whole
            assert len(listed) == len(self.held(kind))
            assert {row["Status"] for row in listed} <= STATUSES


TestStudio = pytest.mark.slow(Studio.TestCase)
TestStudio.settings = settings(max_examples=25, stateful_step_count=50, deadline=None)
