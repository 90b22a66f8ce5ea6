"""Tables of recipients, as spreadsheets save them: CSV in any usual encoding and delimiter, XLSX.

Bytes in, headers and rows of text out. What they mean is issuer.services.award_tables' to say.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import ValidationError

MAX_BYTES = 16 * 1024 * 1024
MAX_CELLS = 1_000_000
MAX_LINES, MAX_COLUMNS = 1_048_576, 16_384  # of a sheet, blank ones included
DELIMITERS = ",;\t|"
QUOTED = re.compile(r'"[^"]*"')
ENCODINGS = ("utf-8-sig", "cp1252")
BOMS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
UNREADABLE = "The file cannot be read: send a CSV or XLSX table with a line of headings."
TOO_LARGE = "The table has too many lines or cells."


@dataclass(frozen=True)
class Table:
    """`rows` have as many cells as there are headers; `numbers` are the lines people see."""

    headers: list[str]
    rows: list[list[str]]
    numbers: list[int]


def read_table(content: bytes) -> Table:
    """Told by what it is, not by its name. Raises ValidationError with a sentence."""
    if len(content) > MAX_BYTES:
        raise ValidationError(f"The file is larger than {MAX_BYTES // 1024 // 1024} MB.")
    lines = xlsx_lines(content) if content[:4] == b"PK\x03\x04" else csv_lines(decoded(content))
    filled = list(filled_lines(lines))
    if not filled:
        raise ValidationError("The table is empty.")
    (_, headers), *rest = filled
    width = len(headers)
    if width * len(rest) > MAX_CELLS:
        raise ValidationError(TOO_LARGE)
    return Table(
        headers=headers,
        rows=[[*cells, *[""] * width][:width] for _, cells in rest],
        numbers=[number for number, _ in rest],
    )


def filled_lines(lines: Iterable[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Those that are not blank, with their numbers. Raises ValidationError as soon as there are too
    many: a small file can have billions.
    """
    cells = 0
    for number, line in enumerate(lines, 1):
        cells += len(line)
        if number > MAX_LINES or cells > MAX_CELLS:
            raise ValidationError(TOO_LARGE)
        if any(line):
            yield number, line


def decoded(content: bytes) -> str:
    """UTF-8, UTF-16 with its mark, or what Windows saves in the west."""
    for mark, encoding in BOMS.items():
        if content.startswith(mark):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                raise ValidationError(UNREADABLE) from None
    if b"\x00" in content:
        raise ValidationError(UNREADABLE)
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValidationError(UNREADABLE)


def csv_lines(text: str) -> Iterator[list[str]]:
    """The delimiter is the one that the headings have most of, outside of quotes."""
    headings = QUOTED.sub("", text.lstrip("\r\n").partition("\n")[0])
    delimiter = max(DELIMITERS, key=headings.count)
    try:
        lines = narrow_lines(io.StringIO(text, newline=""), delimiter)
        for line in csv.reader(lines, delimiter=delimiter, strict=True):
            yield [cell.strip() for cell in line]
    except csv.Error:
        raise ValidationError(UNREADABLE) from None


def narrow_lines(lines: Iterable[str], delimiter: str) -> Iterator[str]:
    """As they are. Raises ValidationError before one of them becomes millions of cells."""
    for line in lines:
        if line.count(delimiter) >= MAX_COLUMNS:
            raise ValidationError(TOO_LARGE)
        yield line


def xlsx_lines(content: bytes) -> Iterator[list[str]]:
    """The first sheet: values, not formulas."""
    from openpyxl import load_workbook  # here, because it would take a tenth of every start

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            # A small file can unpack to gigabytes.
            if sum(entry.file_size for entry in archive.infolist()) > 4 * MAX_BYTES:
                raise ValidationError(TOO_LARGE)
        with closing(load_workbook(io.BytesIO(content), read_only=True, data_only=True)) as book:
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # a claim, up to which every line would be filled
            for line in sheet.iter_rows(values_only=True):
                yield [as_text(cell) for cell in line]
    except ValidationError:
        raise
    except Exception:  # the library does not say what it raises for what spreadsheets never write
        raise ValidationError(UNREADABLE) from None


def as_text(value: object) -> str:
    """A cell as people see it; dates in ISO 8601."""
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
