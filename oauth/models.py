"""The OAuth2 provider's rows, on django-oauth-toolkit's abstract models.

All six are ours because the library's tokens point at one another and must live in one app.
"""

import hashlib
import json
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.utils import timezone
from oauth2_provider.models import (
    AbstractAccessToken,
    AbstractApplication,
    AbstractDeviceGrant,
    AbstractGrant,
    AbstractIDToken,
    AbstractRefreshToken,
    ApplicationManager,
)

from accounts.models import AppPassword
from api.entity_ids import new_entity_id
from api.scopes import needs_approval
from oauth.redirects import is_registered

PUBLIC_CLIENT_ID = "public"  # the client of those who send a user name and an app password alone


class Applications(ApplicationManager):
    """With their developers: an app works while theirs is an open account."""

    def get_queryset(self) -> models.QuerySet["Application"]:
        return super().get_queryset().select_related("user")


class Application(AbstractApplication):
    """An app that connects. `grants` is the set of grant types it may use, `allowed_scopes` what it
    may ask for; of those the strong ones wait for an administrator's approval.
    """

    grants = models.JSONField(default=list)
    allowed_scopes = models.JSONField(default=list)
    website_url = models.URLField(blank=True)
    logo_url = models.URLField(blank=True)
    policy_url = models.URLField(blank=True)
    terms_url = models.URLField(blank=True)
    # What a registration says of itself (RFC 7591, 2): echoed, never acted upon.
    software_id = models.CharField(max_length=255, blank=True)
    software_version = models.CharField(max_length=255, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    disabled_at = models.DateTimeField(null=True, blank=True)
    # Then administrators alone enable it.
    disabled_by_administrator = models.BooleanField(default=False)

    objects = Applications()

    class Meta(AbstractApplication.Meta):
        pass

    def allows_grant_type(self, *grant_types: str) -> bool:
        return not set(self.grants).isdisjoint(grant_types)

    def redirect_uri_allowed(self, uri: str) -> bool:
        return is_registered(uri, self.redirect_uris.split())

    def is_usable(self, request: Any) -> bool:
        """The library asks this whenever it looks a client up."""
        return self.disabled_at is None and not self.developer_is_gone

    @property
    def developer_is_gone(self) -> bool:
        """Is the account of its developer closed? Those that nobody owns go on."""
        return self.user is not None and not self.user.is_active

    @property
    def is_public(self) -> bool:
        return bool(self.client_type == self.CLIENT_PUBLIC)

    @property
    def registered_itself(self) -> bool:
        """Nobody owns it (RFC 7591): administrators may disable it, nobody changes it."""
        return bool(self.registration_source == self.RegistrationSource.DCR)

    @property
    def permitted_scopes(self) -> list[str]:
        """What it may ask for today."""
        allowed: list[str] = self.allowed_scopes
        return [s for s in allowed if self.approved_at or not needs_approval(s)]

    @property
    def fingerprint(self) -> str:
        """Of all that an administrator looks at before approving: another name, address, way in or
        scope makes another.
        """
        seen = [self.name, self.client_type, self.redirect_uris, self.grants, self.allowed_scopes]
        return hashlib.sha256(json.dumps(seen).encode()).hexdigest()

    @property
    def domain(self) -> str:
        """Whose site it is, as far as it can be known: where its answers go."""
        uris = self.redirect_uris.split()
        return (urlsplit(uris[0]).hostname or "") if uris else ""


class AccessToken(AbstractAccessToken):
    """`app_password` names the app password that bought it: revoked with it. `sign_in` is the stamp
    of the person's password: what was given out on another is dead. So in all three here.
    `first_used_at` is kept for what a refresh made: its answer has arrived then.
    """

    sign_in = models.CharField(max_length=64, blank=True)
    first_used_at = models.DateTimeField(null=True, blank=True)
    entity_id = models.CharField(max_length=64, unique=True, default=new_entity_id, editable=False)
    app_password = models.ForeignKey(
        AppPassword, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )

    class Meta(AbstractAccessToken.Meta):
        pass


class RefreshToken(AbstractRefreshToken):
    """Keeps its own scope: a refresh may narrow the access token alone (RFC 6749, 6)."""

    sign_in = models.CharField(max_length=64, blank=True)
    scope = models.TextField(blank=True)
    app_password = models.ForeignKey(
        AppPassword, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )

    class Meta(AbstractRefreshToken.Meta):
        pass


class Grant(AbstractGrant):
    """An authorization code; `code` has its keyed digest alone. A redirect URI that the request
    named must come again at the exchange.
    """

    sign_in = models.CharField(max_length=64, blank=True)
    names_redirect_uri = models.BooleanField(default=True)

    class Meta(AbstractGrant.Meta):
        pass


class Consent(models.Model):
    """What a person has allowed an application. It is remembered while it is used."""

    entity_id = models.CharField(max_length=64, unique=True, default=new_entity_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="consents")
    scopes = models.JSONField(default=list)
    given_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "application"], name="one_consent_per_person_and_application"
            )
        ]

    def __str__(self) -> str:
        return f"Consent {self.entity_id}"


class IDToken(AbstractIDToken):
    class Meta(AbstractIDToken.Meta):
        pass


class DeviceGrant(AbstractDeviceGrant):
    class Meta(AbstractDeviceGrant.Meta):
        pass
