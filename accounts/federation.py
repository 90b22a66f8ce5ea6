"""Sign-in by another organisation (OpenID Connect, SAML): whom to believe, and how to go out."""

from typing import Any

import requests
from allauth.account.models import EmailAddress
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base import Provider
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from accounts.domains import is_at_one_of
from accounts.models import User
from accounts.names import one_line
from accounts.queries import address_of_account
from accounts.services.addresses import forget_claims
from activity.actors import Actor, Channel
from activity.services import record
from activity.subjects import Subject
from net import OutboundError, fetch, parse_allow

SECONDS = 3.0  # a sign-in asks three times: where things are, for a token, and who it is


class Outbound(BaseAdapter):
    """What the requests library sends goes through `net`: public addresses only, bounded."""

    def send(self, request: requests.PreparedRequest, **_: Any) -> requests.Response:
        body = request.body.encode() if isinstance(request.body, str) else request.body
        try:
            found = fetch(
                str(request.url),
                method=str(request.method),
                headers=dict(request.headers),
                body=body,
                allow=parse_allow(settings.LAUREL_OUTBOUND_ALLOW),
                timeout=SECONDS,
            )
        except OutboundError as error:
            raise requests.ConnectionError(str(error), request=request) from error
        response = requests.Response()
        response.status_code, response.url, response.request = found.status, found.url, request
        response.headers = CaseInsensitiveDict(found.headers)
        response.encoding = "utf-8"
        response._content = found.body
        return response

    def close(self) -> None:
        """Every request has its own connection."""


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    def get_requests_session(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        for scheme in ("http://", "https://"):
            session.mount(scheme, Outbound())
        return session

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """Without those whose metadata would be fetched past `net` (SAML's `metadata_url`)."""
        found = super().list_apps(request, provider=provider, client_id=client_id)
        return [app for app in found if "metadata_url" not in app.settings.get("idp", {})]

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Whom an organisation vouches for is welcome, whatever `LAUREL_SIGNUP` says of others."""
        return True

    def is_email_verified(self, provider: Provider, email: str) -> bool:
        """By its domain alone no address is: in `populate_user` the organisation's word is asked
        for, too.
        """
        return False

    @transaction.atomic
    def authenticate_by_email(self, sociallogin: SocialLogin) -> tuple[User, str] | None:
        """Who has proved here the address that the organisation vouches for. Who merely claims it,
        to have its owner come into an account of theirs, has lost it.
        """
        for address in sociallogin.email_addresses:
            if address.verified:
                forget_claims(address.email)
                known = address_of_account(address.email)
                if known and known.verified:
                    return known.user, address.email
        return None

    def populate_user(
        self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]
    ) -> User:
        for address in sociallogin.email_addresses:
            told = says_verified(sociallogin.provider, address, data)
            address.verified = told and may_vouch_for(sociallogin.provider, address.email)
        user = super().populate_user(request, sociallogin, data)
        user.first_name, user.last_name = one_line(user.first_name), one_line(user.last_name)
        return user

    @transaction.atomic
    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        user = super().save_user(request, sociallogin, form)
        actor = Actor(user=user, channel=Channel.WEB)
        record("user.signed-up", Subject("user", user.entity_id), actor=actor)
        return user


def may_vouch_for(provider: Provider, email: str) -> bool:
    """Whether the address is at one of the domains that the operator named for the provider."""
    domains = provider.app.settings.get("verified_email")
    # The library knows `true` as well: all addresses. That is more than one can vouch for.
    return isinstance(domains, list) and is_at_one_of(email, map(str, domains))


def says_verified(provider: Provider, address: EmailAddress, told: dict[str, Any]) -> bool:
    """Whether the provider says that it has verified the address.

    OpenID Connect has a claim for it (Core 1.0, 5.1). SAML has none: that the provider signs the
    address is its word, unless an attribute beside it denies it.
    """
    if provider.id == "saml":
        return told.get("email_verified", True) is True
    return address.verified in (True, "true")  # some send a word, "false" as well
