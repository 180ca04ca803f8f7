"""QR codes, the poster and the cards to print that lead people to the web app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import segno

from studio_core.portal.pages import event_title
from studio_core.templating import environment, style_source

if TYPE_CHECKING:
    from collections.abc import Iterable

_TEMPLATES = environment("studio_core.portal")

A_PAGE = 10
"""Cards of a page: two columns of five, 85 by 54 mm each, as business card paper has them."""


@dataclass(frozen=True, slots=True)
class Card:
    """One person's card; `code` is empty where none is printed."""

    email: str
    team: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class _QrCode:
    """Side length in modules, quiet zone included, and the path of the dark ones."""

    size: int
    path: str


def qr_svg(address: str) -> str:
    """Draw an address as a QR code: an SVG document, black on white, of any size."""
    return _TEMPLATES.get_template("qr.svg").render(qr=_qr(address))


def poster_svg(address: str, *, event: str, code: str = "") -> str:
    """Draw what a projector shows: event, QR code, address, and the code where there is one.

    One image, because that can be as large as the screen is.
    """
    return _TEMPLATES.get_template("poster.svg").render(
        event=event_title(event),
        where=_plain(address),
        code=code,
        qr=_qr(address),
        font_size=_font_size,
    )


def cards_html(cards: Iterable[Card], *, event: str, address: str) -> str:
    """Write cards to print, ten to an A4 page, as one HTML file that needs nothing else.

    The content is a credential where the cards have codes.

    Args:
        cards: In the order in which they are handed out.
        event: Short name of the event.
        address: Of the web app.
    """
    return _TEMPLATES.get_template("cards.html").render(
        cards=cards,
        cards_a_page=A_PAGE,
        event=event_title(event),
        where=_plain(address),
        qr=_qr(address),
        style_source=style_source(_TEMPLATES, "cards.css"),
    )


def _plain(address: str) -> str:
    """Return an address as people type it."""
    return address.partition("://")[2].rstrip("/")


def _font_size(text: str, largest: int, width: int) -> int:
    """Return the size at which a text fits into a width, `largest` where there is room."""
    return round(min(largest, width / (0.62 * max(len(text), 1))))


def _qr(address: str) -> _QrCode:
    border = 4  # ISO/IEC 18004 asks for four
    rows = list(segno.make_qr(address, error="m").matrix_iter(scale=1, border=border))
    dark = "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, module in enumerate(row) if module
    )
    return _QrCode(len(rows), dark)
