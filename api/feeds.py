"""The `/changed` feeds (badgr-api.md 2.1, 2.4): what changed since a moment, oldest change first.

A client keeps the answer's `timestamp` and sends it as `since` next time. What is under way while a
feed is read is recorded under a moment that has passed by then: so `timestamp` lies some seconds
back, and stays the same while a client walks the pages. What changed in those seconds is told
twice, and nothing never.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from api.paging import Order, page_cursor, page_size, page_url, read_page

DEFAULT_SIZE = 100
# Longer than a transaction lives after it has recorded its act, and than clocks differ.
SETTLING = timedelta(seconds=10)


def told_moment(request: Request, name: str) -> datetime | None:
    """A moment in the query. Raises ValidationError unless it is ISO 8601 with a time zone."""
    text = request.query_params.get(name)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None and "T" in text.upper():
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise ValidationError({name: ["must be ISO-8601 format with time zone"]})


def feed(
    request: Request,
    changes: QuerySet[Any],
    order: Order,
    load: Callable[[Sequence[Any]], list[dict[str, Any]]],
) -> Response:
    """One page of `changes`, rendered by `load`; paged even where nobody asks for it."""
    walk_began = told_moment(request, "asOf")
    settled = min(walk_began or datetime.max.replace(tzinfo=UTC), timezone.now() - SETTLING)
    size = page_size(request) or DEFAULT_SIZE
    page, links = read_page(changes, size, page_cursor(request), order)
    urls = {
        way: page_url(request, cursor=cursor.encode(), asOf=settled.isoformat())
        for way, cursor in links.items()
    }
    return Response(
        {
            "status": {"success": True, "description": "ok"},
            "result": load(page),
            "pagination": {
                "hasNext": "next" in urls,
                "nextResults": urls.get("next"),
                "hasPrevious": "prev" in urls,
                "previousResults": urls.get("prev"),
            },
            "timestamp": settled.isoformat(),
        }
    )
