"""Every way to come in that we could think of, tried on the real server. None gets in.

Each kind of try has its opposite beside it: the same request with the right credential,
which must work, so that a refusal means what it says.
"""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING

import pytest

from studio_core.access.roles import Role
from studio_core.access.signing import Signer
from studio_core.dashboard.registry import PAGES
from studio_core.dashboard.serving.gate import PASS_HEADER
from studio_core.dashboard.serving.passes import PROCESS_SIGNER, Pass, issue
from studio_core.dashboard.serving.responses import LEAVE
from studio_core.dashboard.serving.visits import LASTS
from tests.access.conftest import HELPER_TOKEN, TOKEN
from tests.access.session import handshake, read_page

if TYPE_CHECKING:
    from tests.access.conftest import RunningDashboard
    from tests.access.serving import Served
    from tests.tally import Tally

pytestmark = pytest.mark.xdist_group("dashboard")  # one server for all, and its record read last

PATHS = ("/", *(f"/{page.name}" for page in PAGES))
ENDPOINTS = (
    "/_stcore/host-config",
    "/_stcore/script-health-check",
    "/_stcore/metrics",
    "/_stcore/agent/openapi.json",
    "/_stcore/bidi-components/x/y.js",
    "/_stcore/health/",
    "/_stcore/health/../host-config",
    "/_stcore/health%2f..%2fhost-config",
    "/_stcore/health;/../host-config",
    "/%5fstcore/host-config",
    "//_stcore/host-config",
    "/./_stcore/host-config",
    "/component/x/index.html",
    "/app/static/x.txt",
    "/auth/login",
    "/auth/logout",
    "/oauth2callback",
    "/favicon.png",
    "/index.html",
    "/static/js/index.js",
    "/media/0123456789abcdef.csv",
    "/_access",
)
REFUSED = {400, 401, 403, 421, 429}
STREAM = "/_stcore/stream"


def forged(dashboard: RunningDashboard) -> dict[str, str]:
    """Cookies and headers that are not what the gate gave."""
    name, _, value = dashboard.organiser.partition("=")
    helper = dashboard.helper.partition("=")[2]
    until = int(time.time()) + LASTS
    made_up = issue(PROCESS_SIGNER, Pass(Role.ORGANISER, until, "organiser"))
    by_token = issue(Signer("visit of organiser", [TOKEN], LASTS), Pass(Role.ORGANISER, until))
    record = next(iter((dashboard.folder / "state" / "visits").iterdir()))
    return {
        "no cookie": "",
        "an empty cookie": f"{name}=",
        "a made-up cookie": f"{name}=organiser",
        "the token as the cookie": f"{name}={TOKEN}",
        "a random value": f"{name}={secrets.token_urlsafe(32)}",
        "a changed letter": f"{name}={'AB'[value[0] == 'A']}{value[1:]}",
        "the other case": f"{name}={value.swapcase()}",
        "a cut value": f"{name}={value[:-1]}",
        "a longer value": f"{name}={value}A",
        "a cookie with an accent": f"{name}={value}\xe9",
        "a cookie longer than any": f"{name}={value}{'A' * 4_000}",
        "the record's own name": f"{name}={record.name}",
        "a path to the record": f"{name}=../visits/{record.name}",
        "a signed pass": f"{name}={made_up}",
        "a cookie signed with the token": f"{name}={by_token}",
        "half of each": f"{name}={value[:21]}{helper[21:]}",
        "the cookie of another port": f"studio-visit-1={value}",
    }


def test_pages_files_and_endpoints_need_the_cookie(dashboard: RunningDashboard, tally: Tally):
    for path in (*PATHS, *ENDPOINTS):
        for what, cookie in forged(dashboard).items():
            headers = {"Cookie": cookie} if cookie else {}
            status = dashboard.served.ask(path, headers=headers).status
            tally.add(
                "token: forged cookie",
                f"GET {path} with {what}: {status}",
                got_in=status not in REFUSED,
            )
        fake = {PASS_HEADER: issue(PROCESS_SIGNER, Pass(Role.ORGANISER, int(time.time()) + 99))}
        status = dashboard.served.ask(path, headers=fake).status
        tally.add(
            "token: made-up pass",
            f"GET {path} with a made-up pass: {status}",
            got_in=status not in REFUSED,
        )
    assert not tally.got_in

    for path in PATHS:
        assert dashboard.served.ask(path, headers={"Cookie": dashboard.organiser}).status == 200
        assert dashboard.served.ask(path, headers={"Cookie": dashboard.helper}).status == 200
    answer = dashboard.served.ask(ENDPOINTS[0], headers={"Cookie": dashboard.organiser})
    assert answer.status == 200


