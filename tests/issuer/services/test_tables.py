"""Reading tables: encodings, delimiters, XLSX, and what is no table."""

import io
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import date, datetime

import pytest
from django.core.exceptions import ValidationError
from openpyxl import Workbook

from issuer.services import tables
from issuer.services.tables import read_table

TEXT = "E-Mail{d}Name\r\nzoë@example.org{d}Zoë Müller\r\n\r\n{q}b@example.org{q}{d}{q}B{d} C{q}\r\n"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"], ids=["comma", "semi", "tab", "bar"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_csv(delimiter, encoding):
    table = read_table(TEXT.format(d=delimiter, q='"').encode(encoding))
    assert table.headers == ["E-Mail", "Name"]
    assert table.rows == [["zoë@example.org", "Zoë Müller"], ["b@example.org", f"B{delimiter} C"]]
    assert table.numbers == [2, 4]


def test_delimiters_in_quotes_do_not_count():
    table = read_table(b'"Last, First, Title";"email"\n"B, A, Dr";a@example.org\n')
    assert table.headers == ["Last, First, Title", "email"]
    assert table.rows == [["B, A, Dr", "a@example.org"]]


def test_short_and_long_lines_get_as_many_cells_as_there_are_headings():
    assert read_table(b"a,b\n1\n1,2,3\n").rows == [["1", ""], ["1", "2"]]


def xlsx(*lines: list) -> bytes:
    book = Workbook()
    for line in lines:
        book.active.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_xlsx():
    content = xlsx(
        ["email", "issued", "n"], ["a@example.org", datetime(2026, 1, 31, 12), 7.0],
        [None, None, None], ["b@example.org", date(2026, 2, 1), "=1+1"],
    )  # fmt: skip
    table = read_table(content)
    assert table.rows[0] == ["a@example.org", "2026-01-31T12:00:00", "7"]
    assert table.rows[1][:2] == ["b@example.org", "2026-02-01T00:00:00"]
    assert table.numbers == [2, 4]


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (11 * tables.MAX_BYTES))
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [b"", b"\n\n", b"PK\x03\x04nonsense", b"\x89PNG\r\n\x1a\n\x00\x00", b"\xff\xfea",
     b'a,b\n"open', b"a\x00b", bomb(), b"x" * (tables.MAX_BYTES + 1)],
    ids=["empty", "blank", "no-zip", "png", "half-utf-16", "open-quote", "nul", "bomb", "large"],
)  # fmt: skip
def test_what_is_no_table(content):
    with pytest.raises(ValidationError):
        read_table(content)


def broken(content: bytes) -> Iterator[bytes]:
    """The file with one of its parts cut, emptied, or made of something else; all of them."""
    whole = zipfile.ZipFile(io.BytesIO(content))
    for victim in whole.namelist():
        part = whole.read(victim)
        for other in (part[: len(part) // 2], b"", b"\xff\xfe<a>", part.replace(b"1", b"x")):
            yield with_part(content, victim, other)


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    whole, out = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for each in whole.namelist():
            archive.writestr(each, part if each == name else whole.read(each))
    return out.getvalue()


def test_a_broken_xlsx_is_read_or_refused():
    refused = 0
    for content in broken(xlsx(["email"], ["a@example.org"])):
        try:
            assert read_table(content).headers == ["email"]
        except ValidationError:
            refused += 1
    assert refused > 10


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    "sheet",
    [
        b'<sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
        b'<row r="99999999999"><c r="A1"><v>1</v></c></row></sheetData>',
        b"<sheetData>" + b'<row><c r="XFD1"><v>1</v></c></row>' * 100 + b"</sheetData>",
    ],
    ids=["far-apart", "wide"],
)
def test_a_small_xlsx_with_billions_of_cells(sheet):
    space = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    content = with_part(xlsx(["email"]), SHEET, space + sheet + b"</worksheet>")
    with pytest.raises(ValidationError, match="too many"):
        read_table(content)


def test_a_claimed_size_is_not_believed():
    content = xlsx(["email"], ["a@example.org"])
    sheet = zipfile.ZipFile(io.BytesIO(content)).read(SHEET)
    claimed = sheet.replace(b'ref="A1:A2"', b'ref="A1:XFD1048576"')
    assert claimed != sheet
    assert read_table(with_part(content, SHEET, claimed)).rows == [["a@example.org"]]


def test_a_csv_of_delimiters():
    content = b"ab," * 5_000_000
    tracemalloc.start()
    with pytest.raises(ValidationError, match="too many"):
        read_table(content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 256 * 1024 * 1024


def test_too_many_cells(monkeypatch):
    monkeypatch.setattr(tables, "MAX_CELLS", 3)
    with pytest.raises(ValidationError, match="cells"):
        read_table(b"a,b\n1,2\n3,4\n")
