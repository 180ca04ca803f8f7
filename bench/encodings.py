"""Rosters decoded exactly, ours beside charset-normalizer alone: `python -m bench.encodings`.

The corpus is made here: rosters of 23 languages in the encodings that spreadsheets and
editors save them in, and UTF-8 with one byte that is none. A file counts when every row is
as it was written, but for the row with that byte.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from charset_normalizer import from_bytes

from bench.languages import LANGUAGES
from studio_core.errors import RosterError
from studio_core.roster.encoding import decode
from studio_core.roster.read import MAX_BYTES, read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

SIZES = (5, 50, 500)
FILES = 20
PEOPLE = 20_000

ALL = tuple(LANGUAGES)
WESTERN = ALL[: ALL.index("portuguese") + 1]
SPOILT = "utf-8, one bad byte"
WRITTEN_IN: dict[str, Sequence[str]] = {
    "utf-8": ALL,
    "utf-8-sig": ALL,
    "utf-16": ALL,
    "utf-16-le": ALL,
    "utf-16-be": ALL,
    SPOILT: ALL,
    "cp1252": WESTERN,
    "latin-1": WESTERN,
    "iso8859-15": WESTERN,
    "mac_roman": [name for name in WESTERN if name != "icelandic"],
    "cp850": ("german", "french"),
    "cp1250": ("polish", "czech"),
    "cp1251": ("russian",),
    "cp1253": ("greek",),
    "cp1254": ("turkish",),
    "cp1255": ("hebrew",),
    "cp1256": ("arabic",),
    "cp1257": ("lithuanian",),
    "cp874": ("thai",),
    "shift_jis": ("japanese",),
    "gb18030": ("chinese",),
    "big5": ("taiwanese",),
    "euc-kr": ("korean",),
}
# Typographic signs are written plainly where the encoding lacks them.
TYPOGRAPHIC = {"cp1252", "mac_roman"}
PLAIN = str.maketrans({"’": "'", "“": "'", "”": "'", "–": "-", "™": ""})
BAD_BYTES = (b"\xe9", b"\xa0", b"\xff", b"\xc3")

BEFORE = "UTF or Windows-1252"

Rows = list[tuple[str, ...]]


@dataclass(frozen=True)
class Sample:
    """One file: its bytes, the rows written, and which of them has the bad byte."""

    data: bytes
    rows: Rows
    spoilt: int | None = None


def sample(encoding: str, language: str, people: int, seed: object) -> Sample:
    """Make one roster, the same for the same seed."""
    rng = random.Random(f"{encoding} {language} {people} {seed}")
    first, last, teams = LANGUAGES[language]
    rows: Rows = [("Name", "Email", "Team")]
    rows += [
        (
            f"{rng.choice(first.split())} {rng.choice(last.split())}",
            f"person{rng.randrange(10_000)}@example.org",
            rng.choice(teams.split("|")),
        )
        for _ in range(people)
    ]
    if not encoding.startswith("utf") and encoding not in TYPOGRAPHIC:
        rows = [tuple(cell.translate(PLAIN) for cell in row) for row in rows]
    separator, newline = rng.choice(",;"), rng.choice(["\r\n", "\n"])
    lines = [separator.join(row) for row in rows]
    if encoding != SPOILT:
        return Sample(newline.join(lines).encode(encoding), rows)
    spoilt = rng.randrange(1, len(rows))
    cut = rng.randrange(len(rows[spoilt][0]) + 1)
    encoded = [line.encode() for line in lines]
    line = lines[spoilt]
    encoded[spoilt] = line[:cut].encode() + rng.choice(BAD_BYTES) + line[cut:].encode()
    return Sample(newline.encode().join(encoded), rows, spoilt)


def exact(made: Sample, data: bytes) -> bool:
    """Check that the file, as it is or decoded to UTF-8, gives the rows that were written."""
    try:
        rows = [row.cells for row in read_table(data).rows]
    except RosterError:
        return False
    if made.spoilt is not None and len(rows) == len(made.rows):
        rows[made.spoilt] = made.rows[made.spoilt]
    return rows == made.rows


def ours(data: bytes) -> bytes:
    """Leave the decoding to `read_table`."""
    return data


def two_only(data: bytes) -> bytes:
    """Decode the file as Windows-1252 unless it is UTF-8 or, having NULs, UTF-16."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return data if b"\0" in data else data.decode("cp1252", "replace").encode()
    return data


def alone(data: bytes) -> bytes:
    """Decode the file as charset-normalizer finds best."""
    return str(from_bytes(data).best() or "").encode()


DECODERS: dict[str, Callable[[bytes], bytes]] = {
    BEFORE: two_only,
    "charset-normalizer": alone,
    "ours": ours,
}


def measure() -> Iterator[tuple[str, dict[str, list[float]]]]:
    """Decode the corpus; yield each encoding with the shares by decoder and size."""
    for encoding, languages in WRITTEN_IN.items():
        right: Counter[tuple[str, int]] = Counter()
        for people in SIZES:
            for language in languages:
                for number in range(FILES):
                    made = sample(encoding, language, people, number)
                    for name, decoder in DECODERS.items():
                        right[name, people] += exact(made, decoder(made.data))
        files = len(languages) * FILES
        yield encoding, {name: [right[name, n] / files for n in SIZES] for name in DECODERS}


def largest() -> float:
    """Return the seconds that decoding the slowest of three files of 20 MB takes."""
    took = []
    for encoding, language in (("cp1252", "german"), ("cp1250", "polish"), ("big5", "taiwanese")):
        roster = sample(encoding, language, PEOPLE, 0).data
        data = roster * (MAX_BYTES // len(roster))
        start = time.perf_counter()
        decode(data)
        took.append(time.perf_counter() - start)
    return max(took)


def main() -> int:
    """Print the table; fail where ours is worse than UTF-8 and Windows-1252 alone."""
    sizes = ", ".join(map(str, SIZES))
    print(f"Files decoded exactly, in percent, of {sizes} people.\n")
    print(f"| encoding | {' | '.join(DECODERS)} |")
    print("|---|" + "--:|" * len(DECODERS))
    worse = []
    total = dict.fromkeys(DECODERS, 0.0)
    for encoding, shares in measure():
        cells = [" ".join(f"{100 * share:.0f}" for share in shares[name]) for name in DECODERS]
        print(f"| {encoding} | {' | '.join(cells)} |", flush=True)
        for name in DECODERS:
            total[name] += sum(shares[name]) / len(SIZES) / len(WRITTEN_IN)
        if any(now < then for now, then in zip(shares["ours"], shares[BEFORE], strict=True)):
            worse.append(encoding)
    print("| mean | " + " | ".join(f"{100 * share:.1f}" for share in total.values()) + " |")
    print(f"\nThe slowest 20 MB take {largest():.1f} s to decode.")
    if worse:
        print(f"Worse than {BEFORE}: {', '.join(worse)}.")
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
