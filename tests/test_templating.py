"""Pages come from templates, all of which are used, and no value brings markup into one."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from jinja2 import Environment, UndefinedError
from jinja2.meta import find_referenced_templates

from studio_core.dashboard.serving.sign_in_page import (
    entry_page,
    leave_page,
    notice_page,
    provider_page,
)
from studio_core.portal.cards import Card, cards_html, poster_svg, qr_svg
from studio_core.portal.pages import Pages
from studio_core.sandbox.services.quota_table import QuotaDefault
from studio_core.sandbox.serving.control_page import ACT, SWITCHES, points
from studio_core.sandbox.serving.overview import DomainOverview, SpaceRow, TableOverview
from studio_core.sandbox.serving.pages import NotFoundPage, OpenedApp, SignInPage, StudioPage
from studio_core.sandbox.serving.scenario import Scenario, Step
from studio_core.sandbox.studio.lifecycle import PROGRESSIONS
from studio_core.templating import environment, style_source

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[1]
PORTAL, DASHBOARD, SANDBOX = (
    f"studio_core.{name}" for name in ("portal", "dashboard.serving", "sandbox.serving")
)
FOLDERS = {
    ".".join(folder.parent.relative_to(ROOT).parts): folder
    for folder in (ROOT / "studio_core").rglob("templates")
}


@dataclass(frozen=True)
class Case:
    """A page of a template, filled with one text wherever it takes one."""

    package: str
    template: str
    page: Callable[[str], str]
    shows: bool = True
    """False where the text is not on the page."""


def studio_page(text: str) -> str:
    opened = OpenedApp(text, text, text, text)
    page = StudioPage(text, text, text, text, text, text, opened, (text, text), 12.0)
    return page.html()


def control_page(text: str) -> str:
    space = SpaceRow(text, text, text, text, text)
    counts = {text: 1}
    return (
        environment(SANDBOX)
        .get_template("control.html")
        .render(
            account=text,
            act=ACT,
            refresh=True,
            domains=[
                DomainOverview(text, text, text, text, counts, counts, counts, (space,)),
            ],
            tables=[TableOverview(text, text, 1)],
            calls=[(text, 1, points([1, 2]))],
            minutes=10,
            switches=[(switch, text) for switch in SWITCHES],
            other_faults={text: text},
            stuck=(),
            quotas=[(QuotaDefault(text, text, 1.0), 2.0)],
            clock={"progression": text, "timescale": 1.0},
            progressions=PROGRESSIONS,
            scenario=Scenario(text, (Step(note=text),)),
            steps_done=1,
        )
    )


CASES = [
    Case(PORTAL, "sign_in.html", lambda text: Pages(text, "event-code").form(text, wrong=True)),
    Case(PORTAL, "sign_in.html", lambda text: Pages(text, "email-only").form(text, wrong=True)),
    Case(PORTAL, "mailed.html", lambda text: Pages(text, "mailed-code").mailed(text, wrong=True)),
    Case(PORTAL, "waiting.html", lambda text: Pages(text, "event-code").waiting(text)),
    Case(PORTAL, "too_many.html", lambda text: Pages(text, "event-code").too_many(90, text)),
    Case(PORTAL, "too_many.html", lambda text: Pages(text, "email-only").too_many(8, text)),
    Case(PORTAL, "over.html", lambda text: Pages(text, "event-code").over()),
    Case(PORTAL, "broken.html", lambda text: Pages(text, "event-code").broken(text)),
    Case(PORTAL, "refused.html", lambda text: Pages(text, "event-code").refused(text, text, text)),
    Case(
        PORTAL,
        "cards.html",
        lambda text: cards_html(
            [Card(text, text, text)], event=text, address=f"https://{text}.example"
        ),
    ),
    Case(
        PORTAL,
        "poster.svg",
        lambda text: poster_svg(f"https://{text}.example", event=text, code=text),
    ),
    Case(PORTAL, "qr.svg", qr_svg, shows=False),
    Case(DASHBOARD, "token.html", lambda text: entry_page(text, text, text)),
    Case(DASHBOARD, "notice.html", lambda text: notice_page(text, text, text, (text, text))),
    Case(DASHBOARD, "provider.html", lambda text: provider_page(text, text)),
    Case(DASHBOARD, "leave.html", leave_page),
    Case(SANDBOX, "studio.html", studio_page),
    Case(SANDBOX, "control.html", control_page),
    Case(SANDBOX, "not_found.html", lambda text: NotFoundPage(text).html()),
    Case(SANDBOX, "sign_in.html", lambda _: SignInPage().html(), shows=False),
]


class Outline(HTMLParser):
    """Elements and names of attributes in their order, and all texts and values apart."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, ...]] = []
        self.texts: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, *(name for name, _ in attrs)))
        self.texts += [value for _, value in attrs if value]

    def handle_endtag(self, tag: str) -> None:
        self.elements.append((f"/{tag}",))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        self.elements.append(("!--", data))


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script><img src=x onerror=alert(1)>",
        "</title></style></text></svg><h1>",
        '" autofocus onfocus="alert(1)" x=\'',
        "' onfocus='alert(1)' x=\"",
        "first\nsecond\r\n<b>third</b>\tfourth",
        "&lt;b&gt; &amp; & &#60;i&#62;",
        "<!-- -->]]><![CDATA[<?php ?>",
        "{{ 7*7 }}{% raw %}{# #}",
    ],
)
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.package}/{case.template}")
def test_a_hostile_text_stays_text(case: Case, hostile: str) -> None:
    page = case.page(hostile)
    found, harmless = Outline(page), Outline(case.page("Ada"))
    assert found.elements == harmless.elements
    assert any(spoken(hostile) in spoken(text) for text in found.texts) == case.shows
    if case.template.endswith(".svg"):
        ET.fromstring(page)


