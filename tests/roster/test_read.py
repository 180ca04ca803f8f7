"""Every dialect of text and every kind of spreadsheet comes out as the same table."""

import contextlib
import csv
import datetime as dt
import io
import zipfile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_core.errors import RosterError
from studio_core.roster import read, workbook
from studio_core.roster.read import read_table

MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
)
PEOPLE = [["email", "team"], ["anna@ai.se", "1"], ["Åsa@ai.se", "Röda laget"]]


def text(rows, delimiter=",", newline="\n"):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=newline).writerows(rows)
    return out.getvalue()


def cells(table):
    return [list(row.cells) for row in table.rows]


def xlsx(*sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(f"Sheet {number}")
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def ods(rows_xml, manifest=MANIFEST):
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">'
        '<office:body><office:spreadsheet><table:table table:name="People">'
        f"{rows_xml}</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", content)
    return out.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_delimiter_line_end_and_encoding(delimiter, newline, encoding):
    table = read_table(text(PEOPLE, delimiter, newline).encode(encoding))
    assert cells(table) == PEOPLE
    assert table.findings == ()


@pytest.mark.parametrize("mark", ["\ufeff", ""])
@pytest.mark.parametrize("line", ["sep=;\r\n", '"sep=;"\n', "SEP=;\n"])
def test_a_separator_line_is_obeyed_and_is_no_row(mark, line):
    table = read_table((mark + line + text([["a,b", "c,d,e"]], ";")).encode())
    assert cells(table) == [["a,b", "c,d,e"]]
    assert table.rows[0].number == 1


def test_a_windows_code_page_is_read_with_a_warning():
    table = read_table(text(PEOPLE, ";").encode("cp1252"))
    assert cells(table) == PEOPLE
    assert [finding.code for finding in table.findings] == ["encoding"]
    assert "UTF-8" in table.findings[0].remedy


def test_bytes_that_no_code_page_knows_are_still_read():
    assert cells(read_table(b"email,team\na@x.com,\x81\n")) == [
        ["email", "team"],
        ["a@x.com", "\x81"],
    ]


def test_blank_rows_are_passed_over_and_counted():
    table = read_table(b"email,team\n\n , \n,,,\na@x.com,1\n")
    assert [(row.number, row.cells[0]) for row in table.rows] == [(1, "email"), (5, "a@x.com")]


def test_a_cell_of_several_lines_is_one_row():
    table = read_table(b'title,email\r\n"one\r\ntwo, ""three""",a@x.com\r\nlast,b@x.com\r\n')
    assert table.rows[1].cells == ('one\r\ntwo, "three"', "a@x.com")
    assert table.rows[2].number == 3


def test_delimiters_inside_quoted_cells_do_not_decide():
    rows = [["email", "members"], *[[f"p{n}@x.com", "a@x.com;b@x.com;c@x.com"] for n in range(9)]]
    quoted = "\n".join(",".join(f'"{cell}"' for cell in row) for row in rows)
    assert cells(read_table(quoted.encode())) == rows


def test_a_team_with_commas_in_a_semicolon_file():
    rows = [["email", "team"], ["a@x.com", "Red, white, blue"], ["b@x.com", "Rock, paper"]]
    assert cells(read_table(b"email;team\na@x.com;Red, white, blue\nb@x.com;Rock, paper\n")) == rows


def test_one_column_is_a_table_too():
    assert cells(read_table(b"a@x.com\nb@x.com\n")) == [["a@x.com"], ["b@x.com"]]


def test_a_stray_quotation_mark_is_a_warning():
    table = read_table(b'name,email\n"Anna "Ace" Berg",a@x.com\nBo,b@x.com\n')
    assert [row.cells[-1] for row in table.rows] == ["email", "a@x.com", "b@x.com"]
    assert [finding.code for finding in table.findings] == ["quotes"]


def test_a_quotation_mark_never_closed_swallows_nobody():
    with pytest.raises(RosterError, match=r"never closed, from line 3 on") as caught:
        read_table(b'email,team\na@x.com,1\nb@x.com,"2\nc@x.com,3\nd@x.com,4\n')
    assert caught.value.remedy