def test_uploads_and_media_need_the_cookie(dashboard: RunningDashboard, tally: Tally):
    tries = [
        ("PUT", "/_stcore/upload_file/session/file"),
        ("DELETE", "/_stcore/upload_file/session/file"),
        ("OPTIONS", "/_stcore/upload_file/session/file"),
        ("POST", "/_stcore/agent/interact"),
        ("HEAD", "/media/0123456789abcdef.csv"),
        ("POST", "/"),
        ("PUT", "/links"),
        ("PATCH", "/"),
    ]
    for method, path in tries:
        for what, cookie in forged(dashboard).items():
            headers = {"Cookie": cookie} if cookie else {}
            status = dashboard.served.ask(path, method=method, headers=headers, body=b"x").status
            tally.add(
                "token: forged cookie",
                f"{method} {path} with {what}: {status}",
                got_in=status not in REFUSED,
            )
    assert not tally.got_in
    # With the cookie Streamlit itself answers: no such session, no such file, no such method.
    for method, path in tries:
        answer = dashboard.served.ask(path, method=method, headers={"Cookie": dashboard.organiser})
        assert answer.status not in REFUSED - {400, 403}, (method, path, answer.status)


def test_wrong_tokens_give_no_cookie(dashboard: RunningDashboard, tally: Tally):
    wrong = [
        "",
        "x",
        TOKEN[:-1],
        TOKEN + "x",
        TOKEN.upper(),
        "%20",
        "+",
        "%00",
        "null",
        TOKEN[::-1],
    ]
    for token in wrong:
        query = dashboard.served.ask(f"/?token={token}")
        body = f"token={token}&next=/links"
        form = dashboard.served.ask("/_access", method="POST", body=body)
        for what, answer in (("query", query), ("form", form)):
            got_in = answer.status not in {401, 429} or "Set-Cookie" in answer.headers
            tally.add(
                "token: wrong token",
                f"token {token!r} in the {what}: {answer.status}",
                got_in=got_in,
            )
    assert not tally.got_in


def test_other_sites_do_not_come_in_with_an_organisers_cookie(
    dashboard: RunningDashboard, tally: Tally
):
    """Cross-site requests and rebinding: the browser of an organiser sends the cookie along."""
    cookie = {"Cookie": dashboard.organiser}
    evil = f"evil.example:{dashboard.served.port}"
    tries = [
        ("GET", "/", {"Host": evil}),
        ("GET", "/_stcore/health", {"Host": evil}),
        ("GET", f"/?token={TOKEN}", {"Host": evil}),
        ("GET", "/media/x.csv", {"Host": "127.0.0.1.evil.example"}),
        ("GET", "/_stcore/host-config", {"Host": ""}),
        ("PUT", "/_stcore/upload_file/s/f", {"Origin": "http://evil.example"}),
        ("PUT", "/_stcore/upload_file/s/f", {"Origin": "null"}),
        ("DELETE", "/_stcore/upload_file/s/f", {"Origin": "http://127.0.0.1:1"}),
        ("POST", "/_access", {"Origin": "http://evil.example"}),
        ("GET", "/media/x.csv", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}),
        ("GET", "/_stcore/host-config", {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"}),
        ("POST", "/_access", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}),
    ]
    for method, path, headers in tries:
        body = f"token={TOKEN}" if method == "POST" else None
        answer = dashboard.served.ask(path, method=method, headers={**cookie, **headers}, body=body)
        got_in = answer.status not in REFUSED or "Set-Cookie" in answer.headers
        tally.add(
            "token: other site or name",
            f"{method} {path} with {headers}: {answer.status}",
            got_in=got_in,
        )
    assert not tally.got_in
    same = {
        "Sec-Fetch-Site": "same-origin",
        "Sec-Fetch-Mode": "cors",
        "Origin": dashboard.served.url,
    }
    answer = dashboard.served.ask("/_stcore/host-config", headers={**cookie, **same})
    assert answer.status == 200
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert dashboard.served.ask("/links", headers={**cookie, **link}).status == 200


def test_the_websocket_needs_cookie_origin_and_name(dashboard: RunningDashboard, tally: Tally):
    port, own = dashboard.served.port, dashboard.served.url
    tries: list[tuple[str, dict[str, object]]] = [
        (what, {"cookie": cookie, "origin": own}) for what, cookie in forged(dashboard).items()
    ]
    tries += [
        (f"Origin {origin}", {"cookie": dashboard.organiser, "origin": origin})
        for origin in ("http://evil.example", "null", f"http://localhost.evil.example:{port}",
                       f"http://127.0.0.1:{port + 1}", "file://")
    ]  # fmt: skip
    tries += [
        (f"Host {host}", {"cookie": dashboard.organiser, "origin": f"http://{host}", "host": host})
        for host in (f"evil.example:{port}", "127.0.0.1.evil.example", "localhost.evil.example")
    ]
    tries += [
        ("token in the query", {"path": f"{STREAM}?token={TOKEN}", "origin": own}),
        ("token as a header", {"origin": own, "headers": {"Authorization": f"token {TOKEN}"}}),
        ("a made-up pass", {"origin": own, "headers": {PASS_HEADER: "x"}}),
        ("a session of somebody", {"origin": own, "headers": {"X-Session-Id": "x"}}),
        ("no Origin and no cookie", {}),
    ]
    for what, arguments in tries:
        status = handshake(dashboard.served, **arguments)
        tally.add("token: WebSocket", f"WebSocket with {what}: {status}", got_in=status == 101)
    assert not tally.got_in
    assert handshake(dashboard.served, cookie=dashboard.organiser, origin=own) == 101
    local = f"localhost:{port}"
    assert (
        handshake(dashboard.served, cookie=dashboard.helper, origin=f"http://{local}", host=local)
        == 101
    )


