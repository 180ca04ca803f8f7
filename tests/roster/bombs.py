"""Files of a few bytes that grow without end in a reader that does not count."""

from __future__ import annotations

import io
import itertools
import struct
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

MEGABYTE = 1 << 20

_XLSX = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"><Default Extension="xml" ContentType="application/xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
    'relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/'
    'officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/'
    'main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
    '<sheet name="People" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/'
    'package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/'
    'officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship '
    'Id="r2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
    'sharedStrings" Target="sharedStrings.xml"/></Relationships>',
}
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_ONE_CELL = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
_ONE_STRING = ("<si><t>a</t></si>",)
_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
)
_ODS_START = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">'
    '<office:body><office:spreadsheet><table:table table:name="People">'
)
_ODS_END = "</table:table></office:spreadsheet></office:body></office:document-content>"


def xlsx(
    rows: Iterable[str], strings: Iterable[str] = (), extra: Iterable[tuple[str, bytes]] = ()
) -> bytes:
    """Write a workbook of raw XML: the rows of its sheet and its shared strings."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, text in _XLSX.items():
            archive.writestr(name, text)
        sheet = _around(f"<worksheet {_MAIN}><sheetData>", rows, "</sheetData></worksheet>")
        _write(archive, "xl/worksheets/sheet1.xml", sheet)
        _write(archive, "xl/sharedStrings.xml", _around(f"<sst {_MAIN}>", strings, "</sst>"))
        for name, data in extra:
            archive.writestr(name, data)
    return out.getvalue()


def ods(content: Iterable[str]) -> bytes:
    """Write an open document of raw XML: the rows of its table."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", _MANIFEST)
        _write(archive, "content.xml", _around(_ODS_START, content, _ODS_END))
    return out.getvalue()


def _around(start: str, middle: Iterable[str], end: str) -> Iterator[str]:
    yield start
    yield from middle
    yield end


def _write(archive: zipfile.ZipFile, name: str, parts: Iterable[str]) -> None:
    with archive.open(name, "w", force_zip64=False) as member:
        for part in parts:
            member.write(part.encode())


def _repeated(rows: int, columns: int, text: str) -> bytes:
    cell = (
        f'<table:table-cell table:number-columns-repeated="{columns}" '
        f'office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
    )
    row = f'<table:table-row table:number-rows-repeated="{rows}">{cell}</table:table-row>'
    return ods([row])


def _string_of(megabytes: int) -> Iterator[str]:
    yield "<si><t>"
    yield from ("x" * MEGABYTE for _ in range(megabytes))
    yield "</t></si>"


def _lying() -> bytes:
    """A workbook whose shared strings say that they unpack to ten bytes."""
    data = bytearray(xlsx([_ONE_CELL], _string_of(300)))
    wanted = b"xl/sharedStrings.xml"
    central = data.rindex(wanted) - 46
    local = struct.unpack_from("<I", data, central + 42)[0]
    struct.pack_into("<I", data, central + 24, 10)
    struct.pack_into("<I", data, local + 22, 10)
    return bytes(data)


def _sheets(number: int) -> bytes:
    """A workbook with many sheets, which all are one large part of the file."""
    names = "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="r1"/>' for n in range(1, number + 1))
    parts = dict(_XLSX)
    start, end = parts["xl/workbook.xml"].split("<sheet name=", 1)
    parts["xl/workbook.xml"] = start + names + end[end.index("/>") + 2 :]
    out = io.BytesIO()
    rows = "".join(f'<row r="{n}"><c r="T{n}"><v>{n}</v></c></row>' for n in range(1, 90_000))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
        archive.writestr(
            "xl/worksheets/sheet1.xml",
            f"<worksheet {_MAIN}><sheetData>{rows}</sheetData></worksheet>",
        )
        archive.writestr("xl/sharedStrings.xml", f"<sst {_MAIN}/>")
    return out.getvalue()


def _inline(rows: int) -> Iterator[str]:
    for number in range(1, rows + 1):
        cell = f'<c r="A{number}" t="inlineStr"><is><t>a{number}</t></is></c>'
        yield f'<row r="{number}">{cell}</row>'


