"""What ends with a visit: open tabs, clicks and downloads in them, files, and the cookie.

On the real server, over the sandbox. Each attempt has its opposite before it: the same message
while the visit goes on, which must work.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from websockets.exceptions import ConnectionClosed

from studio_core import config
from studio_core.dashboard.serving.responses import LEAVE
from studio_core.dashboard.serving.visits import Visits
from studio_core.model.people import Participant, Roster
from studio_core.sandbox.demo import control
from tests.access.conftest import HELPER_TOKEN, TOKEN
from tests.access.provider import provider, serve_with_sign_in, sign_in
from tests.access.serving import serve
from tests.access.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from studio_core.hackathon import Hackathon
    from studio_core.sandbox.serving.server import SandboxServer
    from tests.access.serving import Served
    from tests.tally import Tally

ROSTER = Roster((Participant("ada@example.com", "1"), Participant("bo@example.com", "2")))
HERE = {"Sec-Fetch-Site": "same-origin"}
SOON = 5.0
"""Seconds: a busy machine takes longer than the half second between two looks."""

DOWNLOAD = "Download CSV for all 2 people"


@pytest.fixture
def event(hackathon: Hackathon) -> Hackathon:
    assert hackathon.run(hackathon.propose_setup(ROSTER)).ok
    config.save(hackathon.pinned())
    return hackathon


@pytest.fixture
def open_tab() -> Iterator[Callable[..., Session]]:
    """Opens tabs, and closes them at the end of the test."""
    opened: list[Session] = []

    def open_one(served: Served, cookie: str, session: str = "") -> Session:
        opened.append(Session(served, cookie, session=session))
        return opened[-1]

    yield open_one
    for tab in opened:
        tab.close()


def links(sandbox: SandboxServer) -> int:
    """How many links have been made."""
    return int(control(sandbox.url, "GET", "calls").get("sagemaker.CreatePresignedDomainUrl", 0))


def replay(tab: Session, page: Session) -> int:
    """Send what an open tab can ask for: clicks, runs, downloads; how many there were."""
    tries = 0
    with suppress(ConnectionClosed):
        for _ in range(5):
            for download in page.shown("download_button").values():
                tab.send_download(download.deferred_file_id)
                tries += 1
            for button in page.shown("button").values():
                tab.send_rerun(click=button.id)
                tries += 1
            for fragment in filter(None, page.fragments):
                tab.send_rerun(fragment=fragment)
                tries += 1
            for title in ("", "links", "status", "purge"):
                tab.send_rerun(title)
                tries += 1
    return tries


def test_signing_out_ends_what_an_open_tab_can_do(
    event: Hackathon,
    sandbox: SandboxServer,
    open_tab: Callable[..., Session],
    tmp_path: Path,
    tally: Tally,
):
    tokens = {"STUDIO_TOKEN": TOKEN, "STUDIO_HELPER_TOKEN": HELPER_TOKEN}
    environ = {**sandbox.environment(), **tokens}
    served = serve(tmp_path, environ=environ)
    try:
        cookie, helper = served.cookie(TOKEN), served.cookie(HELPER_TOKEN)
        tabs = [open_tab(served, cookie) for _ in range(3)]
        for tab in tabs:
            tab.run("links")
        page = tabs[0]
        url = page.download(page.shown("download_button")[DOWNLOAD].deferred_file_id)
        assert links(sandbox) == 2
        assert b"ada@example.com" in served.ask(url, headers={"Cookie": cookie}).content
        for what, headers in (("a helper", {"Cookie": helper}), ("nobody", {})):
            status = served.ask(url, headers=headers).status
            tally.add("token: file of another visit", f"{what}: {status}", got_in=status < 400)
        # A tab with the cookie of another visit cannot go on with this session.
        other = open_tab(served, helper, session=page.id)
        other.run("links")
        tally.add("token: session of another visit", "a helper", got_in=other.id == page.id)

        served.ask(LEAVE, headers={"Cookie": cookie, **HERE})
        start = time.monotonic()
        recorded = len(event.recorded())
        tries = replay(tabs[1], page)
        assert max(tab.seconds_until_closed() for tab in tabs) < SOON
        assert time.monotonic() - start < 2 * SOON
        time.sleep(0.5)
        tally("token: open tab after the sign-out", tries, links(sandbox) - 2)
        assert len(event.recorded()) == recorded
        tally(
            "token: file after the sign-out",
            1,
            served.ask(url, headers={"Cookie": cookie}).status < 400,
        )
        other.run("status")  # the helper goes on

        # Another process that shares the folder ends the visit here too.
        elsewhere = Visits(tmp_path / "state" / "visits")
        visit = elsewhere.find([HELPER_TOKEN], helper.partition("=")[2])
        assert visit is not None
        elsewhere.end(visit.id)
        assert other.seconds_until_closed() < SOON

        # Started again, with another token for organisers: what was left stays left, what goes
        # on goes on, and what began with the old token has ended.
        old, goes_on = served.cookie(TOKEN), served.cookie(HELPER_TOKEN)
        served.stop()
        served = serve(tmp_path, environ={**environ, "STUDIO_TOKEN": "x" * 32}, port=served.port)
        for what, value in (
            ("left cookie after a restart", cookie),
            ("left cookie after a restart", helper),
            ("cookie of an old token", old),
        ):
            status = served.ask("/links", headers={"Cookie": value}).status
            tally.add(f"token: {what}", f"{status}", got_in=status != 401)
        assert served.ask("/links", headers={"Cookie": goes_on}).status == 200
    finally:
        served.stop()


def test_whoever_loses_a_role_can_do_nothing_in_an_open_tab(
    event: Hackathon,
    sandbox: SandboxServer,
    open_tab: Callable[..., Session],
    tmp_path: Path,
    tally: Tally,
):
    """A removed organiser, and one who is made a helper, after a real sign-in (OIDC)."""
    everybody = replace(config.load_file(), organisers="ana@example.com, bo@example.com")
    config.save(everybody)
    with provider() as discovery:
        served = serve_with_sign_in(tmp_path, discovery, sandbox.environment())
        try:
            for subject in ("eve", "mallory", "nameless"):
                cookies = {"Cookie": sign_in(served, subject)}
                for path in ("/", "/links", "/media/x", "/_stcore/host-config"):
                    status = served.ask(path, headers=cookies).status
                    tally.add("OIDC: stranger", f"{subject}: {status}", got_in=status < 400)
            ana, bo = sign_in(served, "ana"), sign_in(served, "bo")
            identity = "; ".join(c for c in ana.split("; ") if not c.startswith("studio-visit"))
            status = served.ask("/links", headers={"Cookie": identity}).status
            tally.add("OIDC: identity without a visit", f"{status}", got_in=status < 400)
            seen = {}
            for who in (ana, bo):
                tab = open_tab(served, who)
                tab.run("links")
                url = tab.download(tab.shown("download_button")[DOWNLOAD].deferred_file_id)
                assert served.ask(url, headers={"Cookie": who}).status == 200
                seen[who] = (tab, url)
            assert links(sandbox) == 4
            config.save(replace(everybody, organisers="cy@example.com", helpers="bo@example.com"))
            recorded = len(event.recorded())
            replayed = {who: replay(tab, tab) for who, (tab, _) in seen.items()}
            for who, name in ((ana, "removed"), (bo, "made a helper")):
                tab, url = seen[who]
                tries = replayed[who]
                assert tab.seconds_until_closed() < SOON
                time.sleep(0.5)
                tally(f"OIDC: open tab of one who was {name}", tries, links(sandbox) - 4)
                status = served.ask(url, headers={"Cookie": who}).status
                tally.add(f"OIDC: file of one who was {name}", f"{status}", got_in=status < 400)
            assert len(event.recorded()) == recorded
            assert served.ask("/links", headers={"Cookie": ana}).status == 401
            helper = open_tab(served, bo, session=seen[bo][0].id)
            helper.run("links")
            assert helper.id != seen[bo][0].id
            assert all(button.disabled for button in helper.shown("download_button").values())
            # Signing out ends the visit, though the provider's cookies were kept.
            served.ask(LEAVE, headers={"Cookie": bo, **HERE})
            assert helper.seconds_until_closed() < SOON
            status = served.ask("/links", headers={"Cookie": bo}).status
            tally.add("OIDC: cookies after the sign-out", f"{status}", got_in=status < 400)
        finally:
            served.stop()
