"""System checks of our own, for `laurel check`."""

from typing import Any

from django.conf import settings
from django.core import checks


@checks.register(checks.Tags.security, deploy=True)
def check_public_address(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Badges are verified over https; only a practice server may go without."""
    if settings.LAUREL_TLS or settings.LAUREL_PRACTICE:
        return []
    return [
        checks.Warning(
            f"LAUREL_URL is {settings.LAUREL_URL}: badges, sign-ins and tokens travel in clear.",
            hint="Put a TLS proxy in front (docs/how-to/proxy.md) and set LAUREL_URL to https://…",
            id="laurel.W001",
        )
    ]


@checks.register()
def check_policies(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Settings with a fixed set of values have one of them."""
    if settings.LAUREL_ISSUER_CREATION in {"approved", "anyone"}:
        return []
    return [
        checks.Error(
            f"LAUREL_ISSUER_CREATION is {settings.LAUREL_ISSUER_CREATION!r}.",
            hint="Set it to `approved` or `anyone`.",
            id="laurel.E001",
        )
    ]