def _shared(rows: int) -> Iterator[str]:
    for number in range(1, rows + 1):
        yield f'<row r="{number}"><c r="A{number}" t="s"><v>0</v></c></row>'


BOMBS: dict[str, Callable[[], bytes]] = {
    "xlsx: one string of 600 MB": lambda: xlsx([_ONE_CELL], _string_of(600)),
    "xlsx: one string of 150 MB": lambda: xlsx([_ONE_CELL], _string_of(150)),
    "xlsx: six million strings": lambda: xlsx(
        [_ONE_CELL], ("<si><t>ab</t></si>" * 10_000 for _ in range(600))
    ),
    "xlsx: one string in many cells": lambda: xlsx(_shared(20_000), _string_of(1)),
    "xlsx: long strings, a little too many": lambda: xlsx(
        _shared(700), ["<si><t>" + "x" * 40_000 + "</t></si>"]
    ),
    "xlsx: a value in the last cell": lambda: xlsx(
        [_ONE_CELL, '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'], _ONE_STRING
    ),
    "xlsx: a value far outside": lambda: xlsx(
        [_ONE_CELL, '<row r="100000"><c r="AZ100000"><v>1</v></c></row>'], _ONE_STRING
    ),
    "xlsx: a million rows": lambda: xlsx(_inline(1_000_000)),
    "xlsx: 300 sheets that are one": lambda: _sheets(300),
    "xlsx: sixty thousand entries": lambda: xlsx(
        [_ONE_CELL], _ONE_STRING, ((f"xl/{n}.xml", b"") for n in range(60_000))
    ),
    "xlsx: lying about its size": _lying,
    "xlsx: a comment of 300 MB": lambda: xlsx(
        itertools.chain([_ONE_CELL, "<!--"], itertools.repeat("x" * MEGABYTE, 300), ["-->"])
    ),
    "ods: 9,900 times 500 cells": lambda: _repeated(9_900, 500, "x"),
    "ods: the whole sheet": lambda: _repeated(1_048_576, 16_384, "x"),
    "ods: long text in every cell of a row": lambda: _repeated(1, 16_384, "x" * 30_000),
    "ods: long text in many rows": lambda: _repeated(90_000, 1, "x" * 30_000),
    "ods: four thousand million columns": lambda: _repeated(1, 4_000_000_000, "x"),
    "ods: nested a million deep": lambda: ods(
        ["<table:table-row><table:table-cell>", *["<text:p>" * 1_000_000]]
    ),
    "ods: rows in rows": lambda: ods(["<table:table-row>" * 1_000_000]),
    "csv: one cell of 19 MB": lambda: b"email,team\na@x.com," + b"x" * (19 * MEGABYTE),
    "csv: blank lines": lambda: b"email,team\n" + b"\n" * (19 * MEGABYTE),
    "csv: blank lines in quotation marks": lambda: (
        b'email,team\n"' + b"\n" * (19 * MEGABYTE) + b'"'
    ),
    "csv: many short quoted lines": lambda: b"email,team\n" + b'"\n",' * (4 * MEGABYTE),
    "csv: commas": lambda: b"email,team\n" + b"," * (19 * MEGABYTE),
    "csv: commas in UTF-16": lambda: ("email,team\n" + "," * (9 * MEGABYTE)).encode("utf-16"),
    "csv: a wide row above a long table": lambda: (
        b"email,team" + b",x" * 16_000 + b"\n" + b"a@x.com,1\n" * 90_000
    ),
    "csv: empty rows of commas": lambda: b"email,team\n" + b",,\n" * (6 * MEGABYTE),
    "csv: cells that are not UTF-8": lambda: b"email,team\n" + b"\xe9\xe8," * (6 * MEGABYTE),
    "csv: one cell that is not UTF-8": lambda: b"email,team\n" + b"\xe9a" * (9 * MEGABYTE),
    "csv: opened quotation marks": lambda: b"email,team\n" + b',"x' * (6 * MEGABYTE),
    "csv: stray quotation marks": lambda: b"email,team\n" + b'"a"b,"c"d\n' * MEGABYTE,
    "csv: astral signs": ("email,team\n" + "\U0001f600,\n" * (3 * MEGABYTE)).encode,
}
"""What each is, and how it is made."""
