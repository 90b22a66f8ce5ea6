"""The OAuth2 provider's rows, on django-oauth-toolkit's abstract models.

All six are ours because the library's tokens point at one another and must live in one app.
"""

from django.db import models
from oauth2_provider.models import (
    AbstractAccessToken,
    AbstractApplication,
    AbstractDeviceGrant,
    AbstractGrant,
    AbstractIDToken,
    AbstractRefreshToken,
)

from accounts.models import AppPassword

PUBLIC_CLIENT_ID = "public"  # the client of those who send a user name and an app password alone


class Application(AbstractApplication):
    """An app that connects. `grants` is the set of grant types it may use, `allowed_scopes` what it
    may ask for.
    """

    grants = models.JSONField(default=list)
    allowed_scopes = models.JSONField(default=list)

    class Meta(AbstractApplication.Meta):
        pass

    def allows_grant_type(self, *grant_types: str) -> bool:
        return not set(self.grants).isdisjoint(grant_types)


class AccessToken(AbstractAccessToken):
    """`app_password` names the app password that bought it: revoked with it."""

    app_password = models.ForeignKey(
        AppPassword, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )

    class Meta(AbstractAccessToken.Meta):
        pass


class RefreshToken(AbstractRefreshToken):
    """Keeps its own scope: a refresh may narrow the access token alone (RFC 6749, 6)."""

    scope = models.TextField(blank=True)
    app_password = models.ForeignKey(
        AppPassword, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )

    class Meta(AbstractRefreshToken.Meta):
        pass


class Grant(AbstractGrant):
    class Meta(AbstractGrant.Meta):
        pass


class IDToken(AbstractIDToken):
    class Meta(AbstractIDToken.Meta):
        pass


class DeviceGrant(AbstractDeviceGrant):
    class Meta(AbstractDeviceGrant.Meta):
        pass
