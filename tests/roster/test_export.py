"""What is written is harmless in a spreadsheet and reads back the same."""

import ast
import csv
import io
import unicodedata
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_core import roster
from studio_core.model.people import Finding, Participant, Roster, Severity
from studio_core.naming import normalise_email, team_key

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"

# The bytes that matter to spreadsheets and CSV readers come up often; no NUL, which no text
# file has, and no lone surrogates, which cannot be encoded.
weird = st.text(
    st.one_of(
        st.sampled_from("'=+-@\uff1d\uff0b\uff0d\uff20\t\r\n,;|\" a1\ufeff\u200b\xa0\u3000\x85"),
        st.characters(exclude_categories=["Cs", "Cc"]),
    ),
    max_size=8,
)


def is_row(cells):
    return any(cell.strip() for cell in cells)


@given(st.lists(st.tuples(weird, weird, weird).filter(is_row), max_size=8))
def test_any_table_comes_back_as_it_was(rows):
    text = roster.safe_csv(("name", "email", "team"), rows)
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        table = roster.read_table(text.encode(encoding))
        assert [row.cells for row in table.rows] == [("name", "email", "team"), *rows]
        assert table.findings == ()


@given(st.lists(weird, min_size=2, max_size=5))
def test_no_cell_begins_with_what_a_spreadsheet_runs(cells):
    text = roster.safe_csv(("a",), [cells])
    [_, read] = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert len(read) == len(cells)
    for cell in read:
        assert not cell.startswith(("\t", "\r", "\n"))
        # What a spreadsheet trims or does not show does not hide what follows. A letter that
        # Unicode has not assigned shows as a box.
        shown = "".join(c for c in cell if c.isprintable() or unicodedata.category(c) == "Cn")
        shown = "".join(shown.split())
        assert not shown.startswith(tuple("=+-@\uff1d\uff0b\uff0d\uff20"))


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-3", "'-3"),
        (-3, "'-3"),
        ("\tx", '"\'\tx"'),
        ("'=1", "''=1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("\uff20SUM(A1)", "'\uff20SUM(A1)"),
        ("\uff0b1", "'\uff0b1"),
        ("\uff0d1", "'\uff0d1"),
        (" =1+1", "' =1+1"),
        ("\u3000\u200b\x0b\uff1d1", "'\u3000\u200b\x0b\uff1d1"),
        ("a =1", "a =1"),
        ("O'Brien", "O'Brien"),
        ("'quoted'", "'quoted'"),
        (None, ""),
        ("a;b", '"a;b"'),
    ],
)
def test_cells_are_written(cell, written):
    assert roster.safe_csv(("x", "y"), [(cell, "z")]) == f"x,y\r\n{written},z\r\n"


emails = st.builds(
    "{}{}@{}".format,
    st.sampled_from(["anna", "o'brien", "=cmd", "+x", "-y", "josé", "a.b+c"]),
    st.integers(0, 99),
    st.sampled_from(["ai.se", "x.example.com", "bücher.example", "team.test"]),
)
team_names = st.one_of(
    st.integers(0, 10**6).map(str),
    st.sampled_from(
        ["=1+1", "@home", "+46", "R&D; labs", 'The "A" team', "'=x", "🚀", "Röda, blå"]
    ),
)


@given(st.dictionaries(emails.map(normalise_email), team_names, min_size=1, max_size=12))
def test_a_roster_comes_back_as_it_was(people):
    before = Roster(
        tuple(Participant(email, team, row) for row, (email, team) in enumerate(people.items(), 2))
    )
    checked = roster.load_roster(roster.roster_csv(before).encode())
    assert checked.ok
    assert checked.roster == before
    assert checked.roster.teams == before.teams
    assert len({team_key(team) for team in before.teams}) == len(before.teams)


def test_findings_are_written_with_their_place():
    finding = Finding(
        Severity.ERROR, "code", "It is, so to say, wrong.", "Mend it.", 3, "team", "=1"
    )
    bare = Finding(Severity.WARNING, "other", "Odd.", "Look.")
    table = roster.read_table(roster.findings_csv([finding, bare]).encode())
    assert [row.cells for row in table.rows] == [
        ("row", "column", "value", "severity", "code", "finding", "remedy"),
        ("3", "team", "=1", "error", "code", "It is, so to say, wrong.", "Mend it."),
        ("", "", "", "warning", "other", "Odd.", "Look."),
    ]


def test_the_template_is_a_roster_and_the_example_file():
    checked = roster.load_roster(roster.template_csv().encode())
    assert checked.findings == ()
    assert len(checked.roster) == 3
    assert (EXAMPLES / "roster-template.csv").read_text() == roster.template_csv().replace("\r", "")


def test_the_example_has_both_niklases_in_a_right_roster():
    checked = roster.load_roster((EXAMPLES / "roster.csv").read_bytes())
    assert checked.ok
    assert len(checked.roster) >= 40
    assert len(checked.roster.teams) == 8
    assert {"niklas@amazon.com", "niklas@ai.se"} <= {p.email for p in checked.roster.participants}
    assert [finding.code for finding in checked.findings] == ["name-collision"]


def test_an_exported_roster_survives_a_spreadsheet():
    before = Roster((Participant("=x@ai.se", "=1+1", 2), Participant("bo@ai.se", "7", 3)))
    book = openpyxl.Workbook()
    for row in csv.reader(io.StringIO(roster.roster_csv(before))):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    assert roster.load_roster(out.getvalue()).roster == before


def test_exports_go_through_the_one_writer_that_guards_cells():
    """Spreadsheets run cells that begin with =, +, - and @; only `safe_csv` knows."""
    files = [ROOT / "streamlit_app.py", *(ROOT / "pages").glob("*.py")]
    files += (ROOT / "studio_core").rglob("*.py")
    looked = 0
    for file in files:
        if "sandbox" in file.parts:  # it writes made-up people for the roster reader
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Attribute):
                assert node.attr not in {"to_csv", "to_excel", "DictWriter"}, file
                writes = node.attr == "writer" and getattr(node.value, "id", "") == "csv"
                assert not writes, file
        looked += 1
    assert looked > 60
    config = (ROOT / ".streamlit" / "config.toml").read_text()
    assert "disableDataExport = true" in config  # Streamlit's own download of a table
