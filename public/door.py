"""The public door: plain GETs of public documents, answered before Django with one SELECT by key.

It decides nothing of its own: answers come from `public.answers`, everything unusual falls through.
"""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from http import HTTPStatus
from typing import Any, NamedTuple

from django.conf import settings
from django.db import Error, connection
from django.http.request import split_domain_port, validate_host

from issuer.queries import StoredDocument, stored_document
from public.answers import CORS, HTML, Answer, json_answer, representation

DOCUMENT_PATH = re.compile(
    r"/public/(issuers|badges|assertions)/([A-Za-z0-9_-]{1,64})(\.json)?", re.ASCII
)
STATUS_LINES = {status: f"{status} {HTTPStatus(status).phrase}" for status in (200, 304, 410)}


class Asked(NamedTuple):
    """As much of a request as the door looks at; headers are "" where they are absent."""

    method: str
    path: str
    query: str
    scheme: str
    host: str
    accept: str
    user_agent: str
    if_none_match: str


class PublicDoor:
    """Give `answer` a request; what it does not answer is Django's."""

    def __init__(self, read: Callable[[str, str], StoredDocument | None]) -> None:
        """`read` gives the stored document of a collection and an id. None where there is none, or
        none can be read now: Django asks again, and waits or says why.
        """
        self.read = read
        self.scheme = "https" if settings.LAUREL_TLS else "http"
        self.fixed_headers = [*CORS, *security_headers()]

    def answer(self, asked: Asked) -> Answer | None:
        """The whole answer, or None for a request that is not plain, or for no such document."""
        path = DOCUMENT_PATH.fullmatch(asked.path)
        if path is None or not self.is_plain(asked):
            return None
        collection, entity_id, suffix = path.groups()
        media_type = representation(asked.accept, asked.user_agent, json_suffix=bool(suffix))
        if media_type == HTML:
            return None
        stored = self.read(collection, entity_id)
        if stored is None:
            return None
        status, headers, body = json_answer(stored, media_type, asked.if_none_match)
        return Answer(status, headers + self.fixed_headers, b"" if asked.method == "HEAD" else body)

    def is_plain(self, asked: Asked) -> bool:
        """GET or HEAD without a query, for a host that is ours, over the scheme that is ours."""
        return (
            asked.method in ("GET", "HEAD")
            and not asked.query
            and asked.scheme == self.scheme
            and is_our_host(asked.host)
        )


class DoorBefore:
    """WSGI middleware: the door before an application."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self.application = application
        self.door = PublicDoor(read)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        answer = self.door.answer(
            Asked(
                environ["REQUEST_METHOD"],
                environ["PATH_INFO"],
                environ.get("QUERY_STRING", ""),
                environ["wsgi.url_scheme"],
                environ.get("HTTP_HOST", ""),
                environ.get("HTTP_ACCEPT", ""),
                environ.get("HTTP_USER_AGENT", ""),
                environ.get("HTTP_IF_NONE_MATCH", ""),
            )
        )
        if answer is None:
            return self.application(environ, start_response)
        start_response(STATUS_LINES[answer.status], answer.headers)
        return [answer.body]


def read(collection: str, entity_id: str) -> StoredDocument | None:
    """The stored document, through the connection that Django has for this thread."""
    try:
        return stored_document(collection, entity_id)
    except Error:
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
