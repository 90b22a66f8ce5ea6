"""A small world of rows for in-process tests: a person, their issuer, a badge class, awards."""

import json
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Any

from django.test import Client
from django.utils import timezone

from accounts.models import AppPassword, User
from accounts.services.app_passwords import create_app_password
from accounts.services.people import create_user
from activity.actors import Actor, Channel
from issuer.artwork import prepare
from issuer.models import Assertion, BadgeClass, Issuer, IssuerStaff, Role
from issuer.services.award_drafts import Award
from issuer.services.awards import award
from issuer.services.badge_classes import create_badge_class
from issuer.services.issuers import create_issuer
from oauth.models import AccessToken, Application
from oauth.queries import password_stamp
from tests.support.images import png
from tests.support.servers import PASSWORD

SERVER = Actor(user=None, channel=Channel.COMMAND)
PICTURE = prepare(png(120, 120))


def person(email: str = "ada@example.org", *, may_create: bool = True, **more: Any) -> User:
    user, _ = create_user(actor=SERVER, email=email, password=PASSWORD, **more)
    user.may_create_issuers = may_create
    user.save()
    return user


def acting(user: User) -> Actor:
    return Actor(user=user, channel=Channel.WEB)


def issuer_of(user: User, **more: Any) -> Issuer:
    facts = {"name": "University", "url": "https://university.example", "email": user.email}
    return create_issuer(actor=acting(user), **facts | more)


def badge_class_of(issuer: Issuer, **more: Any) -> BadgeClass:
    facts = {"name": "First steps", "description": "Took them.", "image": PICTURE}
    owner = IssuerStaff.objects.get(issuer=issuer, role=Role.OWNER).user
    return create_badge_class(actor=acting(owner), issuer=issuer, **facts | more)


def awarded(badge_class: BadgeClass, identity: str = "grace@example.org", **more: Any) -> Assertion:
    owner = IssuerStaff.objects.get(issuer=badge_class.issuer, role=Role.OWNER).user
    (made,) = award(
        actor=acting(owner), badge_class=badge_class, awards=[Award(identity=identity, **more)]
    )
    return made


def staff(issuer: Issuer, email: str, role: Role) -> User:
    user = person(email)
    IssuerStaff.objects.create(issuer=issuer, user=user, role=role)
    return user


def app_password(user: User, *scopes: str) -> tuple[AppPassword, str]:
    more = {"scopes": list(scopes)} if scopes else {}
    return create_app_password(actor=SERVER, user=user, name="tests", **more)


class API:
    """Django's test client with a bearer token."""

    def __init__(self, user: User, *scopes: str) -> None:
        _, secret = app_password(user, *scopes)
        self.client = Client()
        answer = self.client.post("/o/token", {"username": user.email, "password": secret})
        self.headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(path, headers=self.headers | headers)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        return self.client.generic(
            method,
            path,
            data=body if isinstance(body, bytes) else as_json(body),
            content_type="application/json",
            headers=self.headers | headers,
        )

    def post(self, path: str, body: Any, **headers: str) -> Any:
        return self.send("POST", path, body, **headers)

    def put(self, path: str, body: Any, **headers: str) -> Any:
        return self.send("PUT", path, body, **headers)

    def delete(self, path: str, body: Any = None) -> Any:
        return self.send("DELETE", path, body)


def as_json(body: Any) -> bytes:
    return b"" if body is None else json.dumps(body).encode()


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def bearer(user: User, *scopes: str) -> dict[str, str]:
    """The header of an access token with these very scopes, held by an application of its own."""
    secret = token_urlsafe(16)
    application = Application.objects.create(
        name="tests", allowed_scopes=list(scopes), approved_at=timezone.now()
    )
    AccessToken.objects.create(
        token=secret,
        user=user,
        application=application,
        scope=" ".join(scopes),
        sign_in=password_stamp(user),
        expires=timezone.now() + timedelta(hours=1),
    )
    return {"Authorization": f"Bearer {secret}"}
