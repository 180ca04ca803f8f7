"""The web app in a browser: the whole way to Studio, and every state, without JavaScript."""

from __future__ import annotations

import itertools
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends
from playwright.sync_api import expect

from studio_core.portal.cards import Card, cards_html
from tests.browser.portal_stage import DESKTOP, PHONE, SENDER, Served, Stage, fill

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

ADA = "ada.okafor@example.com"
WRONG = "WRNG-CDE4"
_names = (f"late-{number}" for number in itertools.count(1))

# Contrast of every visible text with what is behind it, as WCAG 2.1 defines it, and its place.
TEXTS = """() => {
  const parse = c => c.match(/[\\d.]+/g).map(Number);
  const part = v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  const behind = e => { for (; e; e = e.parentElement) {
    const c = parse(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > 0) return c; }
    return [255, 255, 255]; };
  const texts = [...document.querySelectorAll('body *')].filter(e => e.matches('input') ||
    [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()));
  return texts.map(e => { const a = light(parse(getComputedStyle(e).color));
    const b = light(behind(e)); const [x, y] = a > b ? [a, b] : [b, a];
    const {left, right} = e.getBoundingClientRect();
    return {contrast: (x + 0.05) / (y + 0.05), behind: b, left, right, text: e.textContent}; });
}"""


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with Stage(tmp_path_factory.mktemp("state")) as found:
        yield found


@pytest.fixture(autouse=True)
def _sandboxed(stage: Stage, monkeypatch: pytest.MonkeyPatch, _clean_environment: None) -> None:
    for name, value in stage.sandbox.environment().items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="module")
def event(stage: Stage) -> Served:
    return stage.serve(tries_per_client=1000)


@pytest.fixture(scope="module")
def code(event: Served) -> str:
    return event.hackathon.codes().event_code


