"""`/public/…`, uploaded artwork, and the addresses that Badgr shared."""

from django.urls import re_path

from public import images, issuer_badges, oembed, old_addresses, views
from public.cards.views import card

COLLECTION = r"(?P<collection>issuers|badges|assertions)"
# Any text may be an id (imports), but no control character: PostgreSQL cannot be asked for NUL.
ID = r"(?P<entity_id>[^/\x00-\x1f\x7f]{1,64}?)"

urlpatterns = [
    re_path(
        rf"^public/{COLLECTION}/{ID}(?P<suffix>\.json)?$",
        views.DocumentView.as_view(),
        name="document",
    ),
    re_path(
        rf"^public/issuers/{ID}/badges(?P<suffix>\.json)?$",
        issuer_badges.badge_list,
        name="issuer-badges",
    ),
    re_path(
        rf"^public/{COLLECTION}/{ID}/image$",
        images.image_redirect,
        name="image",
    ),
    re_path(
        rf"^public/{COLLECTION}/{ID}/card\.png$",
        card,
        name="card",
    ),
    re_path(
        rf"^public/assertions/{ID}/baked$",
        images.baked_redirect,
        name="baked",
    ),
    re_path(
        rf"^public/assertions/{ID}/(?:(?P<version>1_1)/)?(?P<key>[0-9a-f]{{32}})\.(?P<kind>png|svg)$",
        images.baked_image,
        name="baked-image",
    ),
    re_path(
        rf"^public/badges/{ID}/criteria$",
        views.criteria_redirect,
        name="criteria",
    ),
    re_path(
        r"^media/artwork/(?P<name>[0-9a-f]{64}/(?:original|square|wide)\.(?:png|svg))$",
        images.artwork,
        name="artwork",
    ),
    re_path(r"^public/oembed$", oembed.oembed, name="oembed"),
    re_path(
        rf"^(?:share/badge|sharebadge)/{ID}/?$",
        old_addresses.shared_award,
        name="old-share",
    ),
]
