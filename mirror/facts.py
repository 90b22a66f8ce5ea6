"""From rows to what an adapter sends, and its digest. Reads the class's image from storage."""

import dataclasses

import orjson
from django.core.files.storage import default_storage
from django.utils.crypto import salted_hmac

from issuer.models import Assertion, BadgeClass
from mirror.contract import AwardFacts, BadgeClassFacts

IMAGE_TYPES = {"png": "image/png", "svg": "image/svg+xml"}


def badge_class_facts(badge_class: BadgeClass) -> BadgeClassFacts:
    image = b""
    if badge_class.image_digest:
        with default_storage.open(badge_class.image_file()) as file:
            image = file.read()
    expires = None
    if badge_class.expires_amount:
        expires = badge_class.expires_amount, badge_class.expires_duration
    return BadgeClassFacts(
        name=badge_class.name,
        description=badge_class.description,
        criteria_url=badge_class.criteria_url,
        criteria_narrative=badge_class.criteria_narrative,
        tags=list(badge_class.tags),
        alignments=list(badge_class.alignments),
        expires=expires,
        extensions=badge_class.extensions,
        image=image,
        image_type=IMAGE_TYPES.get(badge_class.image_kind, ""),
    )


def award_facts(assertion: Assertion) -> AwardFacts:
    return AwardFacts(
        identity=assertion.recipient.identity,
        identity_type=assertion.recipient.type,
        hashed=assertion.hashed,
        issued_on=assertion.issued_on,
        expires=assertion.expires_at,
        narrative=assertion.narrative,
        evidence=list(assertion.evidence),
        extensions=assertion.extensions,
    )


def digest_of(facts: AwardFacts | BadgeClassFacts) -> str:
    """Keyed: from a stolen database nobody can guess whom an award is for."""
    content = orjson.dumps(
        dataclasses.asdict(facts), default=bytes.hex, option=orjson.OPT_SORT_KEYS
    )
    return salted_hmac("laurel.mirror.digest", content, algorithm="sha256").hexdigest()


def texts_of(assertion: Assertion) -> list[str]:
    """What a remote may quote in a refusal and nobody may keep: personal data has one home."""
    told = [assertion.recipient.identity, assertion.identity_given, assertion.recipient_name]
    told += [assertion.narrative, assertion.revocation_reason]
    told += [
        value for row in assertion.evidence for value in row.values() if isinstance(value, str)
    ]
    return sorted(filter(None, told), key=len, reverse=True)
