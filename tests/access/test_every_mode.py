"""Thousands of requests at the gate itself, in every mode, with and without a proxy.

The gate stands in front of an app that answers everything, behind uvicorn's own reading of a
proxy's headers. Whatever reaches the app got in. Each kind has its opposite: the same requests
with a valid visit, which must reach it.
"""

from __future__ import annotations

import asyncio
import itertools
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from studio_core.access.roles import Role
from studio_core.dashboard.registry import PAGES
from studio_core.dashboard.serving import oidc
from studio_core.dashboard.serving.gate import PASS_HEADER, Gate
from studio_core.dashboard.serving.launch import proxies
from studio_core.dashboard.serving.passes import PROCESS_SIGNER, Pass, issue
from studio_core.dashboard.serving.tokens import GateSettings, Mode
from studio_core.dashboard.serving.visits import LASTS, Visits
from tests.access.conftest import HELPER_TOKEN, TOKEN

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.tally import Tally

NAME = "dash.example.org"
MODES = [
    pytest.param((mode, proxied), id=f"{mode}, {'behind a proxy' if proxied else 'direct'}")
    for mode, proxied in itertools.product((Mode.TOKEN, Mode.OIDC), (False, True))
]
PATHS = (
    "/", *(f"/{page.name}" for page in PAGES), "/media/0123abcd.csv", "/_stcore/host-config",
    "/_stcore/upload_file/s/f", "/_stcore/health/", "/_stcore/metrics", "/static/index.js",
    "/component/x/y.js", "/app/static/x", "/%5fstcore/stream", "//media/x", "/auth/other",
    "/static/media/icons.woff2",
)  # fmt: skip
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH")


@dataclass
class Front:
    """The gate of a mode, and a count of what reached the app behind it."""

    mode: Mode
    proxied: bool
    folder: Path
    reached: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        access = GateSettings(
            self.mode,
            TOKEN if self.mode is Mode.TOKEN else "",
            HELPER_TOKEN if self.mode is Mode.TOKEN else "",
            (NAME,) if self.proxied else (),
        )
        self.visits = Visits(self.folder)
        gate = Gate(self._app, access, visits=self.visits)
        self._front = ProxyHeadersMiddleware(gate, list(proxies(access)))
        self.host = NAME if self.proxied else "127.0.0.1:8501"
        self.cookie_name = "studio-visit" if self.proxied else "studio-visit-8501"

    @property
    def title(self) -> str:
        return f"{self.mode}{', behind a proxy' if self.proxied else ''}"

    async def _app(self, scope, receive, send) -> None:
        self.reached.append((scope["type"], scope["path"]))
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b""})

    def ask(
        self,
        path: str,
        headers: Mapping[str, str],
        *,
        method: str = "GET",
        kind: str = "http",
        peer: str = "127.0.0.1",
    ) -> tuple[bool, dict[str, str], int]:
        """Send one request; gives whether it reached the app, and headers and status."""
        given = {"host": self.host, "accept": "text/html"}
        if self.proxied:
            given |= {"x-forwarded-for": "203.0.113.7", "x-forwarded-proto": "https"}
        given |= {name.lower(): value for name, value in headers.items()}
        path, _, query = path.partition("?")
        scope = {
            "type": kind,
            "path": path,
            "query_string": query.encode(),
            "headers": [(n.encode(), v.encode("latin-1")) for n, v in given.items()],
            "scheme": "http" if kind == "http" else "ws",
            "client": (peer, 50000),
        }
        if kind == "http":
            scope["method"] = method
        sent: list[dict] = []
        messages = iter([{"type": "http.request", "body": b""}, {"type": "http.disconnect"}])

        async def receive():
            return next(messages)

        async def send(message):
            sent.append(message)

        before = len(self.reached)
        asyncio.run(self._front(scope, receive, send))
        answered = {k.decode(): v.decode() for k, v in sent[0].get("headers", ())} if sent else {}
        status = sent[0].get("status", 0) if sent else 0
        return len(self.reached) > before, answered, status

    def visitor(self, role: Role = Role.ORGANISER) -> str:
        """The cookie of a valid visit."""
        if self.mode is Mode.OIDC:
            value, _ = self.visits.begin(oidc.secret(), None, f"{role}@example.com", "")
        else:
            token = TOKEN if role is Role.ORGANISER else HELPER_TOKEN
            value, _ = self.visits.begin(token, role, "", "")
        return f"{self.cookie_name}={value}"


