"""Write CSV that no spreadsheet executes and that reads back unchanged."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from studio_core.roster.delimited import DELIMITERS
from studio_core.roster.text import FORMULA

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from studio_core.model.people import Finding, Roster

# Dangerous cells that already begin with apostrophes get one more, so that removing one on
# reading restores exactly what was written.
_TO_GUARD = re.compile(f"'*{FORMULA}")
_TO_QUOTE = re.compile(rf'["\r\n{re.escape(DELIMITERS)}]|^\s|\s$')

_TEMPLATE = (("ada@example.com", "1"), ("grace@example.com", "1"), ("alan@example.com", "2"))


def safe_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Format a table as CSV (commas, CRLF) without cells that a spreadsheet would execute.

    Names come from participants, and spreadsheets treat cells that begin with `text.FORMULA` as
    formulas. Such cells get a leading apostrophe, which `read_table` removes. Cells with any
    usual delimiter are quoted, so that the delimiter can always be detected. None becomes an
    empty cell.
    """
    return "".join(",".join(map(_cell, row)) + "\r\n" for row in (header, *rows))


def roster_csv(roster: Roster) -> str:
    """Format a roster as CSV with the columns `email` and `team`, in its order."""
    return safe_csv(("email", "team"), ((p.email, p.team) for p in roster.participants))


def findings_csv(findings: Iterable[Finding]) -> str:
    """Format findings as CSV: row, column, value, severity, code, finding, remedy."""
    header = ("row", "column", "value", "severity", "code", "finding", "remedy")
    return safe_csv(
        header,
        (
            (f.row, f.column, f.value, f.severity.value, f.code, f.sentence, f.remedy)
            for f in findings
        ),
    )


def template_csv() -> str:
    """Return a template of a roster: the header and three made-up people in two teams."""
    return safe_csv(("email", "team"), _TEMPLATE)


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    if _TO_GUARD.match(text):
        text = f"'{text}"
    if _TO_QUOTE.search(text):
        text = '"' + text.replace('"', '""') + '"'
    return text
