"""The authorization-code dance in process: an app, a person at a browser, PKCE."""

import base64
import hashlib
import secrets
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from django.test import Client

from accounts.models import User
from oauth.models import Application

CALLBACK = "https://app.example/callback"


def challenge_of(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


class Dance:
    """One app and one person. Each step can be bent by what a test passes."""

    path = "/o/authorize"

    def __init__(self, endpoint: Any, application: Application, secret: str, user: User) -> None:
        self.endpoint, self.application, self.secret = endpoint, application, secret
        self.browser = Client()
        self.browser.force_login(user)
        self.verifier = secrets.token_urlsafe(48)

    def request(self, **more: str | None) -> str:
        """The address that the app sends the browser to; None leaves a parameter out."""
        parameters = {
            "response_type": "code",
            "client_id": self.application.client_id,
            "redirect_uri": CALLBACK,
            "scope": "r:profile rw:backpack",
            "state": "xyz",
            "code_challenge": challenge_of(self.verifier),
            "code_challenge_method": "S256",
        } | more
        return f"{self.path}?{urlencode({k: v for k, v in parameters.items() if v is not None})}"

    def visit(self, **more: str | None) -> Any:
        return self.browser.get(self.request(**more))

    def allow(self, *scopes: str, form: dict[str, Any] | None = None, **more: str | None) -> Any:
        data = {"decision": "allow", "scopes": scopes or ["r:profile", "rw:backpack"]}
        return self.browser.post(self.request(**more), data | (form or {}))

    def code(self, *scopes: str, **more: Any) -> str:
        return told(self.allow(*scopes, **more))["code"]

    def present(self, token: str, path: str, **more: str | None) -> Any:
        """The app asks about a token, or ends it; None leaves a parameter out."""
        fields = {
            "token": token,
            "client_id": self.application.client_id,
            "client_secret": self.secret,
        } | more
        sent = {name: value for name, value in fields.items() if value is not None}
        return Client(enforce_csrf_checks=True, REMOTE_ADDR="203.0.113.9").post(path, sent)

    def exchange(self, code: str, **more: str | None) -> Any:
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "client_id": self.application.client_id,
            "client_secret": self.secret or None,
            "code_verifier": self.verifier,
        } | more
        return self.endpoint.form(**{k: v for k, v in fields.items() if v is not None})

    def token(self, *scopes: str, **more: Any) -> dict[str, Any]:
        answer = self.exchange(self.code(*scopes, **more))
        assert answer.status_code == 200, answer.content
        return answer.json()

    def refresh(self, token: dict[str, Any]) -> Any:
        return self.endpoint.form(
            grant_type="refresh_token",
            refresh_token=token["refresh_token"],
            client_id=self.application.client_id,
            client_secret=self.secret,
        )


def told(answer: Any, to: str = CALLBACK) -> dict[str, str]:
    """What the app is told by where the browser is sent."""
    assert answer.status_code == 303, answer.content
    base, _, query = answer["Location"].partition("?")
    assert base == to
    found = parse_qs(query, strict_parsing=True)
    assert all(len(values) == 1 for values in found.values())
    return {name: values[0] for name, values in found.items()}


def asked_to_sign_in(answer: Any) -> bool:
    return answer.status_code == 302 and urlsplit(answer["Location"]).path == "/accounts/login/"


def opens(token: dict[str, Any], path: str = "/v2/issuers") -> int:
    bearer = {"Authorization": f"Bearer {token['access_token']}"}
    return Client().get(path, headers=bearer).status_code
