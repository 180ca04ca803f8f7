"""What the first generation left: whose it is, and how it is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from studio_core.model.people import Record
from studio_core.model.studio import Ownership
from studio_core.planning.before import FirstGeneration, from_before
from tests.planning.worlds import empty, ready_profile

ANA, ANA_TOO = Record("ana@x.org", "1", "d-1"), Record("ana@y.org", "1", "d-1")


@pytest.mark.parametrize("ownership", list(Ownership))
def test_a_profile_is_shared_when_nothing_tells_whose_it_is(ownership: Ownership) -> None:
    """One that carries a tag is somebody's; of an unreadable one nobody is asked to choose."""
    world = empty(profiles=(ready_profile("ana", ownership),), records=(ANA, ANA_TOO))
    shared = [(one.profile.name, one.emails) for one in FirstGeneration(world).shared()]
    untagged = ownership is Ownership.UNTAGGED
    assert shared == ([("ana", ("ana@x.org", "ana@y.org"))] if untagged else [])


def test_a_profile_that_two_rows_note_is_shared_whatever_its_tag() -> None:
    """An adoption that was cut off may have tagged it."""
    noted = tuple(replace(row, profile="ana") for row in (ANA, ANA_TOO))
    world = empty(profiles=(ready_profile("ana"),), records=noted)
    assert [one.emails for one in FirstGeneration(world).shared()] == [("ana@x.org", "ana@y.org")]


def test_rows_without_a_profile_share_none() -> None:
    assert FirstGeneration(empty(records=(ANA, ANA_TOO))).shared() == []


def test_ten_people_are_named_and_the_others_counted() -> None:
    def told(number: int) -> str:
        return from_before([f"p{n}@x.org" for n in range(number)])

    assert told(1).startswith("1 person is in the table from an earlier version")
    assert told(1).endswith("not yet in an event: p0@x.org.")
    assert told(2).startswith("2 people are ")
    ten = ", ".join(f"p{n}@x.org" for n in range(9))
    assert told(10).endswith(f"{ten} and p9@x.org.")
    assert told(11).endswith(f"{ten}, p9@x.org and 1 more.")
    assert told(1_011).startswith("1,011 people are ")
    assert told(1_011).endswith("p9@x.org and 1,001 more.")


@pytest.mark.parametrize(("domain", "whose"), [("d-1", None), ("d-far", "ana")])
def test_a_name_that_another_event_records_is_taken_on_its_own_domain(
    domain: str, whose: str | None
) -> None:
    theirs = Record("ana@spring.org", "1", domain, "spring", "ana", "team-1")
    profile = ready_profile("ana", Ownership.UNTAGGED)
    world = empty(profiles=(profile,), records=(ANA,), foreign=(theirs,))
    found = FirstGeneration(world).profile(ANA)
    assert (found and found.name) == whose