@pytest.fixture
def front(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Front:
    monkeypatch.setenv("STUDIO_ORGANISERS", "organiser@example.com")
    monkeypatch.setenv("STUDIO_HELPERS", "helper@example.com")
    return Front(*request.param, tmp_path / "visits")


def credentials(front: Front) -> dict[str, dict[str, str]]:
    """What somebody may send who is not, or no longer, let in."""
    name = front.cookie_name
    ended = front.visitor()
    visit = front.visits.find([TOKEN, oidc.secret()], ended.partition("=")[2])
    assert visit is not None
    front.visits.end(visit.id)
    of_mode = {
        "another mode's": front.visits.begin("another secret", Role.ORGANISER, "", "")[0],
        "a stranger's": front.visits.begin(oidc.secret(), None, "eve@evil.example", "")[0],
        "an unverified person's": front.visits.begin(oidc.secret(), None, "", "")[0],
    }
    old = Visits(front.folder, clock=lambda: time.time() - LASTS - 5)
    key = oidc.secret() if front.mode is Mode.OIDC else TOKEN
    over, _ = old.begin(key, Role.ORGANISER, "", "")
    good = front.visitor().partition("=")[2]
    identity = create_signed_value(
        oidc.secret(),
        oidc.IDENTITY,
        '{"is_logged_in": true, "email": "organiser@example.com"}',
    ).decode()
    until = int(time.time()) + LASTS
    return {
        "nothing": {},
        "a random cookie": {"Cookie": f"{name}={secrets.token_urlsafe(32)}"},
        "a changed cookie": {"Cookie": f"{name}={good[:-1]}{'AB'[good[-1] == 'A']}"},
        "an ended visit": {"Cookie": ended},
        "a visit that is over": {"Cookie": f"{name}={over}"},
        "the cookie of another port": {"Cookie": f"studio-visit-1={good}"},
        "the identity cookie alone": {"Cookie": f"{oidc.IDENTITY}={identity}"},
        "a made-up pass": {PASS_HEADER: issue(PROCESS_SIGNER, Pass(Role.ORGANISER, until))},
        "the token as a header": {"Authorization": f"Bearer {TOKEN}"},
        **{f"{whose} cookie": {"Cookie": f"{name}={value}"} for whose, value in of_mode.items()},
    }


@pytest.mark.parametrize("front", MODES, indirect=True)
def test_no_request_without_a_valid_visit_reaches_a_page(front: Front, tally: Tally):
    for what, headers in credentials(front).items():
        for path, method in itertools.product(PATHS, METHODS):
            if front.mode is Mode.TOKEN and "stranger" in what:
                continue
            reached, answered, status = front.ask(path, headers, method=method)
            got_in = reached or "set-cookie" in answered
            tally.add(f"{front.title}: {what}", f"{method} {path}: {status}", got_in=got_in)
        for path in ("/_stcore/stream", "/", "/_stcore/health", "/auth/login"):
            reached, _, _ = front.ask(path, headers, kind="websocket")
            tally.add(f"{front.title}: WebSocket", f"{what} at {path}", got_in=reached)
    good = {"Cookie": front.visitor()}
    for path in PATHS:
        known = "/media/0" not in path and "//media" not in path and "/upload_file/" not in path
        assert front.ask(path, good)[0] is known, path
    assert front.ask("/_stcore/stream", good, kind="websocket")[0]


@pytest.mark.parametrize("front", MODES, indirect=True)
def test_no_other_site_name_or_frame_reaches_a_page(front: Front, tally: Tally):
    cookie = {"Cookie": front.visitor()}
    cross = [
        {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": dest}
        for site in ("cross-site", "same-site")
        for mode, dest in (
            ("no-cors", "image"), ("no-cors", "script"), ("cors", "empty"), ("navigate", "iframe"),
            ("navigate", "frame"), ("navigate", "embed"), ("navigate", "object"),
            ("websocket", "websocket"), ("same-origin", "empty"), ("", ""),
        )
    ]  # fmt: skip
    cross += [
        {"Host": host}
        for host in ("", "evil.example", f"{front.host}.evil.example", "localhost.evil.example",
                     f"evil.example:{8501}", f"{front.host}@evil.example", "[::1", "a b")
    ]  # fmt: skip
    for headers, path in itertools.product(cross, PATHS):
        reached, _, status = front.ask(path, {**cookie, **headers})
        tally.add(f"{front.title}: other site or name", f"{path} {headers}: {status}",
                  got_in=reached)  # fmt: skip
    for origin in ("null", "http://evil.example", f"http://{front.host}.evil", "file://", "x"):
        for path, method in itertools.product(PATHS, ("POST", "PUT", "DELETE", "PATCH")):
            reached, _, status = front.ask(path, {**cookie, "Origin": origin}, method=method)
            tally.add(f"{front.title}: other origin", f"{path}: {status}", got_in=reached)
        reached, _, _ = front.ask("/_stcore/stream", {**cookie, "Origin": origin}, kind="websocket")
        tally.add(f"{front.title}: other origin", f"WebSocket of {origin}", got_in=reached)


@pytest.mark.parametrize(
    "front", [p for p in MODES if p.values[0][0] is Mode.TOKEN], indirect=True
)  # fmt: skip
def test_no_wrong_token_begins_a_visit_and_no_header_moves_a_counter(front: Front, tally: Tally):
    for number in range(300):
        spoofed = {} if front.proxied else {"X-Forwarded-For": f"198.51.100.{number % 250}"}
        wrong = f"{TOKEN[: number % len(TOKEN)]}{number}"
        reached, answered, status = front.ask(f"/?token={wrong}", spoofed)
        got_in = reached or "set-cookie" in answered or status not in {401, 429}
        tally.add(f"{front.title}: wrong token", f"{wrong}: {status}", got_in=got_in)
    assert status == 429
    reached, answered, status = front.ask(f"/?token={TOKEN}", {})
    assert status == 303
    assert ("Secure" in answered["set-cookie"]) is front.proxied


@pytest.mark.parametrize(
    ("peer", "believed"),
    [("127.0.0.1", True), ("10.0.0.5", True), ("10.0.0.6", False), ("203.0.113.7", False)],
)
def test_only_a_proxy_that_is_named_says_who_comes_and_how(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tally: Tally, peer: str, believed: bool
):
    monkeypatch.setenv("STUDIO_TRUSTED_PROXY", "10.0.0.5")
    front = Front(Mode.TOKEN, proxied=True, folder=tmp_path / "visits")
    _, answered, status = front.ask(f"/?token={TOKEN}", {}, peer=peer)
    assert status == 303
    value = answered["set-cookie"].partition("=")[2].partition(";")[0]
    visit = front.visits.find([TOKEN], value)
    assert visit is not None
    assert ("Secure" in answered["set-cookie"]) is believed
    assert (visit.address == "203.0.113.7") is (believed or peer == "203.0.113.7")
    # What the client itself writes in front of the proxy's own entry counts for nothing.
    spoofed = {"X-Forwarded-For": "127.0.0.1, 198.51.100.9, 203.0.113.7"}
    statuses = [front.ask(f"/?token={n}", spoofed, peer=peer)[2] for n in range(9)]
    assert statuses == [401] * 5 + [429] * 4
    tally("token, behind a proxy: wrong token", len(statuses))
    spoofed = {"X-Forwarded-For": "127.0.0.2, 198.51.100.8, 203.0.113.7"}
    assert front.ask("/?token=x", spoofed, peer=peer)[2] == 429


def test_open_access_is_for_this_machine_alone(tmp_path: Path, tally: Tally):
    front = Front(Mode.OPEN, proxied=False, folder=tmp_path / "visits")
    assert all(front.ask(path, {})[0] for path in PATHS)
    assert front.ask("/_stcore/stream", {"Origin": "http://127.0.0.1:8501"}, kind="websocket")[0]
    forwarded = [
        {name: value}
        for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via", "X-Forwarded-Host")
        for value in ("203.0.113.7", "127.0.0.1", "for=127.0.0.1", "")
    ]
    others = [
        {"Host": NAME}, {"Host": "evil.example:8501"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
    ]  # fmt: skip
    for headers, path in itertools.product(forwarded + others, PATHS):
        reached, _, status = front.ask(path, headers)
        tally.add("open: other machine, site or name", f"{path} {headers}: {status}",
                  got_in=reached)  # fmt: skip
    for origin in ("null", "http://evil.example", "http://127.0.0.1:1", "https://127.0.0.1"):
        reached, _, _ = front.ask("/_stcore/stream", {"Origin": origin}, kind="websocket")
        tally.add("open: WebSocket", origin, got_in=reached)
