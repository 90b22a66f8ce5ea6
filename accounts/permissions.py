"""What people may do on this server whatever their role at an issuer."""

from typing import Any

from django.conf import settings

from accounts.domains import is_at_one_of


def may_sign_up(email: str) -> bool:
    """`LAUREL_SIGNUP`: whether an account may be made for this address."""
    allowed = settings.LAUREL_SIGNUP
    return allowed == ["open"] or is_at_one_of(email, allowed)


def may_create_issuers(user: Any) -> bool:
    """`LAUREL_ISSUER_CREATION`: anyone, or administrators and whom they approved."""
    anyone = settings.LAUREL_ISSUER_CREATION == "anyone"
    return anyone or user.is_superuser or bool(getattr(user, "may_create_issuers", False))