@pytest.fixture(params=["phone", "desktop"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A page without JavaScript; whatever a policy blocked is an error of the test."""
    size: Any = PHONE if request.param == "phone" else DESKTOP
    context = browser.new_context(viewport=size, java_script_enabled=False)
    opened = context.new_page()
    blocked: list[str] = []
    opened.on("console", lambda m: blocked.append(m.text) if "Content Security" in m.text else None)
    yield opened
    context.close()
    assert blocked == []


def arrived(page: Page, stage: Stage, profile: str, space: str) -> None:
    page.wait_for_url(f"{stage.sandbox.url}/auth?token=*")
    expect(page.locator("#profile")).to_have_text(profile)
    expect(page.locator("#space")).to_have_text(space)


def test_the_whole_way_from_the_form_to_the_space(
    page: Page, stage: Stage, event: Served, code: str
) -> None:
    page.goto(event.url)
    expect(page).to_have_title("Sign in - Demo")
    expect(page.get_by_role("heading", name="Demo")).to_be_visible()
    page.get_by_label("E-mail").fill(ADA)
    page.get_by_label("Access code").fill(code.replace("-", "").lower())
    page.get_by_role("button", name="Open my space").click()
    arrived(page, stage, "ada-okafor", "team-1")
    record = {r.email: r for r in event.hackathon.participants()}[ADA]
    assert record.last_link_at is not None


def test_the_keyboard_is_enough(page: Page, stage: Stage, event: Served, code: str) -> None:
    page.goto(event.url)
    expect(page.get_by_label("E-mail")).to_be_focused()
    page.keyboard.type("niklas@example.org")
    page.keyboard.press("Tab")
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    arrived(page, stage, "niklas-" + event_suffix(event), "team-2")


def event_suffix(event: Served) -> str:
    people = {r.email: r for r in event.hackathon.participants()}
    return (people["niklas@example.org"].profile or "").removeprefix("niklas-")


def test_a_wrong_code_is_told_and_can_be_mended(
    page: Page, stage: Stage, event: Served, code: str
) -> None:
    fill(page, event.url, ADA, WRONG)
    expect(page.get_by_role("alert")).to_have_text(re.compile("do not fit together"))
    expect(page.get_by_label("E-mail")).to_have_value(ADA)
    expect(page.get_by_label("Access code")).to_have_value("")
    page.get_by_label("Access code").fill(code)
    page.get_by_role("button").click()
    arrived(page, stage, "ada-okafor", "team-1")


def test_a_page_waits_for_a_space_and_goes_there_by_itself(
    page: Page, stage: Stage, event: Served, code: str
) -> None:
    name = next(_names)
    fill(page, event.url, stage.pending(name), code)
    expect(page.get_by_role("heading", name="Your space is being prepared")).to_be_visible()
    page.get_by_role("link", name="Look again now").click()
    expect(page.get_by_role("heading", name="Your space is being prepared")).to_be_visible()
    stage.settle()
    arrived(page, stage, name, f"team-{name}")


def test_the_event_is_over(page: Page, stage: Stage) -> None:
    over = stage.serve(ends_on="2026-01-01", later=timedelta(days=4000))
    answer = page.goto(over.url)
    assert answer is not None
    assert answer.status == 410
    expect(page.get_by_role("heading", name="The event is over")).to_be_visible()
    expect(page.get_by_role("textbox")).to_have_count(0)


def test_too_many_tries(page: Page, stage: Stage, event: Served, code: str) -> None:
    heading = page.get_by_role("heading", name="Too many tries")
    for _ in range(21):
        fill(page, event.url, ADA, WRONG)
        if heading.count():
            break
    expect(heading).to_be_visible()
    expect(page.get_by_text(re.compile(r"Wait \d+ seconds before you guess"))).to_be_visible()
    expect(page.get_by_label("E-mail")).to_have_value(ADA)
    page.get_by_label("Access code").fill(code)
    page.get_by_role("button", name="Open my space").click()
    arrived(page, stage, "ada-okafor", "team-1")


def test_over_plain_http_our_form_signs_in_and_another_sites_does_not(
    browser: Browser, stage: Stage, event: Served, code: str
) -> None:
    """Chromium sends no Sec-Fetch-Site there, and `Origin: null` where a page has no referrer."""
    with browser.new_context() as context:
        page = context.new_page()
        ours = event.url.replace("127.0.0.1", "portal.test")
        fill(page, ours, ADA, code)
        arrived(page, stage, "ada-okafor", "team-1")
        for policy in ("no-referrer", "unsafe-url"):
            body = (
                f'<meta name="referrer" content="{policy}"><form method="post" action="{ours}">'
                f'<input name="email" value="{ADA}"><input name="code" value="{code}">'
                "<button>Win</button></form>"
            )
            page.route(
                "http://evil.test/",
                lambda route, _, body=body: route.fulfill(content_type="text/html", body=body),
            )
            page.goto("http://evil.test/")
            page.get_by_role("button", name="Win").click()
            expect(page.get_by_role("heading", name="This form is not ours")).to_be_visible()


def test_something_is_broken_and_then_mended(
    page: Page, stage: Stage, event: Served, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    stage.fault(errors={"dynamodb.GetItem": "AccessDeniedException"})
    fill(page, event.url, ADA, code)
    expect(page.get_by_role("heading", name="Something is broken")).to_be_visible()
    reference = page.locator("#reference").inner_text()
    assert f"reference={reference}" in caplog.text
    stage.fault()
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_label("E-mail")).to_be_visible()


def test_a_code_comes_by_mail(page: Page, stage: Stage) -> None:
    mailed = stage.serve(access="mailed-code", sender=SENDER, tries_per_client=1000)
    sent = ses_backends[DEFAULT_ACCOUNT_ID]["eu-west-1"].sent_messages
    sent.clear()
    fill(page, mailed.url, ADA)
    expect(page.get_by_role("heading", name="Check your mail")).to_be_visible()
    found = re.search(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", sent[-1].body)
    assert found
    page.get_by_label("Access code").fill(found[0])
    page.get_by_role("button", name="Open my space").click()
    arrived(page, stage, "ada-okafor", "team-1")


def test_an_e_mail_alone_is_enough_where_the_organiser_says_so(page: Page, stage: Stage) -> None:
    served = stage.serve(access="email-only", tries_per_client=1000)
    page.goto(served.url)
    expect(page.get_by_role("textbox")).to_have_count(1)
    fill(page, served.url, ADA)
    arrived(page, stage, "ada-okafor", "team-1")


def test_markup_in_a_field_stays_text(page: Page, event: Served) -> None:
    evil = "\"><script>document.title='x'</script>@example.com"
    fill(page, event.url, evil, WRONG)
    expect(page.get_by_label("E-mail")).to_have_value(evil)
    expect(page).to_have_title("Sign in - Demo")


@pytest.mark.parametrize(
    ("width", "scheme"), [(320, "dark"), (390, "light"), (390, "dark"), (1280, "light")]
)
def test_pages_are_legible_and_fit(
    browser: Browser, stage: Stage, event: Served, width: int, scheme: Any
) -> None:
    late, code = stage.pending(next(_names)), event.hackathon.codes().event_code
    context = browser.new_context(
        viewport={"width": width, "height": 844}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    nobody = f"{next(_names)}-with-a-very-long-mailbox-name-indeed@subdomain.example.com"
    for show, heading, number, least in (
        (lambda: page.goto(event.url), "Demo", 3, 8),
        (lambda: fill(page, event.url, nobody, WRONG), "Demo", 3, 9),
        (lambda: fill(page, event.url, late, code), "Your space is being prepared", 1, 4),
        (lambda: page.goto(f"{event.url}nothing"), "There is nothing here", 1, 4),
    ):
        show()
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        texts = page.evaluate(TEXTS)
        assert len(texts) >= least
        for text in texts:
            assert text["contrast"] >= 4.5, text
            assert 0 <= text["left"] <= text["right"] <= width, text
        (title,) = (text for text in texts if text["text"] == heading)
        assert (title["behind"] < 0.1) == (scheme == "dark")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        controls = page.locator("button, a.button, input").all()
        assert len(controls) == number
        for control in controls:
            box = control.bounding_box()
            assert box is not None
            assert box["height"] >= 44
    context.close()
    stage.settle()


@pytest.mark.parametrize(("number", "sheets"), [(1, 1), (10, 1), (11, 2), (23, 3)])
def test_cards_print_ten_to_a_page_and_none_is_cut(
    browser: Browser, tmp_path: Path, number: int, sheets: int
) -> None:
    mailbox = "firstname.second-lastname"
    cards = [
        Card(f"{mailbox}{n}@informatics.some-university.example.org", "Night owls", WRONG)
        for n in range(number)
    ]
    file = tmp_path / "cards.html"
    address = "https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com/"
    file.write_text(cards_html(cards, event="spring-hack-2026", address=address))
    page = browser.new_page()
    page.goto(file.as_uri())
    pdf = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == sheets
    cut = page.evaluate(
        "[...document.querySelectorAll('.card')]"
        ".filter(e => e.scrollHeight > e.clientHeight + 1 || e.scrollWidth > e.clientWidth + 1)"
        ".length"
    )
    assert cut == 0
    page.close()
