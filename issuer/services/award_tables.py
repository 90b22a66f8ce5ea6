"""From a table to awards: which column is what, and what is wrong with which row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.core.exceptions import ValidationError
from django.utils import timezone

from issuer.models import BadgeClass
from issuer.services.award_drafts import Award, Errors, InvalidAward, draft_assertion
from issuer.services.tables import Table
from issuer.texts import ascii_url
from ob.grammar import is_url

# What headings of common tables call a column, in lower case without blanks and signs.
COLUMNS = {
    "identity": {"email", "emailaddress", "mail", "recipient", "identity", "address", "identifier"},
    "recipient_name": {"name", "fullname", "recipientname", "learner", "student"},
    "narrative": {"narrative", "story", "description", "text"},
    "evidence_url": {"evidence", "evidenceurl", "url", "link"},
    "evidence_narrative": {"evidencenarrative", "evidencetext"},
    "issued_on": {"issuedon", "issued", "date", "dateissued", "awarded"},
    "expires_at": {"expires", "expireson", "expiry", "validuntil", "expirationdate"},
}
MAX_URL = 1024
NO_ADDRESSES = "No column of the table holds e-mail addresses: name one “email”."


@dataclass(frozen=True)
class Preview:
    """What a table would award: an item and its line number for each row, in order."""

    awards: list[Award | InvalidAward]
    lines: list[int]

    @property
    def problems(self) -> dict[int, Errors]:
        """By line number as people see it."""
        return {
            line: item.errors
            for line, item in zip(self.lines, self.awards, strict=True)
            if isinstance(item, InvalidAward)
        }


def preview(
    table: Table, badge_class: BadgeClass, *, columns: Mapping[str, int] | None = None
) -> Preview:
    """Read a table as awards of this class. `columns` says which column is what, where the
    headings do not. Raises ValidationError where no column has the addresses.
    """
    where = dict(columns) if columns is not None else guess_columns(table.headers)
    if "identity" not in where:
        raise ValidationError(NO_ADDRESSES)
    now = timezone.now()
    found: list[Award | InvalidAward] = []
    for cells in table.rows:
        told = {name: cells[index] for name, index in where.items() if cells[index]}
        found.append(read_row(told, badge_class, now))
    return Preview(found, table.numbers)


def guess_columns(headers: list[str]) -> dict[str, int]:
    """The index of each column that we know by its heading; of two that could be it, the first."""
    plain = ["".join(filter(str.isalnum, header.lower())) for header in headers]
    return {
        name: next(index for index, heading in enumerate(plain) if heading in headings)
        for name, headings in COLUMNS.items()
        if headings & set(plain)
    }


def read_row(
    told: Mapping[str, str], badge_class: BadgeClass, now: datetime
) -> Award | InvalidAward:
    """An award, or all that is wrong with the row."""
    problems: Errors = {}
    moments = {
        name: read_moment(told[name], name, problems)
        for name in ("issued_on", "expires_at")
        if name in told
    }
    item = Award(
        identity=told.get("identity", ""),
        recipient_name=told.get("recipient_name", ""),
        narrative=told.get("narrative", ""),
        evidence=read_evidence(told, problems),
        issued_on=moments.get("issued_on"),
        expires_at=moments.get("expires_at"),
    )
    try:
        draft_assertion(badge_class, item, now)
    except ValidationError as error:
        problems |= error.message_dict
    return InvalidAward(problems) if problems else item


def read_moment(text: str, name: str, problems: Errors) -> datetime | None:
    """A day, or a day and time, in ISO 8601; without a zone it is UTC."""
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        problems[name] = ["Write a date as 2026-01-31."]
        return None


def read_evidence(told: Mapping[str, str], problems: Errors) -> Sequence[dict[str, str]]:
    """One piece of evidence of an address, a text, or both."""
    url = told.get("evidence_url", "")
    try:
        url = ascii_url(url) if url else ""
    except ValueError:
        url = ""
    if told.get("evidence_url") and (not is_url(url) or len(url) > MAX_URL):
        problems["evidence_url"] = ["Write an address as https://example.org/page."]
        return ()
    row = {"url": url, "narrative": told.get("evidence_narrative", "")}
    kept = {name: text for name, text in row.items() if text}
    return [kept] if kept else ()
