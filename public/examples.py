"""The public documents of the API description's one university, badge and award. Tests hold them to
the standard.
"""

from typing import Any

from api.envelope import failure
from api.errors import NOT_FOUND
from issuer.api import examples

CONTEXT = "https://w3id.org/openbadges/v2"
ISSUER: dict[str, Any] = {
    "@context": CONTEXT,
    "type": "Issuer",
    "id": examples.ISSUER["openBadgeId"],
    **examples.ISSUER_TOLD,
}
BADGE_CLASS: dict[str, Any] = {
    "@context": CONTEXT,
    "type": "BadgeClass",
    "id": examples.BADGE_CLASS["openBadgeId"],
    "issuer": ISSUER["id"],
    "name": examples.BADGE_CLASS["name"],
    "description": examples.BADGE_CLASS["description"],
    "image": f"{examples.BADGE_CLASS['openBadgeId']}/image",
    "criteria": {
        "id": f"{examples.BADGE_CLASS['openBadgeId']}/criteria",
        "narrative": examples.BADGE_CLASS["criteriaNarrative"],
    },
    "tags": examples.BADGE_CLASS["tags"],
}
ASSERTION: dict[str, Any] = {
    "@context": CONTEXT,
    "type": "Assertion",
    "id": examples.ASSERTION["openBadgeId"],
    "recipient": {
        name: examples.ASSERTION["recipient"][name]
        for name in ("type", "identity", "hashed", "salt")
    },
    "badge": BADGE_CLASS["id"],
    "verification": {"type": "HostedBadge"},
    "issuedOn": "2026-01-31T12:00:00+00:00",
    "expires": "2028-01-31T12:00:00+00:00",
    "image": examples.ASSERTION["image"],
    "narrative": examples.ASSERTION["narrative"],
}
DOCUMENTS = {"issuers": ISSUER, "badges": BADGE_CLASS, "assertions": ASSERTION}
REVOKED: dict[str, Any] = {
    "@context": CONTEXT,
    "type": "Assertion",
    "id": ASSERTION["id"],
    "revoked": True,
    "revocationReason": examples.REVOCATION_TOLD["revocation_reason"],
}
FRAME = (
    f'<iframe src="{ASSERTION["id"]}?embedVersion=2" title="{BADGE_CLASS["name"]}" width="640"'
    ' height="420" frameborder="0" loading="lazy"></iframe>'
)
OEMBED: dict[str, Any] = {
    "type": "rich",
    "version": "1.0",
    "title": BADGE_CLASS["name"],
    "author_name": ISSUER["name"],
    "author_url": ISSUER["id"],
    "provider_name": "Laurel",
    "provider_url": "https://badges.northfield.example",
    "thumbnail_url": "https://badges.northfield.example/media/artwork/5a0c/square.png",
    "thumbnail_width": 200,
    "thumbnail_height": 200,
    "width": 640,
    "height": 420,
    "html": FRAME,
}
FAILURES = {
    "400": failure("bad request", validation_errors=["invalid image type: gif"]),
    "400 version": failure("bad request", validation_errors=["Invalid OpenBadges version"]),
    "404": failure(NOT_FOUND),
    "410": failure("revoked", validation_errors=["This award is revoked."]),
    "501": failure("not implemented", validation_errors=["Only the format json is known."]),
}
