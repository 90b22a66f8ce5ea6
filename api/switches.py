"""Switches in the query, such as `include_archived=true`."""

from django.http import HttpRequest
from rest_framework.request import Request


def switched_on(request: HttpRequest | Request, name: str) -> bool:
    """Whether it is there and says `1` or `true`."""
    return request.GET.get(name, "").lower() in {"1", "true"}
