"""Every way to come in that we could think of, tried on the real server. None gets in.

Each kind of try has its opposite beside it: the same request with the right credential,
which must work, so that a refusal means what it says.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from studio_core.access.roles import Role
from studio_core.dashboard.registry import PAGES
from studio_core.dashboard.serving.gate import PASS_HEADER
from studio_core.dashboard.serving.passes import PROCESS_SIGNER, VISIT, issue, visit_signer
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
    now = int(time.time())
    organisers = visit_signer(Role.ORGANISER, TOKEN)
    helpers = visit_signer(Role.HELPER, HELPER_TOKEN)
    strangers = visit_signer(Role.ORGANISER, "x" * 32)
    own = PROCESS_SIGNER
    body, _, signature = value.partition(".")
    return {
        "no cookie": "",
        "an empty cookie": f"{name}=",
        "a made-up cookie": f"{name}=organiser",
        "the token as the cookie": f"{name}={TOKEN}",
        "an expired cookie": f"{name}={issue(organisers, Role.ORGANISER, now - 1)}",
        "a cookie from the future": f"{name}={issue(organisers, Role.ORGANISER, now + 3 * VISIT)}",
        "a cookie with an accent": f"{name}={value}\xe9",
        "a cookie longer than any": f"{name}={value}{'A' * 4_000}",
        "a cookie of another key": f"{name}={issue(strangers, Role.ORGANISER, now + VISIT)}",
        "a cookie signed by its own key": f"{name}={issue(own, Role.ORGANISER, now + 99)}",
        "organiser by a helper's key": f"{name}={issue(helpers, Role.ORGANISER, now + 99)}",
        "nobody's role": f"{name}={issue(organisers, None, now + VISIT)}",
        "a body without signature": f"{name}={body}.",
        "a signature without body": f"{name}=.{signature}",
        "another body's signature": f"{name}={helper.partition('.')[0]}.{signature}",
        "a longer life": f"{name}={body}A.{signature}",
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
        fake = {PASS_HEADER: issue(PROCESS_SIGNER, Role.ORGANISER, int(time.time()) + 99)}
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
    for number, token in enumerate(wrong):
        # Each from an address of its own, so that it is the token that is refused, not the try.
        where = {"X-Forwarded-For": f"10.9.0.{number}"}
        query = dashboard.served.ask(f"/?token={token}", headers=where)
        body = f"token={token}&next=/links"
        form = dashboard.served.ask("/_access", method="POST", body=body, headers=where)
        for what, answer in (("query", query), ("form", form)):
            got_in = answer.status != 401 or "Set-Cookie" in answer.headers
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
    claim = issue(PROCESS_SIGNER, Role.ORGANISER, int(time.time()) + VISIT)
    seen = read_page(
        dashboard.served, "settings", cookie=dashboard.helper, headers={PASS_HEADER: claim}
    )
    assert "Where the event is" not in seen
    assert "The whole way" in seen  # the helper's own pass is what counts


def test_whoever_leaves_is_out_and_others_are_not(dashboard: RunningDashboard):
    elsewhere = {"X-Forwarded-For": "10.9.1.1"}
    entered = dashboard.served.ask(f"/?token={TOKEN}", headers=elsewhere)
    mine = str(entered.headers["Set-Cookie"]).partition(";")[0]
    assert dashboard.served.ask("/", headers={"Cookie": mine}).status == 200
    dashboard.served.ask("/_access/leave", headers={"Cookie": mine})
    assert dashboard.served.ask("/", headers={"Cookie": mine}).status == 401
    assert dashboard.served.ask("/", headers={"Cookie": dashboard.organiser}).status == 200


def test_health_is_open_and_says_nothing(dashboard: RunningDashboard):
    answer = dashboard.served.ask("/_stcore/health")
    assert answer.status == 200
    assert answer.content == b"ok"
    assert dashboard.served.ask("/_stcore/health", method="POST").status == 401


def test_nothing_printed_or_recorded_holds_a_credential(dashboard: RunningDashboard):
    dashboard.served.ask("/?token=wrong", headers={"X-Forwarded-For": "10.9.2.1"})
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


def test_guessing_is_slowed_down(dashboard: RunningDashboard, served_alone: Served, tally: Tally):
    statuses = [served_alone.ask(f"/?token=guess-{number}").status for number in range(30)]
    for status in statuses:
        tally.add("token: wrong token", f"a guess: {status}", got_in=status not in REFUSED)
    assert statuses[:10] == [401] * 10
    assert statuses[10:] == [429] * 20
    held = served_alone.ask(f"/?token={TOKEN}")
    assert held.status == 429
    assert 0 < int(held.headers["Retry-After"]) <= 60
    # From another address, as a proxy of this machine tells it, the right token still works.
    other = served_alone.ask(f"/?token={TOKEN}", headers={"X-Forwarded-For": "10.1.2.3"})
    assert other.status == 303
    assert not tally.got_in
