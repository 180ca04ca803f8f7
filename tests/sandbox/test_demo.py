from __future__ import annotations

from studio_core.model.studio import EVENT_TAG
from studio_core.sandbox.demo import control, seed_demo
from studio_core.sandbox.serving.server import SandboxServer
from tests.sandbox.conftest import all_of, client


def test_the_demo_holds_people_teams_spaces_and_running_apps(served: SandboxServer) -> None:
    data = seed_demo(served.url, participants=14, teams=4, running_apps=2)
    studio, table = client(served.url), client(served.url, "dynamodb")

    assert data.roster_csv.splitlines()[0] == "email,team"
    rows = table.scan(TableName=data.table_name)["Items"]
    assert {f"{row['pk']['S']},{row['team']['S']}" for row in rows} == set(
        data.roster_csv.splitlines()[1:]
    )
    assert {row["domain-id"]["S"] for row in rows} == {data.domain_id}

    profiles = all_of(studio, "list_user_profiles", "UserProfiles")
    names = {row["profile"]["S"] for row in rows} | {"demo-host", "instructor-grace"}
    assert {profile["UserProfileName"] for profile in profiles} == names
    assert {profile["Status"] for profile in profiles} == {"InService"}

    spaces = {s["SpaceName"]: s for s in all_of(studio, "list_spaces", "Spaces")}
    assert set(spaces) == {"team-1", "team-2", "team-3", "team-4", "instructor-grace-notes"}
    assert spaces["team-1"]["OwnershipSettingsSummary"] == {"OwnerUserProfileName": "demo-host"}
    assert spaces["team-1"]["SpaceSharingSettingsSummary"] == {"SharingType": "Shared"}

    apps = {app["SpaceName"]: app["Status"] for app in all_of(studio, "list_apps", "Apps")}
    assert apps == dict.fromkeys(("team-1", "team-2", "instructor-grace-notes"), "InService")


def test_only_the_events_resources_carry_its_tag(served: SandboxServer) -> None:
    seed_demo(served.url, participants=5, teams=2)
    tagging = client(served.url, "resourcegroupstaggingapi")
    pages = tagging.get_paginator("get_resources").paginate(
        TagFilters=[{"Key": EVENT_TAG, "Values": ["demo"]}], ResourcesPerPage=3
    )
    tagged = [
        row["ResourceARN"].rpartition("/")[2] for p in pages for row in p["ResourceTagMappingList"]
    ]
    assert len(tagged) == len(set(tagged)) == 5 + 1 + 2
    assert not any("instructor" in name for name in tagged)


def test_an_empty_demo_has_domain_and_table_alone(served: SandboxServer) -> None:
    data = seed_demo(served.url, participants=3, teams=1, empty=True)
    studio, table = client(served.url), client(served.url, "dynamodb")
    assert studio.describe_domain(DomainId=data.domain_id)["AuthMode"] == "IAM"
    assert studio.list_user_profiles()["UserProfiles"] == []
    assert table.scan(TableName=data.table_name)["Count"] == 0
    assert len(data.roster_csv.splitlines()) == 4


def test_seeding_leaves_clock_faults_and_counter_as_they_were() -> None:
    with SandboxServer(timescale=0.5) as server:
        control(server.url, "PUT", "faults", {"error_rate": 1})
        seed_demo(server.url, participants=2, teams=1, empty=True)
        assert control(server.url, "GET", "clock") == {"progression": "time", "timescale": 0.5}
        assert control(server.url, "GET", "faults")["error_rate"] == 1
        assert control(server.url, "GET", "calls") == {}
