"""Paging by cursor (badgr-api.md 2.1): `num` turns it on, the `Link` header leads on; without it,
the whole list.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Model, Q, QuerySet
from django.utils.encoding import escape_uri_path
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from api.envelope import success

MAX_PAGE = 500
CHUNK = 500


@dataclass(frozen=True)
class Cursor:
    """The row beside which a page begins, and the way: "+" to older rows, "-" to newer ones."""

    way: str
    created_at: datetime
    entity_id: str

    def encode(self) -> str:
        plain = f"{self.way}{self.created_at.isoformat()} {self.entity_id}"
        return urlsafe_b64encode(plain.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str) -> "Cursor":
        """Raises ValueError for what is not one of ours."""
        plain = urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        created_at, entity_id = plain[1:].split(" ")
        cursor = cls(plain[0], datetime.fromisoformat(created_at), entity_id)
        if cursor.encode() != text or cursor.way not in "+-":
            raise ValueError("not a cursor")
        if cursor.created_at.utcoffset() != timedelta(
            0
        ):  # ours are UTC; others may leave the calendar
            raise ValueError("not a cursor")
        if "\x00" in entity_id:  # PostgreSQL cannot even be asked for it
            raise ValueError("not a cursor")
        return cursor

    def beyond(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        side = "lt" if self.way == "+" else "gt"
        later = Q(**{f"created_at__{side}": self.created_at})
        tied = Q(created_at=self.created_at, **{f"entity_id__{side}": self.entity_id})
        return rows.filter(later | tied)


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
        raise NotFound("Invalid cursor") from None


def paged(
    request: Request, rows: QuerySet[Any], render: Callable[[Any], dict[str, Any]]
) -> Response:
    """A list as the envelope has it: one page with its `Link`, or all rows read in chunks."""
    size = page_size(request)
    if size is None:
        return success([render(row) for row in in_chunks(rows)])
    cursor = page_cursor(request)
    page, links = read_page(rows, size, cursor)
    response = success([render(row) for row in page])
    if links:
        response["Link"] = ", ".join(link(request, rel, at) for rel, at in links.items())
        response["Access-Control-Expose-Headers"] = "Link"
    return response


def read_page(
    rows: QuerySet[Any], size: int, cursor: Cursor | None
) -> tuple[list[Any], dict[str, Cursor]]:
    """One page, newest first, and the cursors of its neighbours: `next` older, `prev` newer."""
    newer = cursor is not None and cursor.way == "-"
    order = ("created_at", "entity_id") if newer else ("-created_at", "-entity_id")
    found = list((cursor.beyond(rows) if cursor else rows).order_by(*order)[: size + 1])
    more, page = len(found) > size, found[:size]
    if newer:
        page.reverse()
    links = {}
    if page and (newer or more):
        links["next"] = Cursor("+", page[-1].created_at, page[-1].entity_id)
    if page and cursor and (more or not newer):
        links["prev"] = Cursor("-", page[0].created_at, page[0].entity_id)
    return page, links


def link(request: Request, rel: str, cursor: Cursor) -> str:
    """RFC 8288, under our own origin whatever Host was asked."""
    query = request.query_params.copy()
    query["cursor"] = cursor.encode()
    path = escape_uri_path(request.path)
    return f'<{settings.LAUREL_URL}{path}?{query.urlencode()}>; rel="{rel}"'


def in_chunks(rows: QuerySet[Any]) -> Iterator[Model]:
    """All rows, oldest first, without holding them at once."""
    return rows.order_by("created_at", "entity_id").iterator(chunk_size=CHUNK)