def spoken(text: str) -> str:
    """A text but for what an event's name loses in a title."""
    return text.replace("-", " ").casefold()


def test_a_value_that_is_missing_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="lead"):
        environment(PORTAL).get_template("refused.html").render(event="Demo", title="No")


def test_nothing_is_read_or_compiled_while_a_page_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AssertionError("a template was compiled for a page")

    monkeypatch.setattr(Environment, "compile", fail)
    for case in CASES:
        assert case.page("Ada")


@pytest.mark.parametrize("package", FOLDERS)
def test_a_style_sheet_is_included_as_it_is_written(package: str) -> None:
    for path in FOLDERS[package].glob("*.css"):
        text = path.read_text(encoding="utf-8")
        assert environment(package).get_template(path.name).render() == text
        assert style_source(environment(package), path.name).startswith("sha256-")


def test_every_page_of_every_package_is_tried() -> None:
    assert {case.package for case in CASES} == set(FOLDERS)
    tried = {(case.package, case.template) for case in CASES}
    named = {(package, name) for package in FOLDERS for name in named_by_modules(package)}
    assert {(package, name) for package, name in named if not name.endswith(".css")} == tried


@pytest.mark.parametrize("package", FOLDERS)
def test_every_template_is_used(package: str) -> None:
    folder, used = FOLDERS[package], set[str]()
    waiting = named_by_modules(package)
    while waiting:
        name = waiting.pop()
        used.add(name)
        source = (folder / name).read_text(encoding="utf-8")
        referenced = find_referenced_templates(environment(package).parse(source))
        waiting |= {other for other in referenced if other is not None} - used
    assert used == {path.name for path in folder.iterdir()}


def named_by_modules(package: str) -> set[str]:
    """Templates that the modules beside the folder name."""
    folder = FOLDERS[package]
    texts = {text for path in folder.parent.glob("*.py") for text in strings(path)}
    return texts & {path.name for path in folder.iterdir()}


def strings(path: Path) -> set[str]:
    """The texts of a module, documentation apart."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in documentation
    }


TAG = re.compile(
    r"<(?:!doctype|/?(?:a|b|body|br|button|dd|div|dl|dt|em|footer|form|g|h[1-6]|head|header|html"
    r"|i|img|input|label|li|link|main|meta|ol|p|path|pre|script|section|span|strong|style|svg"
    r"|table|td|text|th|title|tr|ul)(?:[\s>/]|$))",
    re.IGNORECASE,
)
PICTURES = {"studio_core/dashboard/page.py"}
"""Modules with a picture as a constant: the dashboard's icon."""


def test_no_module_builds_html_by_hand() -> None:
    modules = [*(ROOT / "studio_core").rglob("*.py"), *(ROOT / "pages").glob("*.py")]
    modules += [ROOT / "streamlit_app.py", ROOT / "web_app" / "handler.py"]
    found = {
        path.relative_to(ROOT).as_posix()
        for path in modules
        if any(TAG.search(text) for text in strings(path))
    }
    assert found == PICTURES
