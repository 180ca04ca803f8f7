"""Links that the core makes: for whom, whereto, for how long."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest

from bench.world import people
from studio_core.aws.rows import RowChange
from studio_core.errors import CredentialsError, StudioError
from studio_core.hackathon import links as core
from studio_core.model.links import Link, LinkFailure
from studio_core.model.studio import EVENT_TAG
from studio_core.naming import host_names
from studio_core.sandbox.studio import presign

if TYPE_CHECKING:
    from studio_core.hackathon import Hackathon
    from studio_core.sandbox.demo import DemoData
    from tests.control import Control

ADA = "person00000@example.com"


def test_every_link_opens_the_right_persons_page(hackathon: Hackathon) -> None:
    hackathon.run(hackathon.propose_setup(people(6, 2)))
    start = datetime.now(UTC)
    links = list(hackathon.links())
    assert {link.email for link in links} == {p.email for p in people(6, 2).participants}
    assert [link.email for link in links] == sorted(
        (link.email for link in links), key=lambda e: (int(e[6:11]) % 2, e)
    )
    for link in links:
        assert isinstance(link, Link)
        assert timedelta(seconds=290) < link.expires_at - start <= timedelta(seconds=310)
        with urllib.request.urlopen(link.url) as page:
            text = page.read().decode()
        assert f">{link.profile}<" in text
        assert f">{link.space}<" in text


def test_links_for_a_team_a_person_and_nobody(hackathon: Hackathon) -> None:
    hackathon.run(hackathon.propose_setup(people(6, 2)))
    assert {link.team for link in hackathon.links(team="2")} == {"2"}
    assert [link.email for link in hackathon.links(email=" PERSON00003@example.com")] == [
        "person00003@example.com"
    ]
    with pytest.raises(StudioError, match="team 9"):
        list(hackathon.links(team="9"))


def test_a_link_never_shows_its_url_by_accident(hackathon: Hackathon) -> None:
    hackathon.run(hackathon.propose_setup(people(1, 1)))
    (link,) = hackathon.links()
    assert isinstance(link, Link)
    assert link.url.startswith("http")
    assert link.url not in repr(link)
    assert "token" not in str(link)


@dataclass
class Domain:
    """Changes behind the tool's back."""

    data: DemoData
    studio: Any
    table: Any

    def profile(self, name: str, event: str | None) -> None:
        tags = [{"Key": EVENT_TAG, "Value": event}] if event else []
        self.studio.create_user_profile(
            DomainId=self.data.domain_id, UserProfileName=name, Tags=tags
        )

    def space(self, name: str, event: str | None, owner: str | None, **more: Any) -> None:
        shared = {"SpaceSharingSettings": {"SharingType": "Shared"}}
        kind = {"SpaceSettings": {"AppType": "JupyterLab"}}
        owned = {"OwnershipSettings": {"OwnerUserProfileName": owner}, **shared, **kind}
        self.studio.create_space(
            DomainId=self.data.domain_id,
            SpaceName=name,
            Tags=[{"Key": EVENT_TAG, "Value": event}] if event else [],
            **({**owned, **more} if owner else {}),
        )

    def row(self, email: str, **values: str) -> None:
        for name, value in values.items():
            self.table.update_item(
                TableName=self.data.table_name,
                Key={"pk": {"S": email}},
                UpdateExpression="SET #n = :v",
                ExpressionAttributeNames={"#n": name},
                ExpressionAttributeValues={":v": {"S": value}},
            )


@pytest.fixture
def domain(world: DemoData, hackathon: Hackathon, control: Control) -> Domain:
    """Two people in a team each, everything at once InService from now on."""
    assert hackathon.run(hackathon.propose_setup(people(2, 2))).ok
    control.clock(progression="immediate")
    return Domain(world, boto3.client("sagemaker"), boto3.client("dynamodb"))


@pytest.fixture(params=["asked", "listed"])
def one_link(
    request: pytest.FixtureRequest, hackathon: Hackathon, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], Link | LinkFailure]:
    """Make one person's link, as for a few people and as for many."""
    if request.param == "listed":
        monkeypatch.setattr(core, "ASKED_ABOUT", 0)

    def one_link() -> Link | LinkFailure:
        (link,) = hackathon.links(email=ADA)
        return link

    return one_link


OneLink = Callable[[], Link | LinkFailure]


def refused(link: Link | LinkFailure, reason: str, remedy: str = "studio setup-users") -> None:
    assert isinstance(link, LinkFailure), link
    assert link.reason == reason
    assert remedy in link.remedy


def landing(link: Link | LinkFailure) -> str | None:
    assert isinstance(link, Link), link
    visit = presign.read(parse_qs(urlsplit(link.url).query)["token"][0])
    assert visit is not None
    return visit.landing


@pytest.mark.parametrize("event", ["autumn", None], ids=["another event", "nobody"])
def test_no_link_signs_in_as_a_profile_of(event: str | None, domain: Domain, one_link: OneLink):
    domain.profile("stranger", event)
    domain.row(ADA, profile="stranger")
    refused(one_link(), "Profile stranger is not of this event.")


@pytest.mark.parametrize("event", ["autumn", None], ids=["another event", "nobody"])
def test_no_link_opens_a_space_of(event: str | None, domain: Domain, one_link: OneLink):
    domain.profile("stranger", event)
    domain.space("theirs", event, "stranger")
    domain.row(ADA, space="theirs")
    refused(one_link(), "Space theirs is not of this event.")


@pytest.mark.parametrize("name", host_names("demo"))
def test_no_link_signs_in_as_the_host(name: str, domain: Domain, one_link: OneLink):
    if name != host_names("demo")[0]:
        domain.profile(name, "demo")
    domain.row(ADA, profile=name)
    refused(one_link(), f"Profile {name} is the event's host, not a person's.")


