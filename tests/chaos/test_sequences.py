"""Short sequences worth playing every time: each has lost, crossed or stranded something once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.chaos.calls import LOOK, Moment
from tests.chaos.cast import TAKEN
from tests.chaos.deeds import Act
from tests.chaos.machine import Chaos
from tests.chaos.orders import Order
from tests.chaos.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

ADA, ZOE = "ada@example.org", "zoe@example.org"
NIKLAS, OTHER_NIKLAS = "niklas@amazon.example", "niklas@zalando.example"
TEAM_1 = "team-1@example.org"
BO_PURGES_DOMAIN, BO_SETS_UP = 2, 0


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World() as made:
        Chaos.world = made
        yield made


@pytest.fixture
def chaos(world: World) -> Iterator[Chaos]:
    machine = Chaos()
    yield machine
    machine.teardown()


def begin(
    chaos: Chaos, spring: dict[str, str], autumn: dict[str, str] | None = None, **more: object
) -> None:
    settings = {"skew": 0.0, "personal": False, **more}
    chaos.begin(spring=spring, autumn=autumn or {}, **settings)


def set_up(
    chaos: Chaos, *acts: Act, who: str = "ana", event: str = "spring", remove: bool = False
) -> None:
    chaos.sets_up(who=who, event=event, remove=remove, weather="calm", doing=acts)


def purge(chaos: Chaos, *acts: Act, weather: str = "calm") -> None:
    chaos.purges(who="ana", event="spring", weather=weather, doing=acts)


def start_apps(chaos: Chaos, *acts: Act) -> None:
    chaos.starts_apps(who="ana", event="spring", weather="calm", doing=acts)


def test_people_added_after_the_look_are_not_removed(chaos: Chaos) -> None:
    begin(chaos, {ADA: "1", ZOE: "1"})
    set_up(chaos)
    chaos.leaves(event="spring", number=1)
    chaos.looks(who="bo", event="spring", purpose="removal")
    chaos.joins(event="spring", email=NIKLAS, team="2")
    set_up(chaos)
    chaos.starts_what_was_shown(who="bo", doing=())


def test_a_plan_made_before_another_setup_gives_no_name_twice(chaos: Chaos) -> None:
    begin(chaos, {NIKLAS: "1"})
    chaos.looks(who="bo", event="spring", purpose="setup")
    chaos.joins(event="spring", email=OTHER_NIKLAS, team="1")
    chaos.leaves(event="spring", number=0)
    set_up(chaos)
    chaos.starts_what_was_shown(who="bo", doing=())


def test_a_personal_space_never_becomes_the_teams(chaos: Chaos) -> None:
    begin(chaos, {ADA: "1", NIKLAS: "1"}, personal=True)
    set_up(chaos)
    chaos.changes_setting(event="spring", setting="personal")
    set_up(chaos)


def test_a_personal_space_of_a_taken_name_is_not_linked_to(chaos: Chaos) -> None:
    begin(chaos, {ADA: "1"}, personal=True)
    chaos.somebody_acts(
        event="spring", number=TAKEN.index(("space", "personal-ada")), deed="takes name"
    )
    set_up(chaos)
    chaos.hands_out_links(who="ana", event="spring")


def test_a_new_table_gives_nobody_the_profile_of_somebody_else(chaos: Chaos) -> None:
    begin(chaos, {NIKLAS: "1"})
    set_up(chaos)
    chaos.joins(event="spring", email=OTHER_NIKLAS, team="1")
    chaos.leaves(event="spring", number=0)
    chaos.changes_setting(event="spring", setting="table")
    set_up(chaos)


def test_a_person_named_like_a_team_takes_nothing_of_it_along(chaos: Chaos) -> None:
    begin(chaos, {ADA: "1", TEAM_1: "red"})
    set_up(chaos)
    start_apps(chaos)
    chaos.leaves(event="spring", number=1)
    set_up(chaos, remove=True)


def test_an_old_row_with_capitals_stays_one_row(chaos: Chaos) -> None:
    begin(chaos, {NIKLAS: "1"})
    chaos.has_old_row(event="spring", number=0, capitals=True)
    set_up(chaos)


def test_an_old_row_is_not_purged_before_what_it_names(chaos: Chaos) -> None:
    begin(chaos, {NIKLAS: "1"})
    chaos.has_old_row(event="spring", number=3, capitals=False)
    set_up(chaos)
    purge(chaos)


@pytest.mark.parametrize("moment", [None, Moment("ListApps"), Moment("DeleteApp")], ids=str)
@pytest.mark.parametrize("deed", ["opens app", "makes space", "opens classic"])
def test_purge_ends_in_one_run_while_people_work(
    chaos: Chaos, deed: str, moment: Moment | None
) -> None:
    begin(chaos, {ADA: "1", NIKLAS: "1"})
    set_up(chaos)
    start_apps(chaos)
    purge(chaos, Act(deed, 0, moment))


@pytest.mark.parametrize("operation", ["CreateUserProfile", "CreateSpace", "row written"])
def test_setup_gets_over_a_while_without_network(chaos: Chaos, operation: str) -> None:
    begin(chaos, {ADA: "1", NIKLAS: "2"})
    set_up(chaos, Act("network fails", 0, Moment(operation)))


@pytest.mark.parametrize("operation", ["DeleteApp", "DeleteSpace", "DeleteUserProfile"])
def test_purge_gets_over_a_while_without_network(chaos: Chaos, operation: str) -> None:
    begin(chaos, {ADA: "1", NIKLAS: "2"})
    set_up(chaos)
    start_apps(chaos)
    purge(chaos, Act("network fails", 0, Moment(operation)))


@pytest.mark.parametrize("moment", [LOOK, None, Moment("lease taken")], ids=str)
def test_a_deletion_that_sticks_is_tried_again(chaos: Chaos, moment: Moment | None) -> None:
    begin(chaos, {ADA: "1"})
    set_up(chaos)
    purge(chaos, Act("console deletion sticks", 1, moment))


def test_throttled_calls_use_up_no_deletion(chaos: Chaos) -> None:
    begin(chaos, {ADA: "1"}, personal=True)
    set_up(chaos)
    purge(chaos, weather="throttled and first deletion sticks")


def test_a_profile_and_a_space_of_one_name_both_lose_their_apps(chaos: Chaos) -> None:
    begin(chaos, {TEAM_1: "1"})
    set_up(chaos)
    chaos.somebody_acts(event="spring", number=1, deed="opens classic")
    start_apps(chaos)
    purge(chaos)


def test_a_team_that_everybody_left_is_not_forgotten(chaos: Chaos) -> None:
    begin(chaos, {ADA: "1", NIKLAS: "2"})
    set_up(chaos)
    chaos.merges(event="spring", number=0, into="2")
    set_up(chaos)


def test_the_app_of_a_team_that_everybody_left_is_not_started(chaos: Chaos) -> None:
    begin(chaos, {ADA: "1", NIKLAS: "2"})
    set_up(chaos)
    chaos.merges(event="spring", number=0, into="2")
    chaos.run(Order("ana", "spring", "setup"))
    start_apps(chaos)


def test_a_strangers_profile_does_not_keep_a_row(chaos: Chaos) -> None:
    begin(chaos, {ADA: "1"})
    ada = TAKEN.index(("profile", "Ada"))
    set_up(chaos, Act("takes name", ada, Moment("row written")))
    purge(chaos)


def test_a_whole_domain_is_not_purged_while_another_event_runs(chaos: Chaos) -> None:
    begin(chaos, {ADA: "1"}, {NIKLAS: "1", ZOE: "2"})
    set_up(chaos)
    set_up(chaos, Act("other run", BO_PURGES_DOMAIN, Moment("row written")), event="autumn")


@pytest.mark.parametrize("skew", [90.0, -90.0])
@pytest.mark.parametrize("who", ["ana", "bo"])
def test_a_wrong_clock_takes_no_lease(chaos: Chaos, who: str, skew: float) -> None:
    begin(chaos, {ADA: "1", NIKLAS: "2"}, skew=skew)
    set_up(chaos, Act("other run", BO_SETS_UP, Moment("lease taken")), who=who)


@pytest.mark.parametrize("wrong", ["table", "domain"])
def test_mistyped_settings_change_nothing(chaos: Chaos, wrong: str) -> None:
    begin(chaos, {ADA: "1"})
    chaos.mistypes_settings(who="ana", event="spring", wrong=wrong)


def test_a_link_opens_the_app_that_its_space_has(chaos: Chaos) -> None:
    begin(chaos, {ADA: "1"})
    set_up(chaos)
    chaos.changes_setting(event="spring", setting="app type")
    chaos.hands_out_links(who="ana", event="spring")


def test_an_app_closed_while_it_is_waited_for_ends_the_wait(chaos: Chaos) -> None:
    begin(chaos, {ADA: "1"})
    set_up(chaos)
    start_apps(chaos, Act("closes app", 0, Moment("ListApps")))


@pytest.mark.parametrize("personal", [True, False], ids=["personal", "teams"])
def test_a_person_named_like_the_host_of_another_event(chaos: Chaos, personal: bool) -> None:
    begin(chaos, {"autumn-host@example.org": "1"}, {ADA: "1"}, personal=personal)
    set_up(chaos)
    set_up(chaos, event="autumn")


def test_two_tabs_at_once_keep_the_run_and_its_report(chaos: Chaos) -> None:
    begin(chaos, {ADA: "1"})
    for _ in range(5):
        chaos.presses_twice(who="ana", event="spring")


@pytest.mark.parametrize("operation", ["lease taken", "row written", "CreateUserProfile"])
def test_a_hackathon_that_a_cache_drops_ends_its_run(chaos: Chaos, operation: str) -> None:
    begin(chaos, {ADA: "1", NIKLAS: "2"})
    set_up(chaos, Act("evicted", 0, Moment(operation)))
