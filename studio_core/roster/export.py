"""Tables out of the project: CSV that no spreadsheet runs and that reads back the same."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from studio_core.roster.read import DANGEROUS, DELIMITERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from studio_core.model.people import Finding, Roster

# A cell that begins with apostrophes before the danger gets one more, so that taking one away
# on reading gives back exactly what was written.
_TO_GUARD = re.compile(f"'*[{DANGEROUS}]")
_TO_QUOTE = re.compile(rf'["\r\n{re.escape(DELIMITERS)}]|^\s|\s$')

_TEMPLATE = (("ada@example.com", "1"), ("grace@example.com", "1"), ("alan@example.com", "2"))


def safe_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write a table as CSV: commas, CRLF, cells that a spreadsheet would run made harmless.

    Names come from participants, and spreadsheets take cells that begin with `=`, `+`, `-`,
    `@`, tab or a line break for formulas; such cells get an apostrophe in front, which
    `read_table` takes away again. Cells with any usual delimiter are quoted, so that the
    delimiter can always be told. None becomes an empty cell.
    """
    return "".join(",".join(map(_cell, row)) + "\r\n" for row in (header, *rows))


def roster_csv(roster: Roster) -> str:
    """Write a roster with the columns `email` and `team`, in its own order."""
    return safe_csv(("email", "team"), ((p.email, p.team) for p in roster.participants))


def findings_csv(findings: Iterable[Finding]) -> str:
    """Write findings as a table: row, column, value, severity, code, finding, remedy."""
    header = ("row", "column", "value", "severity", "code", "finding", "remedy")
    return safe_csv(
        header,
        (
            (f.row, f.column, f.value, f.severity.value, f.code, f.sentence, f.remedy)
            for f in findings
        ),
    )


def template_csv() -> str:
    """Write a roster to start from: the header and three made-up people in two teams."""
    return safe_csv(("email", "team"), _TEMPLATE)


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    if _TO_GUARD.match(text):
        text = f"'{text}"
    if _TO_QUOTE.search(text):
        text = '"' + text.replace('"', '""') + '"'
    return text
