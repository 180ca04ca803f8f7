"""The page behind a presigned URL."""

from __future__ import annotations

import html.parser
import time
import urllib.error
import urllib.request
from dataclasses import replace
from typing import Any

import pytest

from studio_core.sandbox.demo import control, seed_demo
from studio_core.sandbox.serving.server import SandboxServer
from studio_core.sandbox.studio import presign
from tests.sandbox.conftest import client, make_domain, make_space


class Texts(html.parser.HTMLParser):
    """Texts of elements by id; a void page has none."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._open: list[str | None] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"meta", "link", "br"}:
            self._open.append(dict(attrs).get("id"))

    def handle_endtag(self, tag: str) -> None:
        if self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        for element_id in self._open:
            if element_id:
                self.found[element_id] = self.found.get(element_id, "") + data


def follow(url: str) -> tuple[str, str, dict[str, str]]:
    with urllib.request.urlopen(url) as answer:
        page = answer.read().decode()
        return answer.url, page, Texts(page).found


def link(studio: Any, domain_id: str, **params: Any) -> str:
    answer = studio.create_presigned_domain_url(DomainId=domain_id, UserProfileName="ada", **params)
    return str(answer["AuthorizedUrl"])


@pytest.fixture
def team(studio: Any) -> tuple[Any, str]:
    domain_id = make_domain(studio)
    tags = [{"Key": "studio-cli:event", "Value": "spring"}]
    studio.create_user_profile(DomainId=domain_id, UserProfileName="Ada", Tags=tags)
    make_space(studio, domain_id, "team-1", "ada")
    return studio, domain_id


def test_the_page_says_who_is_where_and_starts_the_app(team: tuple[Any, str]) -> None:
    studio, domain_id = team
    assert studio.list_apps()["Apps"] == []
    url = link(studio, domain_id, SpaceName="TEAM-1", LandingUri="app:JupyterLab:")
    assert studio.list_apps()["Apps"] == []  # asking for a link starts nothing
    _, page, texts = follow(url)
    assert texts["profile"] == "Ada"
    assert texts["space"] == "team-1"
    assert texts["event"] == "spring"
    assert texts["status"] == "InService"
    assert texts["instance"] == "ml.t3.medium"
    assert domain_id in texts["domain"]
    assert url.rpartition("=")[2] not in page
    (app,) = studio.list_apps()["Apps"]
    assert (app["SpaceName"], app["AppType"], app["AppName"]) == ("team-1", "JupyterLab", "default")
    follow(url)  # a second visit finds the app
    assert len(studio.list_apps()["Apps"]) == 1


def test_a_starting_app_is_told(team: tuple[Any, str], served: SandboxServer) -> None:
    studio, domain_id = team
    control(served.url, "PUT", "clock", {"progression": "time", "timescale": 100})
    _, _, texts = follow(link(studio, domain_id, SpaceName="team-1"))
    assert texts["status"] == "Pending"
    assert texts["lead"].startswith("The space is starting")


def test_an_expired_link_leads_to_the_sign_in_page(team: tuple[Any, str]) -> None:
    studio, domain_id = team
    url = link(studio, domain_id, SpaceName="team-1", ExpiresInSeconds=5)
    visit = presign.read(url.rpartition("=")[2])
    assert visit is not None
    assert visit.expires_at - visit.issued_at == pytest.approx(5)
    now = time.time()
    expired = presign.sign(replace(visit, issued_at=now - 6, expires_at=now - 1))
    address, page, texts = follow(f"{url.partition('=')[0]}={expired}")
    assert address.endswith("/signin")
    assert "Sign in" in page
    assert "profile" not in texts
    assert studio.list_apps()["Apps"] == []


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.x"])
def test_made_up_tokens_are_redirected(served: SandboxServer, token: str) -> None:
    opener = urllib.request.build_opener(NoRedirect)
    with pytest.raises(urllib.error.HTTPError) as refused:
        opener.open(f"{served.url}/auth?token={token}")
    with refused.value as answer:
        assert answer.code == 302
        assert answer.headers["Location"] == "/signin"


@pytest.mark.parametrize("place", [0, -1])
def test_a_changed_token_is_no_token(team: tuple[Any, str], place: int) -> None:
    studio, domain_id = team
    token = link(studio, domain_id).rpartition("=")[2]
    assert presign.read(token) is not None
    letters = list(token)
    letters[place] = "A" if letters[place] != "A" else "B"
    assert presign.read("".join(letters)) is None
    body = token.split(".")[1]
    assert presign.read(token.replace(body, body[:-4] + "AAAA")) is None


def test_a_link_of_another_sandbox_is_refused(team: tuple[Any, str]) -> None:
    studio, domain_id = team
    token = link(studio, domain_id, SpaceName="team-1").rpartition("/")[2]
    with SandboxServer() as other:
        address, _, _ = follow(f"{other.url}/{token}")
        assert address == f"{other.url}/signin"


def test_a_link_to_what_was_deleted_says_so(team: tuple[Any, str]) -> None:
    studio, domain_id = team
    url = link(studio, domain_id, SpaceName="team-1")
    studio.delete_space(DomainId=domain_id, SpaceName="team-1")
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(url)
    with refused.value as answer:
        assert answer.code == 404
        assert "deleted" in answer.read().decode()


def test_a_full_account_is_told_on_the_page(team: tuple[Any, str], served: SandboxServer) -> None:
    studio, domain_id = team
    control(served.url, "PUT", "quotas", {"L-71FAF417": 0})
    _, _, texts = follow(link(studio, domain_id, SpaceName="team-1"))
    assert texts["status"] == "Not started"
    assert "account-level service limit" in texts["lead"]


def test_without_a_space_the_page_lists_them(team: tuple[Any, str]) -> None:
    studio, domain_id = team
    _, page, texts = follow(link(studio, domain_id, LandingUri="studio::"))
    assert texts["space"] == "No space chosen"
    assert "<li>team-1</li>" in page
    assert studio.list_apps()["Apps"] == []


def test_classic_spaces_are_not_opened(studio: Any) -> None:
    domain_id = make_domain(studio)
    studio.create_user_profile(DomainId=domain_id, UserProfileName="ada")
    studio.create_space(DomainId=domain_id, SpaceName="classic")
    _, _, texts = follow(link(studio, domain_id, SpaceName="classic"))
    assert texts["status"] == "Not started"
    assert studio.list_apps()["Apps"] == []


def test_landing_chooses_the_app_of_a_space_without_a_type(studio: Any) -> None:
    domain_id = make_domain(studio)
    studio.create_user_profile(DomainId=domain_id, UserProfileName="ada")
    make_space(studio, domain_id, "code", "ada", SpaceSettings={"AppType": "CodeEditor"})
    _, _, texts = follow(link(studio, domain_id, SpaceName="code", LandingUri="app:CodeEditor:"))
    assert texts["app"] == "Code Editor"


def test_pages_keep_the_credential_to_themselves(team: tuple[Any, str]) -> None:
    studio, domain_id = team
    with urllib.request.urlopen(link(studio, domain_id, SpaceName="team-1")) as answer:
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_in_process_links_have_the_form_of_aws(local: Any) -> None:
    domain_id = make_domain(local)
    local.create_user_profile(DomainId=domain_id, UserProfileName="ada")
    url = link(local, domain_id)
    assert url.startswith(f"https://{domain_id}.studio.eu-west-1.sagemaker.aws/auth?token=")


def test_every_demo_link_opens_for_the_right_person_and_space(served: SandboxServer) -> None:
    data = seed_demo(served.url, participants=4, teams=2, running_apps=0)
    studio, table = client(served.url), client(served.url, "dynamodb")
    for row in table.scan(TableName=data.table_name)["Items"]:
        answer = studio.create_presigned_domain_url(
            DomainId=data.domain_id,
            UserProfileName=row["profile"]["S"],
            SpaceName=row["space"]["S"],
        )
        _, _, texts = follow(answer["AuthorizedUrl"])
        assert (texts["profile"], texts["space"]) == (row["profile"]["S"], row["space"]["S"])
        assert texts["event"] == "demo"
    assert len(studio.list_apps()["Apps"]) == 2 + 1  # both teams', and the instructor's
