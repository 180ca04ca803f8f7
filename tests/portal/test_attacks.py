"""Tries to get in, to find out who takes part, and to break the pages."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from studio_core.access.codes import TICKET_LIFETIME, spell
from studio_core.aws.studio import Studio
from studio_core.portal.app import LARGEST_BODY, MAIL_STEP, rest_of_step
from studio_core.portal.authentication import FREE_TRIES, Authenticator
from tests.portal.conftest import (
    NOT_ON_ROSTER,
    ON_ROSTER,
    WRONG,
    Instance,
    Visitor,
    calls,
    visit_of,
)

if TYPE_CHECKING:
    import httpx

    from studio_core.sandbox.serving.server import SandboxServer
    from tests.clock import Clock
    from tests.tally import Tally

Portal = Callable[..., Instance]
FORM = {"content-type": "application/x-www-form-urlencoded"}
XSS = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}${7*7}"


def wrong(number: int) -> list[str]:
    """Codes that look as if they could be right."""
    return [spell(1_000_003 * (n + 1)) for n in range(number)]


@pytest.mark.parametrize("access", ["event-code", "personal-code"])
def test_wrong_codes_do_not_lock_the_right_one_out(
    portal: Portal, access: str, tally: Tally
) -> None:
    """From other networks, from the owner's own, and for other people behind that one."""
    one, two = (portal(access=access, tries_per_client=60) for _ in range(2))
    codes = one.hackathon.codes()
    code = codes.event_code if access == "event-code" else codes.personal_code(ON_ROSTER)
    owner = one.visitor("198.51.100.7")
    answers = []
    for number in range(4):
        instance = (one, two)[number % 2]
        visitor = instance.visitor(f"203.0.113.{number}")
        answers += visitor.guess(ON_ROSTER, wrong(25))
    assert owner.sign_in(ON_ROSTER, code).status_code == 303
    answers += two.visitor(owner.address).guess(ON_ROSTER, wrong(30))
    assert owner.sign_in(ON_ROSTER, code).status_code == 303
    for number in range(3):
        answers += owner.guess(f"p{number}@example.com", wrong(20))
    assert owner.sign_in(ON_ROSTER, code).status_code == 303
    tally(f"web app: wrong {access}", len(answers), sum(a.status_code == 303 for a in answers))
    assert {a.status_code for a in answers} == {401, 429}


def test_wrong_tries_are_delayed_ever_longer_for_one_address_and_client(
    portal: Portal, clock: Clock
) -> None:
    one, two = portal(), portal()
    clock.now = clock.now.replace(minute=0, second=0)
    for email in (ON_ROSTER, NOT_ON_ROSTER):
        delays = []
        for number in range(FREE_TRIES + 12):
            instance = (one, two)[number % 2]
            answer = instance.visitor().sign_in(email, WRONG)
            delays.append(int(answer.headers.get("retry-after", "0")))
            assert answer.status_code == (429 if delays[-1] else 401)
        assert delays[:FREE_TRIES] == [0] * FREE_TRIES
        assert delays[FREE_TRIES:] == [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]
        assert one.visitor("203.0.113.9").sign_in(email, WRONG).status_code == 401
    assert one.visitor().sign_in("somebody@example.com", WRONG).status_code == 401
    clock.forward(seconds=900)
    assert two.visitor().sign_in(ON_ROSTER, WRONG).status_code == 401


def test_no_try_goes_uncounted_however_many_come_at_once(portal: Portal) -> None:
    one, two = portal(), portal()

    def guess(number: int) -> int:
        instance = (one, two)[number % 2]
        return instance.visitor().sign_in(ON_ROSTER, f"AAAA-{number}").status_code

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(guess, range(FREE_TRIES + 12)))
    assert (answers.count(401), answers.count(429)) == (FREE_TRIES, 12)


def test_a_client_that_tries_many_addresses_is_delayed_and_nobody_else(portal: Portal) -> None:
    one, two = portal(tries_per_client=10), portal(tries_per_client=10)
    answers = [
        (one, two)[number % 2].visitor().sign_in(f"p{number}@example.com", WRONG).status_code
        for number in range(14)
    ]
    assert answers == [401] * 10 + [429] * 4
    assert two.visitor("192.0.2.9").sign_in(ON_ROSTER, WRONG).status_code == 401


def test_nonsense_of_some_delays_nobody_else(portal: Portal) -> None:
    instance = portal()
    for number in range(FREE_TRIES + 5):
        visitor = instance.visitor(f"203.0.113.{number}")
        assert visitor.sign_in(f"no address {number}", WRONG).status_code == 401


