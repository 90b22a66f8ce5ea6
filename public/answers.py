"""The JSON answer to a public GET, as a pure function of what is stored and what was asked.

Both doors give it: the WSGI door before Django, and the Django view for all else.
"""

from functools import lru_cache
from typing import NamedTuple

from django.utils.http import parse_etags

from api.accept import preferred
from issuer.queries import StoredDocument

LD_JSON = "application/ld+json"
JSON = "application/json"
HTML = "text/html"
OFFERS = (LD_JSON, JSON, HTML)

CACHE = "public, no-cache"  # kept, but asked again each time: a revocation shows at once
CORS = [
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "ETag, Link, Location"),
]


@lru_cache(maxsize=512)  # clients send few forms of Accept, and each one often
def representation(accept: str, *, json_suffix: bool) -> str:
    """Which of ld+json, json and HTML to send (open-badges.md H1-H3). What accepts nothing of ours
    gets JSON-LD.

    HTML only where it is wanted more than both JSON types; `.json` is always JSON.
    """
    if json_suffix:
        return JSON
    return preferred(accept, OFFERS) or LD_JSON


class Answer(NamedTuple):
    """Status, headers and body of a response."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


def json_answer(stored: StoredDocument, media_type: str, if_none_match: str) -> Answer:
    """200, 410 for what is revoked, or 304 where the asker has these very bytes under this media
    type.
    """
    tag = f'"{stored.etag}"' if media_type == LD_JSON else f'"{stored.etag}-j"'
    headers = [("ETag", tag), ("Vary", "Accept"), ("Cache-Control", CACHE)]
    if stored.http_status == 200 and if_none_match and matches(if_none_match, tag):
        return Answer(304, headers, b"")
    headers += [
        ("Content-Type", media_type),
        ("Content-Length", str(len(stored.document))),
    ]
    return Answer(stored.http_status, headers, stored.document)


def matches(if_none_match: str, tag: str) -> bool:
    """Weak comparison (RFC 9110, 8.8.3.2)."""
    tags = parse_etags(if_none_match)
    return "*" in tags or any(known.removeprefix("W/") == tag for known in tags)