def test_a_swallowed_file_of_any_length_is_refused():
    people = "".join(f"p{n}@x.com,1\n" for n in range(20_000))
    with pytest.raises(RosterError, match=r"quotation mark|131,072"):
        read_table(f'email,team\na@x.com,"1\n{people}'.encode())


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b" \r\n\t\n", "is empty"),
        (b",,,\n,,\n", "is empty"),
        (b"\xef\xbb\xbf\n", "is empty"),
        (b"%PDF-1.7 \n%\xe2", "a PDF document"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "an image"),
        (b"\x1f\x8b\x08\0", "a compressed archive"),
        (b"\xef\xbb\xbf<!DOCTYPE html><p>", "a web page"),
        (b"<table><tr><td>a@x.com", "a web page"),
        (bytes(range(256)) * 20, "not a text file"),
        (b"abc\0def,1\n" * 40, "not a text file"),
        (b"\xff\xfea\0b", "cut off or damaged"),
        (b"PK\x03\x04 and then nothing of a workbook", "not a spreadsheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "not a spreadsheet"),
    ],
)
def test_what_is_no_table_is_refused_by_name_with_a_remedy(data, said):
    with pytest.raises(RosterError, match=said) as caught:
        read_table(data, "people.csv")
    assert "'people.csv'" in str(caught.value)
    assert caught.value.remedy


def test_a_file_too_large_is_refused():
    with pytest.raises(RosterError, match="at most 20 MB"):
        read_table(b"a" * (read.MAX_BYTES + 1))


def test_too_many_rows_are_refused():
    with pytest.raises(RosterError, match="100,001 rows"):
        read_table(b"a@x.com,1\n" * (read.MAX_ROWS + 1))


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_but_a_roster_error(data):
    # Spreadsheets are read by a process of their own, too slow for many examples.
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return
    with contextlib.suppress(RosterError):
        assert read_table(data).rows


def test_a_workbook_gives_what_a_person_typed():
    midnight = dt.datetime(2026, 2, 1)  # noqa: DTZ001 - spreadsheets know no time zones
    rows = [
        ["email", "team", "when", "paid", "at"],
        [],
        ["a@x.com", 3, midnight, True, midnight.replace(hour=9, minute=30)],
        ["b@x.com", 3.0, None, False, dt.time(9, 30)],
        ["c@x.com", 2.5, "'=x", None, None],
    ]
    table = read_table(xlsx(rows), "people.xlsx")
    assert [row.number for row in table.rows] == [1, 3, 4, 5]
    assert cells(table)[1:] == [
        ["a@x.com", "3", "2026-02-01", "TRUE", "2026-02-01T09:30:00"],
        ["b@x.com", "3", "", "FALSE", "09:30:00"],
        ["c@x.com", "2.5", "=x", "", ""],
    ]


def test_the_first_sheet_with_content_is_read_and_the_others_named():
    table = read_table(xlsx([], PEOPLE, [["more"]]))
    assert cells(table) == PEOPLE
    assert [finding.code for finding in table.findings] == ["several-sheets"]
    assert "'Sheet 2'" in table.findings[0].sentence


def test_an_open_document_is_read():
    def cell(value):
        kind = 'office:value-type="string"'
        return f"<table:table-cell {kind}><text:p>{value}</text:p></table:table-cell>"

    rows = "".join(
        f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in PEOPLE
    )
    blank = '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>'
    table = read_table(ods(blank + rows))
    assert cells(table) == PEOPLE
    assert table.rows[0].number == 3


def test_a_workbook_with_a_password_is_refused():
    locked = MANIFEST.replace(
        "/>",
        '><manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/>'
        "</manifest:file-entry></manifest:manifest>",
    )
    office = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")
    for data in (ods("", locked), office):
        with pytest.raises(RosterError, match="protected with a password"):
            read_table(data)


def test_an_empty_workbook_is_refused():
    with pytest.raises(RosterError, match="no cells with content"):
        read_table(xlsx([]))


def test_a_value_in_the_last_cell_does_not_end_this_process():
    book = openpyxl.Workbook()
    book.active["A1"] = "email"
    book.active["XFD1048576"] = "x"
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(RosterError, match="limits of memory"):
        read_table(out.getvalue())


def test_a_stray_value_far_below_is_named():
    book = openpyxl.Workbook()
    book.active["A1"] = "email"
    book.active["J600000"] = "x"
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(RosterError, match="far outside the table"):
        read_table(out.getvalue())


def test_a_workbook_that_takes_too_long_is_given_up(monkeypatch):
    monkeypatch.setattr(workbook, "TIME_LIMIT", 0.001)
    with pytest.raises(RosterError, match="limits of memory and time"):
        read_table(xlsx(PEOPLE))
