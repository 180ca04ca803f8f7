"""Forms of other sites, foreign names, and addresses that are built of neither."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import pytest
from starlette.datastructures import Headers

from studio_core.portal.origins import name_is_ours, origin, sent_by_us
from tests.portal.conftest import ON_ROSTER, Late, ticket_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.portal.conftest import Maker
    from tests.tally import Tally

HOST = "portal.example"
KNOWN = "https://hack.example.org/start"
FOREIGN: list[dict[str, str]] = [
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "nonsense"},
    {"sec-fetch-site": ""},
    {"sec-fetch-site": "cross-site", "origin": f"http://{HOST}"},
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": "http://"},
    {"origin": f"http://{HOST}.evil.example"},
    {"origin": f"http://evil.example/{HOST}"},
    {"origin": f"http://{HOST}@evil.example"},
    {"origin": f"http://{HOST}:8443"},
    {"origin": f"http://sub.{HOST}"},
    {"origin": "http://portal.example\\.evil.example"},
    {"origin": "file://"},
    {"origin": "http://[::1"},
    {"referer": "https://evil.example/a?b"},
    {"referer": f"https://evil.example/http://{HOST}/"},
    {"referer": ""},
    {"origin": "https://evil.example", "referer": f"http://{HOST}/"},
]
OWN: list[dict[str, str]] = [
    {},
    {"sec-fetch-site": "same-origin"},
    {"sec-fetch-site": "none"},
    {"origin": f"http://{HOST}"},
    {"origin": f"https://{HOST}"},  # a proxy in front has the certificate
    {"origin": f"http://{HOST.upper()}:80"},
    {"referer": f"http://{HOST}/wait"},
]


def test_a_form_of_another_site_signs_nobody_in(portal: Maker, tally: Tally) -> None:
    instance = portal()
    code = instance.hackathon.codes().event_code
    fields: dict[str, Any] = {"data": {"email": ON_ROSTER, "code": code}}
    for headers in OWN:
        answer = instance.visitor().ask("POST", "/", headers=headers, **fields)
        assert answer.status_code == 303, headers
    for headers in FOREIGN:
        kinds = (
            ("form", {}),
            ("text/plain", {"content-type": "text/plain"}),
            ("no type", {"content-type": ""}),
            ("upper case", {"content-type": "APPLICATION/X-WWW-FORM-URLENCODED"}),
            ("with charset", {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}),
        )
        for what, more in kinds:
            answer = instance.visitor().ask("POST", "/", headers={**headers, **more}, **fields)
            got_in = answer.status_code != 403 or "location" in answer.headers
            tally.add("web app: form of another site", f"{headers} {what}", got_in=got_in)


def test_another_site_brings_nobody_in_with_its_own_ticket(
    portal: Maker, late: Callable[..., Late], tally: Tally
) -> None:
    person = late()
    instance = portal()
    page = instance.visitor().sign_in(person.email, instance.hackathon.codes().event_code)
    ticket = ticket_in(page.text)
    for headers in FOREIGN:
        answer = instance.visitor().get(ticket, headers=headers)
        got_in = (answer.status_code, answer.headers.get("location")) != (303, ".")
        tally.add("web app: ticket from another site", str(headers), got_in=got_in)
    for headers in OWN:
        assert instance.visitor().get(ticket, headers=headers).status_code == 409


def test_two_headers_do_not_hide_a_foreign_one() -> None:
    raw = [(b"host", HOST.encode()), (b"origin", f"http://{HOST}".encode())]
    assert sent_by_us(Headers(raw=raw), "")
    assert not sent_by_us(Headers(raw=[*raw, (b"origin", b"http://evil.example")]), "")
    raw = [(b"sec-fetch-site", b"same-origin"), (b"sec-fetch-site", b"cross-site")]
    assert not sent_by_us(Headers(raw=raw), "")


def test_the_address_of_the_settings_is_ours_behind_a_proxy_that_renames_the_host() -> None:
    headers = Headers({"host": "10.0.0.5:8502", "origin": "https://hack.example.org"})
    assert sent_by_us(headers, KNOWN)
    assert not sent_by_us(headers, "")


@pytest.mark.parametrize("host", ["", ":80", "a:b", "[::1"])
def test_a_host_that_is_none_is_no_origin_of_ours(host: str) -> None:
    assert not sent_by_us(Headers({"host": host, "origin": "null"}), "")


@pytest.mark.parametrize(
    "host",
    [
        "hack.example.org",
        "HACK.example.org:8502",
        "localhost:8502",
        "127.0.0.1:8502",
        "192.168.1.20",
        "[fe80::1]:8502",
        socket.gethostname(),
        f"{socket.gethostname()}.local",
    ],
)
def test_names_of_this_server(host: str) -> None:
    assert name_is_ours(host, KNOWN)
    assert name_is_ours(host, "")


def test_a_name_is_compared_as_browsers_send_it() -> None:
    assert name_is_ours("xn--strae-oqa.de", "https://straße.de/")
    assert not name_is_ours("strasse.de", "https://straße.de/")


def test_a_foreign_name_gets_no_form_and_is_told_the_address(portal: Maker, tally: Tally) -> None:
    instance = portal(web_app_url=KNOWN)
    code = instance.hackathon.codes().event_code
    hosts = [
        "evil.example",
        "hack.example.org.evil.example",
        "evil.hack.example.org",
        "hack.example.org@evil.example",
        "example.org",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "",
        "[::1",
        "hack.example.org:x",
    ]
    fields = {"email": ON_ROSTER, "code": code}
    for host in hosts:
        for method, path, more in (
            ("GET", "/", {}),
            ("POST", "/", {"data": fields}),
            ("GET", "/wait?ticket=x", {}),
        ):
            answer = instance.visitor().ask(method, path, headers={"host": host}, **more)
            got_in = answer.status_code != 421 or "<form" in answer.text
            tally.add("web app: foreign name", f"{method} {path} at {host}", got_in=got_in)
            assert f'href="{KNOWN}"' in answer.text
    assert instance.visitor().get("/health", headers={"host": "10.0.0.7"}).status_code == 200
    answer = instance.visitor().ask("POST", "/", data=fields, headers={"host": "hack.example.org"})
    assert answer.status_code == 303


@pytest.mark.parametrize("path", ["/wait/", "/wait/?ticket=x", "/health/", "/a/b/c"])
def test_no_redirect_is_built_of_the_host(portal: Maker, path: str) -> None:
    for method in ("GET", "POST"):
        answer = portal().visitor().ask(method, path, headers={"host": "evil.example"})
        assert answer.status_code == 404
        assert "location" not in answer.headers
        assert "evil" not in answer.text


@pytest.mark.parametrize(("path", "form"), [("/x", "."), ("/wait/", "../"), ("/a/b/c", "../../")])
def test_a_page_that_is_none_leads_to_the_form(portal: Maker, path: str, form: str) -> None:
    assert f'href="{form}"' in portal().visitor().get(path).text


def test_an_origin_is_scheme_host_and_port() -> None:
    assert origin("https://a.example:8443/b?c") == "https://a.example:8443"
    assert origin("a.example") == ""
    assert origin(None) == ""
