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


POLICIES = {
    "LAUREL_ISSUER_CREATION": ("approved", "anyone"),
    "LAUREL_APP_CREATION": ("approved", "anyone", "administrators"),
}


@checks.register()
def check_policies(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Settings with a fixed set of values have one of them, numbers are in their range."""
    found = []
    for name, values in POLICIES.items():
        value = getattr(settings, name)
        if value not in values:
            found.append(
                checks.Error(
                    f"{name} is {value!r}.",
                    hint=f"Set it to `{'` or `'.join(values)}`.",
                    id="laurel.E001",
                )
            )
    if settings.LAUREL_REFRESH_TOKEN_DAYS < 2:  # one day is the access token's own
        found.append(
            checks.Error(
                f"LAUREL_REFRESH_TOKEN_DAYS is {settings.LAUREL_REFRESH_TOKEN_DAYS}.",
                hint="Set it to at least 2.",
                id="laurel.E002",
            )
        )
    return found