def test_a_venue_behind_one_address_comes_in(portal: Portal) -> None:
    instance = portal(tries_per_client=10)
    code = instance.hackathon.codes().event_code
    for number in range(15):
        answer = instance.visitor().sign_in(f"typo{number}@example.com", code)
        assert answer.status_code == (401 if number < 10 else 429)
    everybody = instance.hackathon.participants() * 3
    assert len(everybody) == 18
    for record in everybody:
        assert instance.visitor().sign_in(record.email, code).status_code == 303


def test_an_invented_forwarding_header_does_not_make_a_new_client(
    portal: Portal, tally: Tally
) -> None:
    instance = portal(tries_per_client=10)
    instance.visitor().guess("p@example.com", wrong(10))
    names = ["x-forwarded-for", "forwarded", "x-real-ip", "x-client-ip", "cf-connecting-ip"]
    names += ["true-client-ip", "x-forwarded-host", "x-forwarded-proto", "via", "client-ip"]
    answers = []
    for name in names:
        for number in range(10):
            value = f"for=192.0.2.{number}" if name == "forwarded" else f"192.0.2.{number}"
            answers += instance.visitor().guess(
                f"p{number}@example.com", wrong(1), headers={name: value}
            )
    tally("web app: spoofed header", len(answers), sum(a.status_code != 429 for a in answers))
    # Nor does it count for somebody else.
    assert instance.visitor("192.0.2.3").sign_in(ON_ROSTER, WRONG).status_code == 401


def test_behind_the_trusted_proxy_clients_are_told_apart(portal: Portal) -> None:
    instance = portal(tries_per_client=10, trusted_proxy="198.51.100.7")
    for number in range(12):
        headers = {"x-forwarded-for": f"10.9.8.7, 192.0.2.{number}"}
        answer = instance.visitor().sign_in(f"p{number}@example.com", WRONG, headers=headers)
        assert answer.status_code == 401
    # What the visitor writes in front of what the proxy appends counts for nothing.
    for number in range(12):
        headers = {"x-forwarded-for": f"10.9.8.{number}, 192.0.2.200"}
        answer = instance.visitor().sign_in(f"q{number}@example.com", WRONG, headers=headers)
    assert answer.status_code == 429


def test_the_roster_cannot_be_read_from_what_comes_back(portal: Portal, aws: SandboxServer) -> None:
    instance = portal()
    instance.hackathon.codes()
    calls(aws)
    seen = []
    for email in (ON_ROSTER, NOT_ON_ROSTER):
        answers = [instance.visitor(email[0]).sign_in(email, WRONG) for _ in range(22)]
        bodies = [a.text.replace(email, "x") for a in answers]
        heads = [[(k, v) for k, v in a.headers.items() if k != "content-length"] for a in answers]
        seen.append(([a.status_code for a in answers], bodies, heads, calls(aws)))
    assert seen[0] == seen[1]
    assert seen[0][0] == [401] * 20 + [429] * 2


@pytest.mark.parametrize("access", ["event-code", "personal-code", "mailed-code"])
def test_the_roster_is_not_read_before_a_code_is_right(
    portal: Portal, aws: SandboxServer, access: str
) -> None:
    """So the work for a wrong code cannot depend on it: `bench.timing` measures the same."""
    instance = portal(access=access, sender="hack@example.com")
    instance.hackathon.codes()
    calls(aws)
    asked = []
    for email in (ON_ROSTER, NOT_ON_ROSTER):
        assert instance.visitor().sign_in(email, WRONG).status_code == 401
        asked.append(calls(aws))
    counted = {"dynamodb.UpdateItem": 2}
    used = {"dynamodb.DeleteItem": 1} if access == "mailed-code" else {}
    assert asked == [{**counted, **used}] * 2


@pytest.mark.parametrize(
    ("took", "rest"), [(0.0, 0.25), (0.06, 0.19), (0.249, 0.001), (0.25, 0.25), (0.31, 0.19)]
)
def test_the_rest_of_a_step_fills_it(took: float, rest: float) -> None:
    assert rest_of_step(took) == pytest.approx(rest)


@pytest.mark.parametrize("email", [ON_ROSTER, NOT_ON_ROSTER])
def test_the_answer_to_a_mail_leaves_at_the_end_of_a_step(portal: Portal, email: str) -> None:
    """Reading a row and mailing it takes a moment more than not finding one."""
    instance = portal(access="mailed-code", sender="hack@example.com")
    instance.hackathon.codes()
    begun = time.perf_counter()
    assert instance.visitor().sign_in(email).status_code == 202
    assert time.perf_counter() - begun >= MAIL_STEP