@pytest.mark.parametrize("page", ["settings", "roster", "purge"])
def test_helpers_do_not_see_organisers_pages(dashboard: RunningDashboard, tally: Tally, page: str):
    secret = {"settings": "Where the event is", "roster": "Not configured", "purge": "Not config"}
    seen = read_page(dashboard.served, page, cookie=dashboard.helper)
    tally.add(
        "token: helper at an organiser's page", f"helper opens {page}", got_in=secret[page] in seen
    )
    assert not tally.got_in
    assert secret[page] in read_page(dashboard.served, page, cookie=dashboard.organiser)


def test_a_pass_from_outside_is_taken_away(dashboard: RunningDashboard):
    claim = issue(PROCESS_SIGNER, Pass(Role.ORGANISER, int(time.time()) + LASTS))
    seen = read_page(
        dashboard.served, "settings", cookie=dashboard.helper, headers={PASS_HEADER: claim}
    )
    assert "Where the event is" not in seen
    assert "The whole way" in seen  # the helper's own pass is what counts


def test_whoever_leaves_is_out_and_others_are_not(dashboard: RunningDashboard):
    mine = dashboard.served.cookie(TOKEN)
    assert dashboard.served.ask("/", headers={"Cookie": mine}).status == 200
    for site in ("cross-site", "same-site", "none"):
        asked = dashboard.served.ask(LEAVE, headers={"Cookie": mine, "Sec-Fetch-Site": site})
        assert dashboard.served.ask("/", headers={"Cookie": mine}).status == 200, asked.status
    dashboard.served.ask(LEAVE, headers={"Cookie": mine, "Sec-Fetch-Site": "same-origin"})
    assert dashboard.served.ask("/", headers={"Cookie": mine}).status == 401
    assert dashboard.served.ask("/", headers={"Cookie": dashboard.organiser}).status == 200


def test_health_is_open_and_says_nothing(dashboard: RunningDashboard):
    answer = dashboard.served.ask("/_stcore/health")
    assert answer.status == 200
    assert answer.content == b"ok"
    assert dashboard.served.ask("/_stcore/health", method="POST").status == 401


def test_nothing_printed_or_recorded_holds_a_credential(dashboard: RunningDashboard):
    dashboard.served.ask("/?token=wrong", headers={"User-Agent": "nobody else's"})
    log = _recorded(dashboard, '"refused: wrong token"')
    printed = [
        line for line in dashboard.served.lines if not line.startswith(("Dashboard", "For h"))
    ]
    for text in ("\n".join(printed), log):
        for secret in (TOKEN, HELPER_TOKEN, dashboard.organiser.partition("=")[2]):
            assert secret not in text
    assert '"refused: wrong token"' in log
    assert '"let in"' in log


def _recorded(dashboard: RunningDashboard, last: str) -> str:
    """The record, once it holds what was done last: it is written behind the answer."""
    until = time.monotonic() + 10
    while True:
        log = (dashboard.folder / "state" / "audit.jsonl").read_text()
        if last in log or time.monotonic() > until:
            return log
        time.sleep(0.05)


def test_guessing_is_slowed_down_and_the_right_token_always_works(
    served_alone: Served, tally: Tally
):
    statuses = [
        served_alone.ask(
            f"/?token=guess-{number}",
            headers={"X-Forwarded-For": f"10.1.2.{number}", "X-Forwarded-Proto": "https"},
        ).status
        for number in range(30)
    ]
    for status in statuses:
        tally.add("token: wrong token", f"a guess: {status}", got_in=status not in REFUSED)
    # A header that nobody vouches for changes neither whom the guesses are counted for …
    assert statuses[:5] == [401] * 5
    assert statuses[5:] == [429] * 25
    told = served_alone.ask("/?token=guess")
    assert 0 < int(told.headers["Retry-After"]) <= 60
    # … nor what the owner of the token can do.
    right = served_alone.ask(f"/?token={TOKEN}", headers={"X-Forwarded-For": "10.1.2.3"})
    assert right.status == 303
    assert "Secure" not in right.headers["Set-Cookie"]
    record = (served_alone.folder / "state" / "audit.jsonl").read_text()
    assert "10.1.2" not in record
    assert record.count("refused: wrong token") == 5


def test_other_sites_lock_nobody_out(served_alone: Served, tally: Tally):
    """A page of another site with frames and windows that try tokens in the owner's browser."""
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    for dest, wanted in (("iframe", 403), ("document", 401), ("embed", 403)):
        for number in range(40):
            tried = served_alone.ask(
                f"/?token=x{number}", headers={**link, "Sec-Fetch-Dest": dest}
            ).status
            tally.add("token: other site or name", f"{dest}: {tried}", got_in=tried != wanted)
    assert served_alone.ask("/?token=mistyped").status == 401  # not 429: nothing was counted
    assert served_alone.ask(f"/?token={TOKEN}").status == 303
