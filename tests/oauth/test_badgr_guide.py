"""Badgr's developer guide, step by step and word for word, on our host."""

from urllib.parse import quote, urlencode

import pytest
from django.test import Client

from tests.oauth.conftest import basic
from tests.oauth.flows import CALLBACK, told
from tests.support.worlds import issuer_of

SCOPE = "r:profile rw:issuer r:backpack"


@pytest.fixture
def badgr(dance, ada):
    issuer_of(ada)
    return dance()


def code(badgr) -> str:
    """1. The link that the guide shows: no response_type, no PKCE, blanks between scopes."""
    client_id, back = badgr.application.client_id, quote(CALLBACK, safe="")
    link = f"/auth/oauth2/authorize?client_id={client_id}&redirect_uri={back}&scope={quote(SCOPE)}"
    assert badgr.browser.get(link).status_code == 200
    decision = {"decision": "allow", "scopes": SCOPE.split(), "reach": "all"}
    return told(badgr.browser.post(link, decision))["code"]


def exchange(badgr, authorization: str | None = None, **credentials: str):
    """2. POST /o/token."""
    fields = {"grant_type": "authorization_code", "code": code(badgr), "redirect_uri": CALLBACK}
    headers = {"authorization": authorization} if authorization else {}
    return badgr.endpoint.post(urlencode(fields | credentials), **headers)


def test_with_credentials_in_the_body_and_ever_after(badgr):
    credentials = {"client_id": badgr.application.client_id, "client_secret": badgr.secret}
    answer = exchange(badgr, **credentials)
    assert answer.status_code == 200
    token = answer.json()
    assert set(token) == {"access_token", "token_type", "expires_in", "refresh_token", "scope"}
    assert (token["token_type"], token["expires_in"]) == ("Bearer", 86400)
    assert token["scope"] == SCOPE

    def issuers(token: dict) -> list[str]:
        """3. The API, with the token in the header."""
        bearer = {"Authorization": f"Bearer {token['access_token']}"}
        answer = Client().get("/v2/issuers", headers=bearer)
        assert answer.status_code == 200
        return [issuer["name"] for issuer in answer.json()["result"]]

    assert issuers(token) == ["University"]
    bearer = {"Authorization": f"Bearer {token['access_token']}"}
    profile = Client().get("/v2/user/profile", headers=bearer)
    assert profile.status_code == 200
    assert profile.json()["result"][0]["emails"][0]["email"] == "ada@example.org"
    answer = badgr.endpoint.form(
        grant_type="refresh_token", refresh_token=token["refresh_token"], **credentials
    )
    assert answer.status_code == 200
    fresh = answer.json()
    assert set(fresh) == set(token)
    assert issuers(fresh) == ["University"]


def test_with_basic_credentials(badgr):
    answer = exchange(badgr, basic(f"{badgr.application.client_id}:{badgr.secret}"))
    assert answer.status_code == 200


def test_with_no_credentials(badgr):
    answer = exchange(badgr)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
