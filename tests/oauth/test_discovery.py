"""What clients find at /.well-known/ (RFC 8414)."""

from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import resolve

from api.scopes import BADGE_CONNECT, SCOPES


def test_metadata(db):
    answer = Client().get("/.well-known/oauth-authorization-server")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    assert answer["Access-Control-Allow-Origin"] == "*"
    told = answer.json()
    assert told["issuer"] == "http://localhost:8000"
    assert told["scopes_supported"] == [*SCOPES, *BADGE_CONNECT]
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert told["authorization_response_iss_parameter_supported"] is True
    assert told["grant_types_supported"] == [
        "authorization_code", "client_credentials", "password", "refresh_token",
    ]  # fmt: skip


def test_every_address_answers(db):
    told = Client().get("/.well-known/oauth-authorization-server").json()
    addresses = [value for name, value in told.items() if name.endswith("_endpoint")]
    assert len(addresses) >= 4
    for address in addresses:
        assert address.startswith("http://localhost:8000/o/")
        assert resolve(urlsplit(address).path)


@pytest.mark.parametrize("name", ["badgeconnect.json", "oauth-authorization-server"])
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_other_methods(db, name, method):
    answer = getattr(Client(enforce_csrf_checks=True), method)(f"/.well-known/{name}")
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
    assert answer["Content-Type"] == "application/json"
    assert answer.json()["error"] == "invalid_request"


@pytest.mark.parametrize("name", ["badgeconnect.json", "oauth-authorization-server"])
def test_head(db, name):
    assert Client().head(f"/.well-known/{name}").status_code == 200
