"""When an award ends: a class's relative expiry counted from the date of issue, as calendars
count.
"""

import calendar
from datetime import datetime, timedelta

BEYOND_CALENDAR = "The date of expiry lies beyond the year 9999."


def expiry_of(issued_on: datetime, amount: int | None, duration: str) -> datetime | None:
    """`amount` days, weeks, months or years after `issued_on`; None where the class does not
    expire.

    Months end on the last day that exists (31 January + 1 month is the end of February). Raises
    OverflowError beyond the year 9999.
    """
    if amount is None:
        return None
    if duration in {"days", "weeks"}:
        return issued_on + timedelta(**{duration: amount})
    months = amount * (12 if duration == "years" else 1)
    year, month = divmod(issued_on.year * 12 + issued_on.month - 1 + months, 12)
    if year > 9999:
        raise OverflowError("date value out of range")
    last_day = calendar.monthrange(year, month + 1)[1]
    return issued_on.replace(year=year, month=month + 1, day=min(issued_on.day, last_day))