@pytest.mark.parametrize("field", ["email", "code"])
@pytest.mark.parametrize("access", ["event-code", "email-only", "mailed-code"])
def test_no_field_brings_markup_into_the_page(portal: Portal, field: str, access: str) -> None:
    instance = portal(access=access, sender="hack@example.com")
    fields = {"email": ON_ROSTER, "code": WRONG, field: XSS}
    page = instance.visitor().sign_in(**fields)
    assert page.status_code in {303, 401}
    assert "<script" not in page.text
    assert "<img" not in page.text
    assert "49" not in unescape(page.text).replace(XSS, "")
    if field == "email" and access != "mailed-code":
        assert "&lt;script&gt;" in page.text


def test_an_event_name_or_ticket_brings_no_markup_either(portal: Portal) -> None:
    instance = portal()
    answer = instance.visitor().get(f"/wait?ticket={quote(XSS)}")
    assert (answer.status_code, answer.headers["location"], answer.text) == (303, ".", "")
    page = instance.visitor().get(f"/{quote(XSS)}")
    assert page.status_code == 404
    assert "<script" not in page.text


@pytest.mark.parametrize(
    "text", ["a@b.example\r\nSet-Cookie: x=1", "\r\n\r\n<h1>", "a\x00b@c", "a\u2028b@c"]
)
@pytest.mark.parametrize("field", ["email", "code"])
def test_no_field_brings_a_header_into_the_answer(portal: Portal, field: str, text: str) -> None:
    fields = {"email": ON_ROSTER, "code": WRONG, field: text}
    page = portal().visitor().sign_in(**fields)
    assert page.status_code == 401
    assert "set-cookie" not in page.headers
    assert all("\r" not in v and "\n" not in v for v in page.headers.values())


@pytest.mark.parametrize(
    "path",
    [
        "/?next=https://evil.example",
        "/?url=//evil.example",
        "/wait?ticket=https://evil.example",
        "/wait?ticket=x&url=https://evil.example",
        "//evil.example/",
        "/https://evil.example",
        "/%2f%2fevil.example",
    ],
)
def test_no_address_leads_elsewhere(portal: Portal, path: str) -> None:
    instance = portal()
    code = instance.hackathon.codes().event_code
    visitor = instance.visitor()
    fields = {"email": ON_ROSTER, "code": code, "next": "https://evil.example", "url": "//evil"}
    for answer in (visitor.get(path), visitor.ask("POST", path, data=fields)):
        assert "evil" not in answer.headers.get("location", "")
        assert "evil" not in answer.text


def test_only_a_secure_address_or_the_endpoints_own_is_redirected_to(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance = portal()
    code = instance.hackathon.codes().event_code
    for url, status in [
        ("http://evil.example/auth?token=x", 500),
        ("javascript:alert(1)", 500),
        ("//evil.example", 500),
        ("https://d-x.studio.eu-west-1.sagemaker.aws/auth?token=x", 303),
    ]:
        monkeypatch.setattr(Studio, "presigned_url", lambda *_, url=url, **__: url)
        answer = instance.visitor().sign_in(ON_ROSTER, code)
        assert answer.status_code == status
        assert answer.headers.get("location", url) == url


@pytest.mark.parametrize("length", [LARGEST_BODY + 1, 2_000_000])
@pytest.mark.parametrize("chunked", [False, True])
def test_large_bodies_are_refused_without_asking_aws(
    portal: Portal, aws: SandboxServer, length: int, chunked: bool
) -> None:
    visitor = portal().visitor()
    calls(aws)
    body = b"email=" + b"a" * (length - 6)

    async def pieces():  # type: ignore[no-untyped-def]
        for start in range(0, len(body), 1000):
            yield body[start : start + 1000]

    page = visitor.ask("POST", "/", content=pieces() if chunked else body, headers=FORM)
    assert page.status_code == 413
    assert calls(aws) == {}


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b'{"email": "a@b", "code": "x"}', "application/json", 415),
        (b"email=a%40b&code=x", "text/plain", 415),
        (b"--x\r\n\r\n--x--", "multipart/form-data; boundary=x", 415),
        (b"&".join(b"f%d=1" % n for n in range(50)), FORM["content-type"], 400),
        (b"email=\xff\xfe&code=x", FORM["content-type"], 400),
        (b"email=%ff%fe&code=%00", FORM["content-type"], 401),
        (b"", FORM["content-type"], 401),
        (b"email[]=a@b&email=1&email=2", FORM["content-type"], 401),
        (b"email=" + b"a" * 3000 + b"%40example.com&code=x", FORM["content-type"], 401),
        (b"email=studio-cli%23lease%23demo&code=x", FORM["content-type"], 401),
    ],
)
def test_odd_bodies_get_a_page(portal: Portal, content: bytes, kind: str, status: int) -> None:
    visitor = portal().visitor()
    page = visitor.ask("POST", "/", content=content, headers={"content-type": kind})
    assert page.status_code == status
    assert page.headers["content-type"] == "text/html; charset=utf-8"


