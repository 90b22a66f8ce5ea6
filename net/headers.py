"""Reading headers of answers. Pure."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def retry_after(text: str) -> float | None:
    """Seconds from now (RFC 9110, 10.2.3: seconds or a date)."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # the latter from a zone far outside of any
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
