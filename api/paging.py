"""Paging by cursor (badgr-api.md 2.1): `num` turns it on, the `Link` header leads on; without it,
the whole list.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, islice
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils.encoding import escape_uri_path
from rest_framework.request import Request

from api.courtesy import courtesy
from api.envelope import in_pieces, success
from api.errors import InvalidCursor

MAX_PAGE = 500
CHUNK = 100


@dataclass(frozen=True)
class Order:
    """Rows in the order of a moment, ties in that of a public id: fields and direction."""

    moment: str
    name: str
    newest_first: bool

    def cursor(self, way: str, row: Any) -> "Cursor":
        """The cursor that leads on from this row."""
        return Cursor(way, getattr(row, self.moment), getattr(row, self.name))

    def sorted(self, rows: QuerySet[Any], *, backwards: bool) -> QuerySet[Any]:
        sign = "-" if self.newest_first != backwards else ""
        return rows.order_by(f"{sign}{self.moment}", f"{sign}{self.name}")

    def beyond(self, rows: QuerySet[Any], cursor: "Cursor") -> QuerySet[Any]:
        """The rows on the side to which the cursor leads. The bound alone lets a database begin to
        read its index at the cursor, and not at the list's beginning.
        """
        side = "lt" if (cursor.way == "+") == self.newest_first else "gt"
        later = Q(**{f"{self.moment}__{side}": cursor.moment})
        tied = Q(**{self.moment: cursor.moment, f"{self.name}__{side}": cursor.name})
        return rows.filter(later | tied, **{f"{self.moment}__{side}e": cursor.moment})


NEWEST_FIRST = Order("created_at", "entity_id", newest_first=True)


@dataclass(frozen=True)
class Cursor:
    """The row beside which a page begins, and the way: "+" onwards, "-" back."""

    way: str
    moment: datetime
    name: str

    def encode(self) -> str:
        plain = f"{self.way}{self.moment.isoformat()} {self.name}"
        return urlsafe_b64encode(plain.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str) -> "Cursor":
        """Raises ValueError for what is not one of ours."""
        plain = urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        moment, name = plain[1:].split(" ")
        cursor = cls(plain[0], datetime.fromisoformat(moment), name)
        if cursor.encode() != text or cursor.way not in "+-":
            raise ValueError("not a cursor")
        # Ours are UTC; others may leave the calendar.
        if cursor.moment.utcoffset() != timedelta(0):
            raise ValueError("not a cursor")
        if "\x00" in name:  # PostgreSQL cannot even be asked for it
            raise ValueError("not a cursor")
        return cursor


def page_size(request: Request) -> int | None:
    """`?num=N` clamped to 1..500. A `num` that is no number leaves the list whole, as in Badgr."""
    try:
        return min(max(int(request.query_params["num"]), 1), MAX_PAGE)
    except (KeyError, ValueError):
        return None


def page_cursor(request: Request) -> Cursor | None:
    text = request.query_params.get("cursor")
    try:
        return Cursor.decode(text) if text is not None else None
    except ValueError:
        raise InvalidCursor from None


def paged(
    request: Request, rows: QuerySet[Any], render: Callable[[Any], dict[str, Any]]
) -> HttpResponseBase:
    """A list as the envelope has it: one page with its `Link`, or all rows."""
    size = page_size(request)
    if size is None:
        return whole(request, rows, render)
    cursor = page_cursor(request)
    page, links = read_page(rows, size, cursor)
    response = success([render(row) for row in page])
    if links:
        response["Link"] = ", ".join(link(request, rel, at) for rel, at in links.items())
        response["Access-Control-Expose-Headers"] = "Link"
    return response


def whole(
    request: Request, rows: QuerySet[Any], render: Callable[[Any], dict[str, Any]]
) -> HttpResponseBase:
    """All rows, oldest first; of a long list only CHUNK of them are held at a time."""
    chunks = in_chunks(map(render, every(rows.order_by("created_at", "entity_id"))))
    first = next(chunks)
    second = next(chunks, None)
    if second is None:
        return success(first)
    return StreamingHttpResponse(
        in_pieces(chain([first, second], chunks)),
        content_type=request.accepted_renderer.media_type,
    )


def every(rows: QuerySet[Any]) -> Iterable[Any]:
    """The rows one by one. What is prefetched would be fetched anew for each chunk of them: such
    rows are read at once, with a constant number of queries.
    """
    return rows if rows._prefetch_related_lookups else rows.iterator(chunk_size=CHUNK)


def in_chunks(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Lists of CHUNK rows, the last one shorter; one empty list where there are none."""
    more = iter(rows)
    yield list(islice(more, CHUNK))
    while chunk := list(islice(more, CHUNK)):
        courtesy.give_way()
        yield chunk


def read_page(
    rows: QuerySet[Any], size: int, cursor: Cursor | None, order: Order = NEWEST_FIRST
) -> tuple[list[Any], dict[str, Cursor]]:
    """One page in its order, and the cursors of its neighbours: `next` onwards, `prev` back."""
    back = cursor is not None and cursor.way == "-"
    wanted = order.beyond(rows, cursor) if cursor else rows
    found = list(order.sorted(wanted, backwards=back)[: size + 1])
    more, page = len(found) > size, found[:size]
    if back:
        page.reverse()
    links = {}
    if page and (back or more):
        links["next"] = order.cursor("+", page[-1])
    if page and cursor and (more or not back):
        links["prev"] = order.cursor("-", page[0])
    return page, links


def link(request: Request, rel: str, cursor: Cursor) -> str:
    """RFC 8288."""
    return f'<{page_url(request, cursor=cursor.encode())}>; rel="{rel}"'


def page_url(request: Request, **changes: str) -> str:
    """The address asked, with these parameters; under our own origin whatever Host was asked."""
    query = request.query_params.copy()
    for name, value in changes.items():
        query[name] = value
    return f"{settings.LAUREL_URL}{escape_uri_path(request.path)}?{query.urlencode()}"