def test_no_link_opens_another_persons_own_space(domain: Domain, one_link: OneLink):
    private = {"SpaceSharingSettings": {"SharingType": "Private"}}
    domain.space("bobs", "demo", "person00001", **private)
    domain.row(ADA, space="bobs")
    refused(one_link(), "Space bobs is another person's.")


@pytest.mark.parametrize("what", ["profile", "space"])
def test_what_does_not_exist_is_named(what: str, domain: Domain, one_link: OneLink):
    domain.row(ADA, **{what: "gone"})
    refused(one_link(), f"{what.capitalize()} gone does not exist.")


def test_a_space_that_a_person_made_in_their_own_profile_is_ours(domain: Domain, one_link: OneLink):
    private = {"SpaceSharingSettings": {"SharingType": "Private"}}
    domain.space("scratch", None, "person00000", **private)
    domain.row(ADA, space="scratch")
    link = one_link()
    assert isinstance(link, Link), link
    assert link.space == "scratch"


def test_a_link_opens_the_app_of_the_space_whatever_new_spaces_get(
    domain: Domain, one_link: OneLink
):
    assert landing(one_link()) == "app:JupyterLab:"
    domain.space("editor", "demo", "demo-host", SpaceSettings={"AppType": "CodeEditor"})
    domain.row(ADA, space="editor")
    assert landing(one_link()) == "app:CodeEditor:"
    domain.space("classic", "demo", None)
    domain.row(ADA, space="classic")
    assert landing(one_link()) == "app:JupyterServer:"


def test_where_the_organiser_set_something_special_it_is_opened(
    make_hackathon: Callable[..., Hackathon], domain: Domain
):
    special = "app:JupyterLab:lab/tree/README.md"
    (link,) = make_hackathon(landing=special).links(email=ADA)
    assert landing(link) == special


def test_tags_that_cannot_be_read_make_no_link(domain: Domain, one_link: OneLink, control: Control):
    denied = ("sagemaker.ListTags", "tagging.GetResources")
    control.faults(errors=dict.fromkeys(denied, "AccessDeniedException"))
    link = one_link()
    assert isinstance(link, LinkFailure)
    assert "tags of" in link.reason
    assert "sagemaker:ListTags" in link.remedy


def test_one_persons_link_costs_the_same_in_any_domain(
    hackathon: Hackathon, domain: Domain, control: Control
):
    control.forget()
    assert len(list(hackathon.links(email=ADA))) == 1
    assert control.calls() == {
        "dynamodb.GetItem": 1,
        "sagemaker.DescribeSpace": 1,
        "sagemaker.ListTags": 2,
        "sagemaker.CreatePresignedDomainUrl": 1,
    }


def test_many_links_are_judged_by_one_look(hackathon: Hackathon, control: Control):
    number = core.ASKED_ABOUT + 1
    hackathon.run(hackathon.propose_setup(people(number, 2)))
    control.forget()
    links = list(hackathon.links())
    assert [type(link) for link in links] == [Link] * number
    calls = control.calls()
    assert calls["sagemaker.CreatePresignedDomainUrl"] == number
    assert calls["sagemaker.ListUserProfiles"] == calls["sagemaker.ListSpaces"] == 1
    assert not {"sagemaker.ListTags", "sagemaker.DescribeSpace"} & set(calls)


def test_a_team_that_is_small_enough_is_asked_about_each_thing_once(
    hackathon: Hackathon, control: Control
):
    hackathon.run(hackathon.propose_setup(people(2 * core.ASKED_ABOUT, 2)))
    control.forget()
    assert len(list(hackathon.links(team="1"))) == core.ASKED_ABOUT
    calls = control.calls()
    assert calls["sagemaker.ListTags"] == core.ASKED_ABOUT + 1
    assert calls["sagemaker.DescribeSpace"] == 1
    assert "sagemaker.ListUserProfiles" not in calls


def test_a_row_without_a_profile_or_space_asks_about_none(
    hackathon: Hackathon, domain: Domain, control: Control
):
    table = hackathon._backend.table
    (row,) = hackathon._backend.person(ADA)
    assert table.write([RowChange(row, replace(row, profile=None, space=None))]) == set()
    control.forget()
    (link,) = hackathon.links(email=ADA)
    refused(link, "There is no profile yet.")
    assert control.calls() == {"dynamodb.GetItem": 1}


def test_links_that_are_refused_are_told_beside_those_that_are_made(
    hackathon: Hackathon, domain: Domain
):
    domain.row(ADA, profile="demo-host")
    first, second = hackathon.links()
    assert (type(first), type(second)) == (LinkFailure, Link)
    (end,) = [e for e in hackathon.recorded() if e.deed == "links handed over"]
    assert end.outcome == "1 made, 1 failed"
    assert end.details["failed"] == ADA


def test_what_was_deleted_since_the_look_is_told_with_what_to_do(
    hackathon: Hackathon, control: Control
) -> None:
    assert hackathon.run(hackathon.propose_setup(people(1, 1))).ok
    control.faults(errors={"sagemaker.CreatePresignedDomainUrl": "ResourceNotFound"})
    (failure,) = hackathon.links()
    assert isinstance(failure, LinkFailure)
    assert (failure.email, failure.team) == ("person00000@example.com", "1")
    assert failure.reason == "The profile or space does not exist any more."
    assert "setup-users" in failure.remedy


def test_without_credentials_any_more_no_further_link_is_tried(
    hackathon: Hackathon, domain: Domain, control: Control
) -> None:
    control.faults(errors={"sagemaker.CreatePresignedDomainUrl": "ExpiredTokenException"})
    with pytest.raises(CredentialsError):
        next(hackathon.links())
