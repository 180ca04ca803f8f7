"""What leads people to the web app on paper and on the wall: QR codes and cards to print."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import segno

from studio_core.portal.pages import event_title

if TYPE_CHECKING:
    from collections.abc import Iterable

A_PAGE = 10
"""Cards of a page: two columns of five, 85 by 54 mm each, as business card paper has them."""

_CSS = """
@page{size:A4;margin:0}
*{box-sizing:border-box}
body{margin:0;color:#14262a;background:#fff;
font:10pt/1.35 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif}
.hidden{position:absolute}
.page{width:210mm;height:296mm;padding:13mm 20mm;display:grid;
grid-template:repeat(5,54mm)/repeat(2,85mm);break-after:page;overflow:hidden}
.page:last-child{break-after:auto}
.card{width:85mm;height:54mm;padding:4.5mm 5mm;outline:.2mm dashed #9fb0b3;display:grid;
grid-template:auto 1fr 25mm/1fr 25mm;gap:1mm 3mm;overflow:hidden}
h2{grid-column:1/3;margin:0;max-height:6mm;font-size:12.5pt;line-height:6mm;color:#0b6b73;
overflow:hidden}
.who{grid-column:1/3;font-size:9.5pt;line-height:1.25;font-weight:700;overflow-wrap:anywhere}
svg.qr{width:25mm;height:25mm;shape-rendering:crispEdges}
.go{min-width:0;align-self:end;font-size:8pt;line-height:1.25;color:#4a5f64;
overflow-wrap:anywhere}
.go b{display:block;margin-bottom:.8mm;font-size:9.5pt;color:#14262a}
.code{display:block;margin-top:1mm;color:#14262a;font:700 13.5pt/1.2 ui-monospace,SFMono-Regular,
Menlo,Consolas,monospace;letter-spacing:.04em;white-space:nowrap}
@media screen{body{background:#eef3f3}.page{margin:8mm auto;background:#fff;
box-shadow:0 1px 8px rgb(0 0 0/.15)}}
""".strip()


@dataclass(frozen=True, slots=True)
class Card:
    """One person's card; `code` is empty where none is printed."""

    email: str
    team: str
    code: str = ""


def qr_svg(address: str) -> str:
    """Draw an address as a QR code: an SVG document, black on white, of any size."""
    size, path = _qr(address)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" '
        f'shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{size}v{size}H0z"/>'
        f'<path d="{path}"/></svg>'
    )


def poster_svg(address: str, *, event: str, code: str = "") -> str:
    """Draw what a projector shows: event, QR code, address, and the code where there is one.

    One image, because that can be as large as the screen is.
    """
    size, path = _qr(address)
    where, title = address.partition("://")[2].rstrip("/"), event_title(event)
    first = "Open the address below, or scan."
    then = "Type your e-mail and this code:" if code else "Type your e-mail."
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1600 900">'
        '<path fill="#fff" d="M0 0h1600v900H0z"/><path fill="#0b6b73" d="M0 0h1600v14H0z"/>'
        f'<g transform="translate(30 160) scale({600 / size:.4f})" '
        f'shape-rendering="crispEdges"><path d="{path}"/></g>'
        f'<g font-family="system-ui,sans-serif"><g font-weight="700" fill="#0b6b73">'
        f"{_text(title, (60, 120), 72, 1480)}</g>"
        f'<g fill="#4a5f64">{_text(first, (690, 330), 38, 860)}'
        f"{_text(then, (690, 395), 38, 860)}</g>"
        f'<g font-weight="700" fill="#14262a">{_text(where, (60, 850), 64, 1480)}'
        f'<g font-family="ui-monospace,Menlo,Consolas,monospace">'
        f"{_text(code, (690, 540), 124, 860)}</g></g></g></svg>"
    )


def _text(text: str, place: tuple[int, int], largest: int, width: int) -> str:
    """Write a line of text, smaller where there is not room for it."""
    points = min(largest, _fit(text, width))
    x, y = place
    return f'<text x="{x}" y="{y}" font-size="{points:.0f}">{escape(text)}</text>'


def _fit(text: str, width: int) -> float:
    """Give the size at which a text is about as wide as the room for it."""
    return width / (0.62 * max(len(text), 1))


def cards_html(cards: Iterable[Card], *, event: str, address: str) -> str:
    """Write cards to print, ten to an A4 page, as one HTML file that needs nothing else.

    The content is a credential where the cards have codes.

    Args:
        cards: In the order in which they are handed out.
        event: Short name of the event.
        address: Of the web app.
    """
    title, where = escape(event_title(event)), escape(address.partition("://")[2].rstrip("/"))
    made = [_card(card, title, where) for card in cards]
    pages = [
        f'<div class="page">{"".join(made[start : start + A_PAGE])}</div>'
        for start in range(0, len(made), A_PAGE)
    ]
    size, path = _qr(address)
    digest = base64.b64encode(hashlib.sha256(_CSS.encode()).digest()).decode()
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" '
        f"content=\"default-src 'none'; style-src 'sha256-{digest}'\">"
        f'<meta name="robots" content="noindex"><title>Cards - {title}</title>'
        f"<style>{_CSS}</style></head><body>"
        f'<svg class="hidden" width="0" height="0" aria-hidden="true"><symbol id="qr" '
        f'viewBox="0 0 {size} {size}"><path d="{path}"/></symbol></svg>'
        f"{''.join(pages)}</body></html>\n"
    )


def _card(card: Card, title: str, where: str) -> str:
    code = f'<span class="code">{escape(card.code)}</span>' if card.code else ""
    return (
        f'<div class="card"><h2>{title}</h2><div class="who">{escape(card.email)}</div>'
        f'<div class="go"><b>Team {escape(card.team)}</b>{where}{code}</div>'
        '<svg class="qr" role="img" aria-label="QR code of the address"><use href="#qr"/></svg>'
        "</div>"
    )


def _qr(address: str) -> tuple[int, str]:
    """Side length in modules, quiet zone of four included, and the path of the dark ones."""
    border = 4  # ISO/IEC 18004 asks for four
    rows = list(segno.make_qr(address, error="m").matrix_iter(scale=1, border=border))
    dark = "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, module in enumerate(row) if module
    )
    return len(rows), dark
