"""The WSGI door: plain GET and HEAD of a public document, answered before Django with one SELECT by
key.

It decides nothing of its own: answers come from `public.answers`, everything unusual falls through.
"""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.http.request import split_domain_port, validate_host

from issuer.queries import StoredDocument, stored_document
from public.answers import CORS, HTML, json_answer, representation

StartResponse = Callable[..., Any]
Application = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]

DOCUMENT_PATH = re.compile(
    r"/public/(issuers|badges|assertions)/([A-Za-z0-9_-]{1,64})(\.json)?", re.ASCII
)
STATUS_LINES = {status: f"{status} {HTTPStatus(status).phrase}" for status in (200, 304, 410)}


class PublicDoor:
    """Wraps a WSGI application."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.scheme = "https" if settings.LAUREL_TLS else ""
        self.fixed_headers = [*CORS, *security_headers()]

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        path = DOCUMENT_PATH.fullmatch(environ["PATH_INFO"])
        if path is None or not self.is_plain(environ):
            return self.application(environ, start_response)
        collection, entity_id, suffix = path.groups()
        media_type = representation(environ.get("HTTP_ACCEPT", ""), json_suffix=bool(suffix))
        if media_type == HTML:
            return self.application(environ, start_response)
        stored = read(collection, entity_id)
        if stored is None:
            return self.application(environ, start_response)
        answer = json_answer(stored, media_type, environ.get("HTTP_IF_NONE_MATCH", ""))
        start_response(STATUS_LINES[answer.status], answer.headers + self.fixed_headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer.body]

    def is_plain(self, environ: dict[str, Any]) -> bool:
        """GET or HEAD without a query, for a host that is ours, over the scheme that is ours."""
        return (
            environ["REQUEST_METHOD"] in {"GET", "HEAD"}
            and not environ.get("QUERY_STRING")
            and is_our_host(environ.get("HTTP_HOST", ""))
            and (not self.scheme or environ["wsgi.url_scheme"] == self.scheme)
        )


def read(collection: str, entity_id: str) -> StoredDocument | None:
    """The stored document; None also where the database fails: Django then reconnects, or says so
    properly.
    """
    try:
        return stored_document(collection, entity_id)
    except DatabaseError:
        connection.close_if_unusable_or_obsolete()
        return None


@lru_cache(maxsize=64)
def is_our_host(host: str) -> bool:
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


def security_headers() -> list[tuple[str, str]]:
    """What the security middleware adds to a JSON answer of the ordinary view."""
    headers = [
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", settings.SECURE_REFERRER_POLICY),
        ("Cross-Origin-Opener-Policy", settings.SECURE_CROSS_ORIGIN_OPENER_POLICY),
        ("X-Frame-Options", settings.X_FRAME_OPTIONS),
    ]
    if settings.SECURE_HSTS_SECONDS:
        headers.append(("Strict-Transport-Security", f"max-age={settings.SECURE_HSTS_SECONDS}"))
    return headers
