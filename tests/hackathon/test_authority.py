"""Who acts: the name that other organisers see."""

from __future__ import annotations

import getpass
import os
import socket
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from bench.world import people
from studio_core.access.roles import Actor
from studio_core.config import Settings
from studio_core.errors import RunBusyError
from studio_core.hackathon import Hackathon
from studio_core.hackathon.authority import default_owner

Make = Callable[..., Hackathon]


@pytest.mark.parametrize(
    ("actor", "shown"),
    [
        (None, "Ana Müller"),
        (Actor("organiser", via="dashboard"), "Ana Müller"),  # a token tells a role, no person
        (Actor("bo@example.org", via="dashboard"), "bo@example.org"),
    ],
)
def test_a_run_bears_the_name_of_a_person(
    make_hackathon: Make, actor: Actor | None, shown: str
) -> None:
    ana = make_hackathon(owner=None, your_name="Ana Müller")
    hackathon = ana.acting_as(actor) if actor else ana
    go_on = threading.Event()
    proposal = hackathon.propose_setup(people(3, 1))
    run = hackathon.start(proposal, on_step=lambda _: go_on.wait(30))
    try:
        lease = hackathon.lease()
        assert lease is not None
        assert lease.owner == shown
        other = make_hackathon()
        with pytest.raises(RunBusyError, match=f"{shown} runs setup"):
            other.start(other.propose_setup(people(3, 1)))
    finally:
        go_on.set()
    assert run.result().ok


def test_without_a_name_it_is_the_account_on_this_machine() -> None:
    assert "@" in default_owner(Settings())


def test_a_note_has_who_did_what_to_whom_and_where(hackathon: Hackathon) -> None:
    ana = Actor("ana@example.org", via="dashboard", address="10.0.0.1")
    authority = replace(hackathon._authority, actor=ana)
    noted = authority.note("cards printed", subject="team 1", outcome="half", number=7)
    entry = hackathon.recorded()[0]
    assert noted.id == entry.id
    assert hackathon.note("roster read").id == hackathon.recorded()[0].id
    assert (entry.actor, entry.event) == (ana, hackathon.settings.event)
    assert (entry.deed, entry.subject, entry.outcome) == ("cards printed", "team 1", "half")
    assert {name: str(value) for name, value in entry.details.items()} == {"number": "7"}


@pytest.mark.parametrize("error", [KeyError("uid not found"), OSError("no account")])
def test_an_account_without_a_name_is_its_number(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """As in a container whose user is in no password file."""

    def getuser() -> str:
        raise error

    monkeypatch.setattr(getpass, "getuser", getuser)
    assert default_owner(Settings()) == f"{os.getuid()}@{socket.gethostname()}"
