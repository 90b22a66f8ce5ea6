"""The JSON answer to a public GET, as a pure function of what is stored and what was asked.

Both doors give it: the WSGI door before Django, and the Django view for all else.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from django.utils.http import parse_etags

from api.accept import preferred
from issuer.queries import StoredDocument

LD_JSON = "application/ld+json"
JSON = "application/json"
HTML = "text/html"
OFFERS = (LD_JSON, JSON, HTML)
OFFERS_TO_BOTS = (HTML, LD_JSON, JSON)

CACHE = "public, no-cache"  # kept, but asked again each time: a revocation shows at once
VARY = "Accept, User-Agent"
CORS = [
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "ETag, Link, Location"),
]


# Who makes the cards under shared links, and reads pages for search: they seldom say what they
# accept, and can do nothing with JSON-LD.
PREVIEW_BOTS = re.compile(
    "linkedinbot|slackbot|discordbot|whatsapp/|telegrambot|skypeuripreview|microsoftpreview"
    "|mastodon/|cardyb|facebookexternalhit|facebot|meta-externalagent|twitterbot|embedly"
    "|googlebot|googleother|google-inspectiontool|pinterest",
    re.ASCII | re.IGNORECASE,
)


def representation(accept: str, user_agent: str, *, json_suffix: bool) -> str:
    """Which of ld+json, json and HTML to send (open-badges.md H1-H3). What accepts nothing of ours
    gets JSON-LD.

    HTML only where it is wanted more than both JSON types, preview bots: as much; `.json` is always
    JSON.
    """
    if json_suffix:
        return JSON
    return negotiated(accept[:LOOKED_AT], for_bot=is_preview_bot(user_agent[:LOOKED_AT]))


# Clients send few forms of either header, and each one often. Longer ones must not fill the memory.
LOOKED_AT = 1000


@lru_cache(maxsize=512)
def negotiated(accept: str, *, for_bot: bool) -> str:
    return preferred(accept, OFFERS_TO_BOTS if for_bot else OFFERS) or LD_JSON


@lru_cache(maxsize=512)
def is_preview_bot(user_agent: str) -> bool:
    return PREVIEW_BOTS.search(user_agent) is not None


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
    headers = [("ETag", tag), ("Vary", VARY), ("Cache-Control", CACHE)]
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
