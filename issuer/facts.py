"""From rows to the facts that Open Badges documents are built of. The rules of the documents live
in `ob`.
"""

from collections.abc import Mapping

from issuer.models import Assertion, BadgeClass, Issuer
from ob import facts


def issuer_facts(issuer: Issuer) -> facts.IssuerFacts:
    return facts.IssuerFacts(
        id=issuer.public_url,
        name=issuer.name,
        url=issuer.url,
        email=issuer.email,
        description=issuer.description or None,
        image=f"{issuer.public_url}/image" if issuer.image_digest else None,
        extensions=issuer.extensions,
    )


def badge_class_facts(badge_class: BadgeClass) -> facts.BadgeClassFacts:
    return facts.BadgeClassFacts(
        id=badge_class.public_url,
        issuer=badge_class.issuer.public_url,
        name=badge_class.name,
        description=badge_class.description,
        image=f"{badge_class.public_url}/image",
        criteria_url=badge_class.criteria_url or None,
        criteria_narrative=badge_class.criteria_narrative or None,
        tags=tuple(badge_class.tags),
        alignments=tuple(
            facts.Alignment(
                target_name=row["targetName"],
                target_url=row["targetUrl"],
                target_description=row.get("targetDescription") or None,
                target_framework=row.get("targetFramework") or None,
                target_code=row.get("targetCode") or None,
            )
            for row in badge_class.alignments
        ),
        extensions=badge_class.extensions,
    )


def assertion_facts(assertion: Assertion) -> facts.AssertionFacts:
    return facts.AssertionFacts(
        id=assertion.public_url,
        badge=assertion.badge_class.public_url,
        recipient=facts.RecipientFacts(
            type=assertion.recipient.type,
            identity=assertion.recipient.identity,
            hashed=assertion.hashed,
            salt=assertion.salt,
        ),
        issued_on=assertion.issued_on,
        expires=assertion.expires_at,
        image=f"{assertion.public_url}/image",
        narrative=assertion.narrative or None,
        evidence=tuple(map(evidence_facts, assertion.evidence)),
        extensions=assertion.extensions,
    )


def evidence_facts(row: Mapping[str, str]) -> facts.Evidence:
    """Our rows keep evidence under the API's names; the standard calls its address `id`."""
    told = dict(row)
    return facts.Evidence(id=told.pop("url", None), **told)
