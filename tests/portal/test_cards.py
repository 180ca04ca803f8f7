from __future__ import annotations

import base64
import hashlib
import re

import pytest
import segno

from studio_core.portal.cards import A_PAGE, Card, cards_html, poster_svg, qr_svg

URL = "https://a1b2c3.execute-api.eu-west-1.amazonaws.com/"


def test_a_qr_code_is_the_addresss_own() -> None:
    svg = qr_svg(URL)
    size = int(re.findall(r'viewBox="0 0 (\d+) \1"', svg)[0])
    dark = {(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", svg)}
    expected = segno.make_qr(URL, error="m")
    assert size == expected.symbol_size(border=4)[0]
    assert dark == {
        (x + 4, y + 4)
        for y, row in enumerate(expected.matrix)
        for x, module in enumerate(row)
        if module
    }


def test_every_card_is_there_once_in_order_ten_to_a_page() -> None:
    people = [Card(f"p{n}@example.com", str(n % 5), f"ACDE-{n:04}") for n in range(23)]
    html = cards_html(people, event="spring-hack", address=URL)
    assert re.findall(r">(p\d+)@", html) == [f"p{n}" for n in range(23)]
    assert re.findall(r'class="code">([^<]+)<', html) == [card.code for card in people]
    assert html.count('class="page"') == -(-23 // A_PAGE)
    assert html.count('<use href="#qr"/>') == 23
    assert html.count("<symbol") == 1
    assert ">Spring hack</h2>" in html


def test_cards_without_codes_have_none() -> None:
    html = cards_html([Card("a@example.com", "1")], event="demo", address=URL)
    assert 'class="code"' not in html


def test_nobody_brings_markup_onto_a_card() -> None:
    evil = '<script>alert(1)</script>"'
    html = cards_html([Card(evil, evil, evil)], event="demo", address=f"https://{evil}")
    assert "<script" not in html


def test_the_file_needs_nothing_else_and_allows_its_own_style_alone() -> None:
    html = cards_html([Card("a@example.com", "1", "X")], event="demo", address=URL)
    style = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in html
    assert not re.findall(r'(?:src|href)="(?!#)', html)
    assert 'style="' not in html


def test_a_poster_names_event_address_and_code() -> None:
    svg = poster_svg(URL, event="spring-hack", code="ACDE-FGHJ")
    texts = re.findall(r"<text [^>]+>([^<]+)<", svg)
    assert {"Spring hack", "ACDE-FGHJ", "a1b2c3.execute-api.eu-west-1.amazonaws.com"} <= set(texts)
    sizes = [int(size) for size in re.findall(r'font-size="(\d+)"', svg)]
    assert min(sizes) >= 30
    assert "this code" not in poster_svg(URL, event="spring-hack")
    assert "<script" not in poster_svg("https://<script>", event="<script>", code="<script>")


@pytest.mark.parametrize(
    ("event", "code", "address"),
    [
        ("demo", "", "https://a.example/"),
        ("spring-hack", "ACDE-FGHJ", URL),
        ("e" * 40, "ACDE-FGHJ-KMNP", f"https://{'a' * 60}.example.org/"),
    ],
)
def test_every_line_of_a_poster_fits_and_is_as_large_as_it_can_be(event, code, address) -> None:
    """Letters are 0.6 of the size wide, as in the font of codes."""
    svg = poster_svg(address, event=event, code=code)
    lines = re.findall(r'<text x="(\d+)" y="\d+" font-size="(\d+)">([^<]*)<', svg)
    assert len(lines) == 5
    largest = (72, 38, 38, 64, 124)
    for (x, size, text), most in zip(lines, largest, strict=True):
        room, needed = 1600 - int(x), 0.6 * int(size) * len(text)
        assert needed <= room
        assert int(size) == most or needed > 0.85 * room
