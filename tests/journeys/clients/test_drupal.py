"""Drupal's badgr_api module (clients.md 1, 2; badgr-api.md 11): whole objects with nulls for what
the server is to say, forms and JSON on PUT, a body on DELETE.

Its own sign-in at /api-auth/token and `Authorization: Token` are declined here (badgr-api.md 9):
the site has a bearer token.
"""

import httpx
import pytest

from tests.support.clients import APIClient
from tests.support.images import data_uri, png
from tests.support.servers import OWNER, Server

ISSUER = {
    "entityType": "Issuer",
    "entityId": None,
    "openBadgeId": None,
    "createdAt": "2026-01-02T03:04:05+00:00",
    "createdBy": None,
    "name": "Drupal School",
    "image": None,
    "email": OWNER,
    "description": "Teaches",
    "url": "https://drupal.example",
}
BADGE_CLASS = {
    "entityType": "BadgeClass",
    "entityId": None,
    "openBadgeId": None,
    "createdAt": "2026-01-02T03:04:05+00:00",
    "createdBy": None,
    "issuerOpenBadgeId": None,
    "name": "First steps",
    "image": data_uri(png()),
    "description": "Took them.",
    "criteriaUrl": None,
    "criteriaNarrative": "Take a step.",
    "alignments": [],
    "tags": ["walking"],
}


class Drupal:
    """Guzzle: a failure is an exception, success is 200, 201 or 204."""

    def __init__(self, url: str, authorization: str) -> None:
        self.url, self.headers = url, {"Authorization": authorization}

    def send(self, method: str, path: str, **body: object) -> dict | None:
        answer = httpx.request(method, f"{self.url}/v2{path}", headers=self.headers, **body)
        answer.raise_for_status()
        assert answer.status_code in {200, 201, 204}
        return None if answer.status_code == 204 else answer.json()["result"][0]


@pytest.fixture
def drupal(server: Server, admin: APIClient) -> Drupal:
    return Drupal(server.url, f"Bearer {admin.token['access_token']}")


@pytest.fixture
def made(drupal: Drupal) -> dict[str, dict]:
    issuer = drupal.send("POST", "/issuers", json=ISSUER)
    body = BADGE_CLASS | {"issuer": issuer["entityId"]}
    return {"issuers": issuer, "badgeclasses": drupal.send("POST", "/badgeclasses", json=body)}


def test_nulls_and_moments_of_its_own_are_not_taken(made):
    issuer, badge_class = made["issuers"], made["badgeclasses"]
    assert len(issuer["entityId"]) == len(badge_class["entityId"]) == 22
    assert issuer["createdAt"] > "2026-01-03"
    assert issuer["createdBy"]
    assert badge_class["issuer"] == issuer["entityId"]
    assert badge_class["issuerOpenBadgeId"] == issuer["openBadgeId"]
    assert badge_class["tags"] == ["walking"]


@pytest.mark.parametrize("encoding", ["json", "data", "files"], ids=["json", "form", "multipart"])
@pytest.mark.parametrize("kind", ["issuers", "badgeclasses"])
def test_puts_in_every_encoding(drupal: Drupal, made, kind, encoding):
    """PHP's forms leave out nulls and lists; the image is the address it has read."""
    before = made[kind]
    texts = {name: value for name, value in before.items() if isinstance(value, str)}
    change = {"name": "Ünïcode & more", "description": "a=b; c+d%20"}
    body = texts | change
    if encoding == "files":
        body = {name: (None, value) for name, value in body.items()}
    path = f"/{kind}/{before['entityId']}"
    assert drupal.send("PUT", path, **{encoding: body}) == before | change
    assert drupal.send("GET", path) == before | change


def test_deletes_with_a_body(drupal: Drupal, made):
    for kind in ("badgeclasses", "issuers"):
        body = {"entityType": made[kind]["entityType"], "entityId": made[kind]["entityId"]}
        path = f"/{kind}/{made[kind]['entityId']}"
        assert drupal.send("DELETE", path, json=body) is None
        with pytest.raises(httpx.HTTPStatusError, match="404"):
            drupal.send("GET", path)


def test_its_old_header_is_declined(server: Server, admin: APIClient):
    old = Drupal(server.url, f"Token {admin.token['access_token']}")
    with pytest.raises(httpx.HTTPStatusError, match="401") as refused:
        old.send("POST", "/issuers", json=ISSUER)
    assert refused.value.response.json()["status"]["success"] is False
