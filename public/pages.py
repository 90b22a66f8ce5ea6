"""What the public pages show: stored facts made ready for templates."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urljoin

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.core.files.storage import default_storage
from django.utils import timezone

from issuer.models import Assertion, BadgeClass, Illustrated, Issuer
from ob.grammar import is_loopback
from public.queries import offered
from public.sharing import share_links

PAGES = {
    "issuers": "public/issuer.html",
    "badges": "public/badge.html",
    "assertions": "public/assertion.html",
}


# The form of a page that other sites may frame. Badgr's oEmbed gave the same address.
EMBED_QUERY = "embedVersion=2"
EMBEDDABLE = {"badges", "assertions"}


BADGES_A_PAGE = 24


def page_context(row: Issuer | BadgeClass | Assertion, *, number: str = "") -> dict[str, Any]:
    """`number`: which page of an issuer's badges. Raises ObjectDoesNotExist past the last one."""
    practice = {"practice_origin": row.origin if is_loopback(row.origin) else ""}
    match row:
        case Issuer():
            context = {"issuer": row, "picture": picture(row), "title": row.name}
            context |= {"shelf": shelf(row, number)}
        case BadgeClass():
            context = badge_context(row) | {"picture": picture(row)}
        case Assertion():
            context = badge_context(row.badge_class) | {
                "assertion": row,
                "picture": picture(row.badge_class),
                "state": state(row),
                "shares": share_links(row),
            }
    return context | practice | preview(row) | {"object": row}


def preview(row: Issuer | BadgeClass | Assertion) -> dict[str, str]:
    """Addresses for those who show a link to the page: a picture, a frame. None of what is
    revoked.
    """
    if row.http_status != 200:
        return {}
    card = f"{settings.LAUREL_URL}/public/{row.collection}/{row.entity_id}/card.png"
    if row.collection not in EMBEDDABLE:
        return {"card": card}
    query = urlencode({"format": "json", "url": row.public_url})
    return {"card": card, "oembed": f"{settings.LAUREL_URL}/public/oembed?{query}"}


def badge_context(badge_class: BadgeClass) -> dict[str, Any]:
    return {"badge_class": badge_class, "issuer": badge_class.issuer, "title": badge_class.name}


@dataclass(frozen=True)
class Shelf:
    """One page of an issuer's badges, and the numbers of the pages beside it."""

    badges: list[dict[str, str]]
    before: int | None
    after: int | None


def shelf(issuer: Issuer, number: str) -> Shelf:
    """One query, however many badges there are."""
    current = int(number) if re.fullmatch(r"[1-9][0-9]{0,5}", number, re.ASCII) else 1
    start, end = (current - 1) * BADGES_A_PAGE, current * BADGES_A_PAGE
    rows = list(offered(issuer.entity_id).defer("document")[start : end + 1])
    if not rows and current > 1:
        raise ObjectDoesNotExist
    return Shelf(
        badges=[
            {"name": row.name, "url": row.public_url, "picture": picture(row).get("square", "")}
            for row in rows[:BADGES_A_PAGE]
        ],
        before=current - 1 if current > 1 else None,
        after=current + 1 if len(rows) > BADGES_A_PAGE else None,
    )


def state(assertion: Assertion) -> str:
    """`revoked`, `expired` or `valid`."""
    if assertion.revoked_at:
        return "revoked"
    if assertion.expires_at and assertion.expires_at <= timezone.now():
        return "expired"
    return "valid"


def picture(row: Illustrated) -> dict[str, str]:
    """Absolute addresses of the renderings; empty without an image."""
    if not row.image_digest:
        return {}
    return {
        name: urljoin(settings.LAUREL_URL, default_storage.url(row.image_file(name)))
        for name in ("original", "square", "wide")
    }
