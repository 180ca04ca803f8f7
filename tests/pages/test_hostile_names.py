"""A dashboard full of hostile names shows each as it is written, in every place."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from itertools import cycle
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from markdown_it import MarkdownIt

from studio_core import config
from studio_core.access.roles import Role
from studio_core.clock import utcnow
from studio_core.model.runs import Lease
from tests.admission import admitted
from tests.hostile import NAMES, fill

if TYPE_CHECKING:
    from collections.abc import Iterator

PLAIN = {
    *("id", "key", "form_id", "icon", "url", "page", "page_script_hash", "element_id", "color"),
    *("options", "raw_values", "set_value", "default", "placeholder", "alt", "spec", "file_name"),
    *("columns", "styler", "data", "arrow_data", "language", "hash", "type", "query_string"),
    *("link_url", "shortcut", "user_key", "string_value", "icon_position", "label_visibility"),
}
"""Fields that Streamlit's frontend does not read as Markdown."""

_PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_FOUND_LATER = re.compile(
    r"(?i)https?://|www\.|[-.\w+]@[-\w]+\.[-\w]|:material/key|:[a-z_+-][\w+-]*:|[\u202a-\u202e\u2066-\u2069]"
)
"""What the frontend looks for in text whose escapes it has read."""

_FOUND_BEFORE = re.compile(r"(?<!\\):[\w-]+\[[^\]]*evil|(?<!\\)\$[^$]*evil|(?<!\\)\[\^")
"""Directives, mathematics and footnotes, of which the parser here knows nothing."""


def live(text: str) -> list[str]:
    """Return what a text with a hostile name in it would become beside text."""
    found = _FOUND_BEFORE.findall(text)
    for block in _PARSER.parse(text):
        if block.type not in {"inline", "paragraph_open", "paragraph_close"}:
            found.append(block.type)
        inside = []
        for token in block.children or ():
            if token.type == "text":
                found += [*(inside if "evil" in token.content else ())]
                found += _FOUND_LATER.findall(token.content)
            elif token.type == "code_inline":
                found += ["code"] * ("evil" in token.content)
            elif token.type in {"em_open", "s_open"}:
                inside.append(token.type)
            elif token.type in {"em_close", "s_close"}:
                inside.pop()
            elif token.type not in {"strong_open", "strong_close", "hardbreak", "softbreak"}:
                found.append(token.type)
    return found


def shown(node: object) -> Iterator[tuple[str, str]]:
    """Yield the texts of a page that are read as Markdown, with the field each is in."""
    proto = getattr(node, "proto", None)
    if proto is not None and hasattr(proto, "ListFields"):
        yield from _texts(proto, proto.DESCRIPTOR.name)
    if getattr(node, "type", "") == "table":
        frame = getattr(node, "value", pd.DataFrame())
        for text in (*frame.columns, *frame.index, *frame.to_numpy().ravel()):
            yield "table", str(text)
    for child in getattr(node, "children", {}).values():
        yield from shown(child)


def _texts(message: object, where: str) -> Iterator[tuple[str, str]]:
    for field, value in message.ListFields():  # type: ignore[attr-defined]  # a protobuf message
        if field.name in PLAIN:
            continue
        several = isinstance(value, str | bytes) or not hasattr(value, "__iter__")
        for one in [value] if several else value:
            if isinstance(one, str):
                yield f"{where}.{field.name}", one
            elif hasattr(one, "ListFields"):
                yield from _texts(one, f"{where}.{field.name}")


@pytest.fixture
def event(demo, core):
    settings = replace(demo, organisers="ana@example.com")
    config.save(settings)
    fill(settings)
    return settings


def check(page) -> int:
    """Check every text of a page; return how many have a hostile name in them."""
    assert not page.exception
    texts = list(shown(page._tree))
    assert texts
    wrong = [(where, text, live(text)) for where, text in texts if live(text)]
    assert wrong == []
    return sum("evil" in text for _, text in texts)


@pytest.mark.parametrize("role", [Role.ORGANISER, Role.HELPER])
@pytest.mark.parametrize("name", ["", "status", "links"])
def test_no_name_is_more_than_text_on_a_page(event, visit, role, name):
    with admitted(role):
        check(visit(f"pages/{name}.py" if name else ""))


@pytest.mark.parametrize("name", ["roster", "purge", "settings"])
def test_no_name_is_more_than_text_on_an_organisers_page(event, visit, name):
    hostile = check(visit(f"pages/{name}.py"))
    assert hostile or name == "purge"  # which counts and gives reasons


def test_no_team_is_more_than_text_where_it_is_chosen(event, visit):
    page = visit("pages/links.py")
    for team in NAMES:
        page.selectbox(key="links-team").select(team).run()
        assert check(page) >= 2  # both buttons name it
    page.button(key="links-show").click().run()
    check(page)


def test_no_team_is_more_than_text_where_its_apps_are_started(event, visit):
    page = visit("pages/status.py")
    for team in NAMES:
        page.selectbox(key="team-choice").select(team).run()
        assert check(page) >= 2  # both popovers name it


def test_no_person_is_more_than_text_where_one_is_searched(event, visit, core):
    page = visit("pages/links.py")
    for record in core().participants():
        page.text_input(key="links-search").set_value(record.email).run()
        check(page)


def test_nothing_of_a_roster_is_more_than_text(event, visit):
    page = visit("pages/roster.py")
    cells = [name.replace('"', '""').replace("\0", "") for name in NAMES]
    rows = "\n".join(f'"{cell}@evil.example","{cell}"' for cell in cells)
    whole = f"email,team\n{rows}"
    files = [(f"{name}.csv", whole) for name in NAMES[:9]]
    files += [("r.csv", data) for data in (f'"{cells[0]}","{cells[2]}"\n{rows}', cells[0], '"evil')]
    for name, data in files:
        page.file_uploader(key="roster-file").upload(name, data.encode())
        page.run()
        check(page)


def test_nobody_elsewhere_is_more_than_text(event, visit, core):
    """Who runs something is in the sidebar, which all pages share."""
    now = utcnow()
    for name, path in zip(NAMES, cycle(["purge", "roster", "status"]), strict=False):
        lease = Lease(name, name, "desk:1:abc", now, now + timedelta(minutes=1))
        core().table.take_lease(event.event, lease)
        assert check(visit(f"pages/{path}.py")) >= 1
        core().table.drop_lease(event.event, lease.run_id)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_is_not_made_plain_is_found(name):
    harmless = {"\uff1devil", "{{7*7}} {% evil %}", "=HYPERLINK(evil)", "evil" * 60}
    assert bool(live(name)) == (name not in harmless and not name.startswith("\x1b"))
