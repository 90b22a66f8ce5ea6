"""oEmbed: other sites ask how to show an award or a badge of ours inside their own pages.

The page that they frame is `public/embed.html`.
"""

import re
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.html import format_html

from issuer.models import Assertion, BadgeClass
from issuer.queries import published
from public.answers import JSON
from public.pages import EMBED_QUERY, picture
from public.views import json_failure, not_found, reads_only

SHOWN = re.compile(r"/public/(assertions|badges)/([^/\x00-\x1f\x7f]{1,64}?)(?:\.json)?/?")
WIDTHS = range(320, 801)
HEIGHTS = range(200, 421)
THUMBNAIL = 200  # as it is shown; the picture is twice that, sharp on dense screens
BRIEFLY = "public, max-age=300"


@reads_only
def oembed(request: HttpRequest) -> HttpResponse:
    """/public/oembed?url=&format=json&maxwidth=&maxheight= (badgr-api.md 4 and 9)."""
    if request.GET.get("format", "json") != "json":
        return json_failure(501, "not implemented", reasons=("Only the format json is known.",))
    try:
        row = shown_at(request.GET.get("url", ""))
    except ObjectDoesNotExist:
        return not_found(request, JSON)
    if row.http_status != 200:
        return json_failure(410, "revoked", reasons=("This award is revoked.",))
    body = rich(
        row,
        width=within(WIDTHS, request.GET.get("maxwidth", "")),
        height=within(HEIGHTS, request.GET.get("maxheight", "")),
    )
    return JsonResponse(body, headers={"Cache-Control": BRIEFLY})


def shown_at(url: str) -> Assertion | BadgeClass:
    """What has its page at this address of ours. Raises ObjectDoesNotExist."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ObjectDoesNotExist from None
    origin = f"{parts.scheme}://{parts.netloc}".lower()
    path = SHOWN.fullmatch(unquote(parts.path))
    if path is None or origin not in (settings.LAUREL_URL, *settings.LAUREL_OLD_URLS):
        raise ObjectDoesNotExist
    row = published(*path.groups())
    if not isinstance(row, Assertion | BadgeClass):
        raise TypeError("only awards and badge classes are framed")
    return row


def within(allowed: range, asked: str) -> int:
    """The largest size that is no more than asked for; what is no number asks for nothing."""
    if not re.fullmatch(r"[0-9]{1,9}", asked, re.ASCII):
        return allowed[-1]
    return max(allowed[0], min(allowed[-1], int(asked)))


def rich(row: Assertion | BadgeClass, *, width: int, height: int) -> dict[str, object]:
    """A `rich` answer of oEmbed 1.0. Says what the page says, and nothing of the award's holder."""
    badge_class = row.badge_class if isinstance(row, Assertion) else row
    frame = format_html(
        '<iframe src="{}" title="{}" width="{}" height="{}" frameborder="0" loading="lazy">'
        "</iframe>",
        f"{row.public_url}?{EMBED_QUERY}",
        badge_class.name,
        width,
        height,
    )
    return {
        "type": "rich",
        "version": "1.0",
        "title": badge_class.name,
        "author_name": badge_class.issuer.name,
        "author_url": badge_class.issuer.public_url,
        "provider_name": "Laurel",
        "provider_url": settings.LAUREL_URL,
        "thumbnail_url": picture(badge_class)["square"],
        "thumbnail_width": THUMBNAIL,
        "thumbnail_height": THUMBNAIL,
        "width": width,
        "height": height,
        "html": frame,
    }
