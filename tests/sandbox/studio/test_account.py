"""Lists come in the order of creation without a sort, whatever was deleted and made again."""

from __future__ import annotations

from typing import Any

from tests.sandbox.conftest import make_domain, make_space


def listed(studio: Any, operation: str, key: str, **params: Any) -> list[Any]:
    pages = studio.get_paginator(operation).paginate(PaginationConfig={"PageSize": 2}, **params)
    return [row for page in pages for row in page[key]]


def test_what_was_made_again_comes_last(either: Any) -> None:
    domain_id = make_domain(either)
    for name in ("a", "b", "c"):
        either.create_user_profile(DomainId=domain_id, UserProfileName=name)
    either.delete_user_profile(DomainId=domain_id, UserProfileName="a")
    either.create_user_profile(DomainId=domain_id, UserProfileName="a")
    rows = listed(either, "list_user_profiles", "UserProfiles", DomainIdEquals=domain_id)
    assert [row["UserProfileName"] for row in rows] == ["b", "c", "a"]
    rows = listed(
        either,
        "list_user_profiles",
        "UserProfiles",
        DomainIdEquals=domain_id,
        SortOrder="Descending",
    )
    assert [row["UserProfileName"] for row in rows] == ["a", "c", "b"]


def test_an_app_that_replaces_its_record_comes_last(either: Any) -> None:
    domain_id = make_domain(either)
    either.create_user_profile(DomainId=domain_id, UserProfileName="ada")
    app = {"DomainId": domain_id, "AppType": "JupyterLab", "AppName": "default"}
    for name in ("one", "two", "three"):
        make_space(either, domain_id, name, "ada")
        either.create_app(SpaceName=name, **app)
    either.delete_app(SpaceName="one", **app)
    either.create_app(SpaceName="one", **app)
    rows = listed(either, "list_apps", "Apps", DomainIdEquals=domain_id)
    assert [row["SpaceName"] for row in rows] == ["two", "three", "one"]
