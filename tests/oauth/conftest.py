"""A person with an app password, and the token endpoint as programs speak to it."""

import base64
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from oauth.models import Application
from oauth.services.applications import create_application
from tests.oauth.flows import CALLBACK, Dance
from tests.support.worlds import SERVER, app_password, person

FORM = "application/x-www-form-urlencoded"


class TokenEndpoint:
    """Raw bodies in, answers out; what every answer must be is asserted on each."""

    def __init__(self, peer: str = "203.0.113.7") -> None:
        self.client = Client(REMOTE_ADDR=peer)

    def post(self, body: bytes | str, content_type: str = FORM, path: str = "/o/token", **headers):
        answer = self.client.generic("POST", path, body, content_type, headers=headers)
        assert answer["Content-Type"] == "application/json"
        assert answer["Cache-Control"] == "no-store"
        assert answer["Pragma"] == "no-cache"
        assert isinstance(answer.json(), dict)
        return answer

    def form(self, **fields: str) -> Any:
        return self.post(urlencode(fields))

    def granted(self, **fields: str) -> dict[str, Any]:
        answer = self.form(**fields)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def json(self, body: Any) -> Any:
        return self.post(json.dumps(body), "application/json")

    def basic(self, credentials: str, **fields: str) -> Any:
        return self.post(urlencode(fields), authorization=basic(credentials))


def basic(credentials: str) -> str:
    return f"Basic {base64.b64encode(credentials.encode()).decode()}"


@pytest.fixture(autouse=True)
def fresh_cache():
    cache.clear()


@pytest.fixture
def endpoint() -> TokenEndpoint:
    return TokenEndpoint()


@pytest.fixture
def ada(db) -> User:
    return person()


@pytest.fixture
def secret(ada) -> str:
    return app_password(ada)[1]


@pytest.fixture
def sign_in(ada, secret) -> dict[str, str]:
    """What a program sends that knows no more than a user name and an app password."""
    return {"username": ada.email, "password": secret}


@pytest.fixture
def application(ada):
    """Makes applications; gives them with their secrets."""

    def make(**more: Any) -> tuple[Application, str]:
        facts = {"name": "LMS", "client_type": "confidential", "grants": ["password"]}
        return create_application(actor=SERVER, user=ada, **facts | more)

    return make


@pytest.fixture
def dance(endpoint, application, ada):
    """An app that may ask for people's consent, and Ada at her browser."""

    def make(**more: Any) -> Dance:
        facts = {"grants": ["authorization-code"], "redirect_uris": [CALLBACK]}
        return Dance(endpoint, *application(**facts | more), ada)

    return make
