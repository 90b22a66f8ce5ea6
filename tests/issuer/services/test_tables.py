"""Reading tables: encodings, delimiters, XLSX, and what is no table."""

import io
import zipfile
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


def test_too_many_cells(monkeypatch):
    monkeypatch.setattr(tables, "MAX_CELLS", 3)
    with pytest.raises(ValidationError, match="cells"):
        read_table(b"a,b\n1,2\n3,4\n")