def test_a_replayed_form_gives_a_new_link_to_the_same_person_alone(portal: Portal) -> None:
    instance = portal()
    code = instance.hackathon.codes().event_code
    answers = [instance.visitor().sign_in(ON_ROSTER, code) for _ in range(3)]
    assert len({a.headers["location"] for a in answers}) == 3
    assert {visit_of(a).profile for a in answers} == {"niklas"}


def test_no_ticket_that_was_changed_opens_anything(
    portal: Portal, clock: Clock, tally: Tally
) -> None:
    instance = portal()
    codes = instance.hackathon.codes()
    ticket = codes.ticket(ON_ROSTER, clock.now + TICKET_LIFETIME, "a")
    visit_of(instance.visitor().get(f"/wait?ticket={ticket}"))
    body, _, seal = ticket.rpartition(".")
    other = codes.ticket("ada.okafor@example.com", clock.now + TICKET_LIFETIME, "a").rpartition(
        "."
    )[0]
    late = codes.ticket(ON_ROSTER, clock.now + 10 * TICKET_LIFETIME)
    tickets = [f"{other}.{seal}", f"{other}.", other, late, f"{seal}.{body}", f"{body}.{seal}=="]
    tickets += [ticket[:end] for end in range(0, len(ticket), 2)]
    tickets += [
        ticket[:place] + new + ticket[place + 1 :]
        for place in range(len(ticket))
        for new in "A_."
        if ticket[place] != new
    ]
    answers = instance.visitor().ask_all(("GET", f"/wait?ticket={t}", {}) for t in tickets)
    got_in = sum((a.status_code, a.headers.get("location")) != (303, ".") for a in answers)
    tally("web app: changed ticket", len(answers), got_in)


@pytest.mark.parametrize("access", ["event-code", "personal-code"])
def test_a_right_code_works_as_often_as_it_is_typed(portal: Portal, access: str) -> None:
    instance = portal(access=access)
    codes = instance.hackathon.codes()
    code = codes.event_code if access == "event-code" else codes.personal_code(ON_ROSTER)
    answers = [instance.visitor().sign_in(ON_ROSTER, code).status_code for _ in range(25)]
    assert answers == [303] * 25


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("HEAD", "/", 200),
        ("POST", "/", 415),
        ("PUT", "/", 405),
        ("DELETE", "/", 405),
        ("OPTIONS", "/", 405),
        ("TRACE", "/", 405),
        ("POST", "/wait", 405),
        ("GET", "/wait", 303),
        ("GET", "/health", 200),
        ("GET", "/../../etc/passwd", 404),
        ("GET", "/static/x.css", 404),
        ("GET", "/wait/", 404),
    ],
)
def test_every_answer_has_the_guarding_headers(
    portal: Portal, method: str, path: str, status: int
) -> None:
    answer = portal().visitor().ask(method, path)
    assert answer.status_code == status
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["permissions-policy"] == "camera=(), geolocation=(), microphone=()"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in answer.headers
    assert "access-control-allow-origin" not in answer.headers
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


def test_answers_over_https_say_to_stay_there(portal: Portal) -> None:
    visitor = portal().visitor()
    secure: httpx.Response = visitor.get("https://portal.example/")
    assert secure.headers["strict-transport-security"] == "max-age=31536000"
    assert "strict-transport-security" not in visitor.get().headers


def test_nothing_in_the_page_is_allowed_but_what_its_policy_names(portal: Portal) -> None:
    page = portal().visitor().get()
    assert not re.findall(r"\son\w+=|style=|<script|javascript:", page.text)
    assert not re.findall(r'(?:src|href)="(?!data:|\.")', page.text)


def test_what_answers_are_does_not_show_what_they_hold(portal: Portal) -> None:
    instance = portal()
    authenticator = Authenticator(instance.hackathon.sign_in)
    answer = authenticator.authenticate(
        ON_ROSTER, instance.hackathon.codes().event_code, "192.0.2.1"
    )
    assert answer.url
    assert "token" not in repr(answer)
    assert isinstance(instance.visitor(), Visitor)
