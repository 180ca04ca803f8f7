"""Links that the core makes: for whom, whereto, for how long."""

from __future__ import annotations

import urllib.request
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bench.world import people
from studio_core.errors import StudioError
from studio_core.model.links import Link

if TYPE_CHECKING:
    from studio_core.hackathon import Hackathon


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
