from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING

import pytest

from studio_core.sandbox.demo import control, find_demo, seed_demo
from studio_core.sandbox.serving.server import SandboxServer
from tests.sandbox.conftest import all_of, client, make_domain

if TYPE_CHECKING:
    from pathlib import Path


def test_a_rehearsal_survives_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "state" / "sandbox.json"
    with SandboxServer(progression="immediate", state_file=file) as server:
        data = seed_demo(server.url, participants=6, teams=2, running_apps=1)
        table = client(server.url, "dynamodb")
        nested = {"L": [{"M": {"n": {"N": "1"}}}, {"BOOL": True}, {"B": b"\x00x"}, {"SS": ["a"]}]}
        table.put_item(TableName=data.table_name, Item={"pk": {"S": "x"}, "nested": nested})
        control(server.url, "PUT", "quotas", {"L-AC46C40F": 9})
        before = _everything(server.url, data.domain_id, data.table_name)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

    with SandboxServer(progression="immediate", state_file=file) as server:
        assert _everything(server.url, data.domain_id, data.table_name) == before
        assert control(server.url, "GET", "quotas")["L-AC46C40F"] == 9
        studio = client(server.url)
        studio.create_user_profile(DomainId=data.domain_id, UserProfileName="late")
        names = [p["UserProfileName"] for p in all_of(studio, "list_user_profiles", "UserProfiles")]
        assert names[-1] == "late"


def _everything(url: str, domain_id: str, table_name: str) -> list[object]:
    studio, table = client(url), client(url, "dynamodb")
    arn = f"arn:aws:sagemaker:eu-west-1:123456789012:space/{domain_id}/team-1"
    domain = studio.describe_domain(DomainId=domain_id)
    domain.pop("ResponseMetadata")
    return [
        domain,
        all_of(studio, "list_user_profiles", "UserProfiles"),
        all_of(studio, "list_spaces", "Spaces"),
        all_of(studio, "list_apps", "Apps"),
        studio.list_tags(ResourceArn=arn)["Tags"],
        table.scan(TableName=table_name)["Items"],
        table.describe_table(TableName=table_name)["Table"]["KeySchema"],
    ]


def test_time_that_passes_while_nothing_runs_counts(tmp_path: Path) -> None:
    file = tmp_path / "sandbox.json"
    with SandboxServer(timescale=1000, state_file=file) as server:
        studio = client(server.url)
        domain_id = make_domain(studio)
        assert studio.describe_domain(DomainId=domain_id)["Status"] == "Pending"
    with SandboxServer(timescale=1000, state_file=file) as server:
        assert client(server.url).describe_domain(DomainId=domain_id)["Status"] == "Pending"
    with SandboxServer(timescale=0, state_file=file) as server:
        assert client(server.url).describe_domain(DomainId=domain_id)["Status"] == "InService"


def test_the_demo_is_found_again_and_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "sandbox.json"
    with SandboxServer(timescale=1000, state_file=file) as server:
        assert find_demo(server.url) is None
        data = seed_demo(server.url, participants=4, teams=2)
        client(server.url).create_user_profile(DomainId=data.domain_id, UserProfileName="late")
    with SandboxServer(timescale=1000, state_file=file) as server:
        found = find_demo(server.url)
        assert found is not None
        assert found.domain_id == data.domain_id
        assert sorted(found.roster_csv.splitlines()) == sorted(data.roster_csv.splitlines())
        late = client(server.url).describe_user_profile(
            DomainId=data.domain_id, UserProfileName="late"
        )
        assert late["Status"] == "Pending"


def test_deleted_apps_stay_listed_after_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "sandbox.json"
    with SandboxServer(progression="immediate", state_file=file) as server:
        data = seed_demo(server.url, participants=1, teams=1, running_apps=1)
        app = {"SpaceName": "team-1", "AppType": "JupyterLab", "AppName": "default"}
        client(server.url).delete_app(DomainId=data.domain_id, **app)
    with SandboxServer(progression="immediate", state_file=file) as server:
        apps = client(server.url).list_apps(SpaceNameEquals="team-1")["Apps"]
        assert [app["Status"] for app in apps] == ["Deleted"]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"version": 2}', json.dumps({"version": 1, "quotas": {}})]
)
def test_a_file_with_something_else_is_refused_and_kept(tmp_path: Path, text: str) -> None:
    file = tmp_path / "other.json"
    file.write_text(text)
    with pytest.raises(ValueError, match=r"other\.json does not hold the state of a sandbox"):
        SandboxServer(state_file=file).start()
    assert file.read_text() == text
