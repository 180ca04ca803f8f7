from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from studio_core.sandbox.studio.exceptions import AWSValidationException
from studio_core.sandbox.studio.paging import make_token, page, read_token

KEYS = st.lists(st.tuples(st.integers(0, 5).map(float), st.integers()), unique=True)


@given(KEYS, st.integers(1, 7), st.booleans())
def test_pages_partition_the_list(
    keys: list[tuple[float, int]], size: int, descending: bool
) -> None:
    seen: list[tuple[float, int]] = []
    token = None
    while True:
        rows, token = page(
            keys, key=lambda k: k, query={}, descending=descending, limit=size, token=token
        )
        assert len(rows) <= size
        seen += rows
        if token is None:
            break
        assert len(rows) == size
    assert seen == sorted(keys, reverse=descending)


@given(st.dictionaries(st.text(), st.text()), st.dictionaries(st.text(), st.text()))
def test_a_token_is_good_for_its_own_query_alone(
    query: dict[str, str], other: dict[str, str]
) -> None:
    token = make_token(query, (1.5, 2))
    assert read_token(query, token) == (1.5, 2)
    if query != other:
        with pytest.raises(ValueError, match="another query"):
            read_token(other, token)


@given(st.text())
def test_made_up_tokens_are_refused(text: str) -> None:
    with pytest.raises(AWSValidationException, match="NextToken is not valid"):
        page([(0.0, 1)], key=lambda k: k, query={}, token=text)


@pytest.fixture
def crowd(either: Any, domain_id: str) -> tuple[Any, str]:
    for number in range(25):
        either.create_user_profile(DomainId=domain_id, UserProfileName=f"p{number:02}")
    return either, domain_id


def names(answer: dict[str, Any]) -> list[str]:
    return [row["UserProfileName"] for row in answer["UserProfiles"]]


def test_ten_on_a_page_unless_asked_oldest_first(crowd: tuple[Any, str]) -> None:
    studio, _ = crowd
    first = studio.list_user_profiles()
    assert names(first) == [f"p{n:02}" for n in range(10)]
    second = studio.list_user_profiles(NextToken=first["NextToken"], MaxResults=100)
    assert names(second) == [f"p{n:02}" for n in range(10, 25)]
    assert "NextToken" not in second


def test_pages_stay_put_while_things_come_and_go(crowd: tuple[Any, str]) -> None:
    studio, domain_id = crowd
    first = studio.list_user_profiles(MaxResults=10)
    studio.delete_user_profile(DomainId=domain_id, UserProfileName="p03")
    studio.delete_user_profile(DomainId=domain_id, UserProfileName="p09")  # where the page ended
    studio.delete_user_profile(DomainId=domain_id, UserProfileName="p12")
    studio.create_user_profile(DomainId=domain_id, UserProfileName="late")
    rest = studio.list_user_profiles(MaxResults=100, NextToken=first["NextToken"])
    assert names(rest) == ["p10", "p11", *(f"p{n}" for n in range(13, 25)), "late"]


def test_descending_and_by_time_of_change(crowd: tuple[Any, str]) -> None:
    studio, domain_id = crowd
    pages = studio.get_paginator("list_user_profiles").paginate(
        SortOrder="Descending", PaginationConfig={"PageSize": 7}
    )
    assert [n for p in pages for n in names(p)] == [f"p{n:02}" for n in reversed(range(25))]
    studio.update_user_profile(DomainId=domain_id, UserProfileName="p05")
    latest = studio.list_user_profiles(
        SortBy="LastModifiedTime", SortOrder="Descending", MaxResults=1
    )
    assert names(latest) == ["p05"]


@pytest.mark.parametrize(
    "changed",
    [
        {"SortOrder": "Descending"},
        {"SortBy": "LastModifiedTime"},
        {"UserProfileNameContains": "p"},
        {"DomainIdEquals": "d-other"},
    ],
)
def test_a_token_taken_to_another_query_is_refused(
    crowd: tuple[Any, str], changed: dict[str, str]
) -> None:
    studio, _ = crowd
    token = studio.list_user_profiles()["NextToken"]
    with pytest.raises(ClientError, match="NextToken is not valid for this request") as refused:
        studio.list_user_profiles(NextToken=token, **changed)
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    with pytest.raises(ClientError, match="NextToken is not valid"):
        studio.list_spaces(NextToken=token)
