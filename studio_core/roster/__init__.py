"""Read, check and write rosters."""

from __future__ import annotations

from studio_core.roster.check import Checked, CheckedRow, check_table, roster_from_rows
from studio_core.roster.export import findings_csv, roster_csv, safe_csv, template_csv
from studio_core.roster.headers import Columns
from studio_core.roster.read import Row, Table, read_table

__all__ = [
    "Checked",
    "CheckedRow",
    "Columns",
    "Row",
    "Table",
    "check_table",
    "findings_csv",
    "load_roster",
    "read_table",
    "roster_csv",
    "roster_from_rows",
    "safe_csv",
    "template_csv",
]


def load_roster(data: bytes, filename: str = "", *, columns: Columns | None = None) -> Checked:
    """Read and check a roster file.

    Args:
        data: The bytes of a text file or spreadsheet, at most `read.MAX_BYTES`.
        filename: Its name, only for messages.
        columns: The organiser's choice of columns, when their names are not known.

    Raises:
        RosterError: The file is empty, too large, or not a table. All other problems are
            findings.
    """
    return check_table(read_table(data, filename), columns=columns)
