"""People as `/v2` and `/v1` show them (badgr-api.md 2.6, 8). Every key is always present."""

from datetime import UTC
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings

from accounts.links import address_id
from accounts.models import TermsVersion, User
from accounts.queries import latest_terms


def profile(user: User) -> dict[str, Any]:
    """A person among the staff of an issuer. Reads `emailaddress_set`: prefetch it for many."""
    return {
        "entityType": "BadgeUser",
        "entityId": user.entity_id,
        "firstName": user.first_name,
        "lastName": user.last_name,
        "emails": [
            {
                "email": address.email,
                "verified": address.verified,
                "primary": address.primary,
                "caseVariants": [],
            }
            for address in user.emailaddress_set.all()
        ],
        "url": [],
        "telephone": [],
        "badgrDomain": settings.LAUREL_URL.partition("://")[2],
    }


def whole_profile(user: User, terms: TermsVersion | None) -> dict[str, Any]:
    """What one sees of oneself."""
    latest = terms.version if terms else 0
    return profile(user) | {
        "agreedTermsVersion": user.agreed_terms_version,
        "hasAgreedToLatestTermsVersion": user.agreed_terms_version >= latest,
        "marketingOptIn": user.marketing_opt_in,
        "hasPasswordSet": user.has_usable_password(),
        "recipient": {"type": "email", "identity": user.email},
    }


def profile_of_another(user: User, terms: TermsVersion | None) -> dict[str, Any]:
    """The same without addresses, for administrators' programs."""
    shown = whole_profile(user, terms)
    del shown["emails"]
    return shown


def terms_at_root(terms: TermsVersion | None) -> dict[str, Any]:
    """What stands beside `result` in answers about oneself."""
    return {
        "latestTermsVersion": terms.version if terms else 0,
        "latestTermsDescription": terms.short_description if terms else "",
    }


def terms_object(terms: TermsVersion) -> dict[str, Any]:
    return {
        "entityType": "TermsVersion",
        "version": terms.version,
        "shortDescription": terms.short_description,
        "created": terms.created_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "updated": terms.updated_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
    }


def profile_v1(user: User) -> dict[str, Any]:
    """A person in the names of v1 (badgr-api.md 2.5)."""
    return {
        "slug": user.entity_id,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
        "url": [],
        "telephone": [],
    }


def whole_profile_v1(user: User) -> dict[str, Any]:
    terms = latest_terms()
    return profile_v1(user) | {
        "agreed_terms_version": user.agreed_terms_version,
        "latest_terms_version": terms.version if terms else 0,
        "marketing_opt_in": user.marketing_opt_in,
        "has_password_set": user.has_usable_password(),
    }


def address_v1(address: EmailAddress) -> dict[str, Any]:
    return {
        "id": address_id(address),
        "email": address.email,
        "verified": address.verified,
        "primary": address.primary,
        "variants": [],
    }
