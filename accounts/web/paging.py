"""Long lists on pages, by the same cursors as the API's."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from api.paging import NEWEST_FIRST, Cursor, Order, read_page

SIZE = 50


@dataclass(frozen=True)
class Page:
    """Some rows, and the queries of the pages beside them, empty where there is none."""

    rows: Sequence[Any]
    prev: str
    next: str


def page_of(request: HttpRequest, rows: QuerySet[Any], order: Order = NEWEST_FIRST) -> Page:
    """The page that is asked for, in one query. Raises Http404 for what is no cursor of ours."""
    text = request.GET.get("cursor")
    try:
        cursor = Cursor.decode(text) if text is not None else None
        found, beside = read_page(rows, SIZE, cursor, order)
    except ValueError:
        raise Http404 from None

    def query(way: str) -> str:
        changed = request.GET.copy()
        changed["cursor"] = beside[way].encode()
        return f"?{changed.urlencode()}"

    return Page(found, *(query(way) if way in beside else "" for way in ("prev", "next")))
