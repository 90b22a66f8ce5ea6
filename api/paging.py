"""Paging by cursor (badgr-api.md 2.1): `num` turns it on, the `Link` header leads on; without it,
the whole list.
"""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Model, QuerySet
from django.utils.dateparse import parse_datetime
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from api.envelope import success

MAX_PAGE = 500
CHUNK = 500


class NumPagination(CursorPagination):
    """`?num=N` clamped to 1..500. A `num` that is no number leaves the list whole, as in Badgr."""

    page_size = None
    page_size_query_param = "num"
    max_page_size = MAX_PAGE
    ordering = ("-created_at", "-pk")

    def get_page_size(self, request: Request) -> int | None:
        try:
            return min(max(int(request.query_params["num"]), 1), MAX_PAGE)
        except (KeyError, ValueError):
            return None

    def decode_cursor(self, request: Request) -> Any:
        """Raises NotFound for a cursor that is not one of ours."""
        cursor = super().decode_cursor(request)
        if cursor and cursor.position is not None:
            try:
                position = parse_datetime(cursor.position)
            except ValueError:
                position = None
            if position is None or position.tzinfo is None:
                raise NotFound(self.invalid_cursor_message)
        return cursor

    def link_header(self) -> str:
        """RFC 8288 links to the next and previous page, under our own origin whatever Host was
        asked.
        """
        links = {"next": self.get_next_link(), "prev": self.get_previous_link()}
        return ", ".join(f'<{own(url)}>; rel="{rel}"' for rel, url in links.items() if url)


def own(url: str) -> str:
    parts = urlsplit(url)
    return f"{settings.LAUREL_URL}{parts.path}?{parts.query}"


def paged(
    request: Request, rows: QuerySet[Any], render: Callable[[Any], dict[str, Any]], view: Any = None
) -> Response:
    """A list as the envelope has it: one page with its `Link`, or all rows read in chunks."""
    pagination = NumPagination()
    page = pagination.paginate_queryset(rows, request, view=view)
    if page is None:
        return success([render(row) for row in in_chunks(rows)])
    response = success([render(row) for row in page])
    if link := pagination.link_header():
        response["Link"] = link
        response["Access-Control-Expose-Headers"] = "Link"
    return response


def in_chunks(rows: QuerySet[Any]) -> Iterator[Model]:
    """All rows, oldest first, without holding them at once."""
    return rows.order_by("created_at", "pk").iterator(chunk_size=CHUNK)
