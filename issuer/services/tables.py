"""Tables of recipients, as spreadsheets save them: CSV in any usual encoding and delimiter, XLSX.

Bytes in, headers and rows of text out. What they mean is issuer.services.award_tables' to say.
"""

import csv
import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import ValidationError
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

MAX_BYTES = 16 * 1024 * 1024
MAX_CELLS = 1_000_000
DELIMITERS = ",;\t|"
ENCODINGS = ("utf-8-sig", "cp1252")
BOMS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
UNREADABLE = "The file cannot be read: send a CSV or XLSX table with a line of headings."


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
    lines = read_xlsx(content) if content[:4] == b"PK\x03\x04" else read_csv(decoded(content))
    filled = [(number, cells) for number, cells in enumerate(lines, 1) if any(cells)]
    if not filled:
        raise ValidationError("The table is empty.")
    (_, headers), *rest = filled
    width = len(headers)
    if width * len(rest) > MAX_CELLS:
        raise ValidationError("The table has too many cells.")
    return Table(
        headers=headers,
        rows=[[*cells, *[""] * width][:width] for _, cells in rest],
        numbers=[number for number, _ in rest],
    )


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


def read_csv(text: str) -> Iterable[list[str]]:
    """The delimiter is the one that the first line has most of."""
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        return [[cell.strip() for cell in line] for line in reader]
    except csv.Error:
        raise ValidationError(UNREADABLE) from None


def read_xlsx(content: bytes) -> Iterable[list[str]]:
    """The first sheet: values, not formulas."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            # A small file can unpack to gigabytes.
            if sum(entry.file_size for entry in archive.infolist()) > 10 * MAX_BYTES:
                raise ValidationError("The table is too large.")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        try:
            sheet = book.worksheets[0]
            return [[as_text(cell) for cell in line] for line in sheet.iter_rows(values_only=True)]
        finally:
            book.close()
    except (InvalidFileException, zipfile.BadZipFile, KeyError, IndexError, ValueError, OSError):
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
