"""Sign-in by another organisation (OpenID Connect, SAML): whom to believe, and how to go out."""

from typing import Any

import requests
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from accounts.models import User
from accounts.services.people import one_line
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

    def can_authenticate_by_email(self, login: SocialLogin, email: str) -> bool:
        """An account made with an address of the organisation's own domains is the same person's.
        Of other addresses it may say what it likes.
        """
        domains = login.provider.app.settings.get("verified_email")
        # The library knows `true` as well: all addresses. That is more than one of them can vouch
        # for.
        return isinstance(domains, list) and email.rpartition("@")[2].lower() in domains

    def populate_user(
        self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]
    ) -> User:
        user = super().populate_user(request, sociallogin, data)
        user.first_name, user.last_name = one_line(user.first_name), one_line(user.last_name)
        return user

    @transaction.atomic
    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        for address in sociallogin.email_addresses:
            address.verified = address.verified is True  # some send the word "false"
        user = super().save_user(request, sociallogin, form)
        actor = Actor(user=user, channel=Channel.WEB)
        record("user.signed-up", Subject("user", user.entity_id), actor=actor)
        return user
