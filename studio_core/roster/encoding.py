"""Bytes of a text file to text: UTF-8 or UTF-16, else the likeliest of the older encodings.

What is chosen here was measured: `python -m bench.encodings`.
"""

from __future__ import annotations

import codecs
import itertools
import re

UNREADABLE = "\N{REPLACEMENT CHARACTER}"
"""Replacement for bytes that are no character."""

OLDER = {
    "cp1252": "Windows-1252",
    "mac_roman": "Mac Roman",
    "cp1250": "Windows-1250 (Central European)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "cp1253": "Windows-1253 (Greek)",
    "cp1254": "Windows-1254 (Turkish)",
    "cp1255": "Windows-1255 (Hebrew)",
    "cp1256": "Windows-1256 (Arabic)",
    "cp1257": "Windows-1257 (Baltic)",
    "cp874": "Windows-874 (Thai)",
    "cp932": "Shift JIS (Japanese)",
    "gb18030": "GB 18030 (Chinese)",
    "cp950": "Big5 (Chinese)",
    "cp949": "EUC-KR (Korean)",
}
"""Encodings that spreadsheets save a CSV file in, by Python's name: what people call them."""

_UTF16_NULS = 0.3
_SOUND = 2  # characters read for each one that is not, in a damaged UTF-8 file
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_BEFORE, _LOOKED_AT = 100, 1 << 19  # bytes: the rest of a large file says no more
_SEPARATORS = re.compile(rb"[,;\t\r\n]+")
_FEW_CELLS, _MANY_CELLS = 7, 2000


def decode(data: bytes) -> tuple[str, str]:
    """Decode a text file of any encoding.

    Returns:
        The text, without a byte order mark, and the name of the encoding where it was
        guessed. A UTF-8 file with a few bad bytes has `UNREADABLE` in their place.

    Raises:
        UnicodeDecodeError: The file is UTF-16, cut off or damaged.
    """
    encoding = _unicode(data)
    try:
        return data.decode(encoding), ""
    except UnicodeDecodeError:
        if encoding != "utf-8-sig":
            raise
    text = data.decode(encoding, "replace")
    bad = text.count(UNREADABLE)
    sound = len(text) - len(text.encode("ascii", "ignore")) - bad
    if data.startswith(codecs.BOM_UTF8) or sound > _SOUND * bad:
        return text, ""
    for guess in (_guess(data), "cp1252"):
        try:
            return data.decode(guess), OLDER[guess]
        except UnicodeDecodeError:
            continue
    # Five bytes mean nothing in Windows-1252; Latin-1 takes all, so nothing is lost.
    return data.decode("latin-1"), OLDER["cp1252"]


def _unicode(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = data[:4096]
    half = len(sample) / 2
    if sample[1::2].count(0) > half * _UTF16_NULS:
        return "utf-16-le"
    if sample[::2].count(0) > half * _UTF16_NULS:
        return "utf-16-be"
    return "utf-8-sig"


def _guess(data: bytes) -> str:
    """Choose one of `OLDER`: Windows-1252 unless its text looks odd and another's does not.

    Only cells that are not ASCII count, each once, in the first half megabyte from the first
    of them on; with fewer than seven, typographic signs
    alone make Windows-1252 look odd.
    """
    start = _NOT_ASCII.search(data)
    near = data[max(0, start.start() - _BEFORE) :][:_LOOKED_AT] if start else b""
    telling = dict.fromkeys(cell for cell in _SEPARATORS.split(near) if not cell.isascii())
    if len(telling) < _FEW_CELLS:
        return "cp1252"
    from charset_normalizer import from_bytes  # noqa: PLC0415 - few files need it

    sample = b"\n".join(itertools.islice(telling, _MANY_CELLS))
    matches = from_bytes(sample, cp_isolation=list(OLDER))
    best = matches.best()
    if best is None or any("cp1252" in match.could_be_from_charset for match in matches):
        return "cp1252"
    return best.encoding
