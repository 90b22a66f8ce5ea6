"""What BadgeFactor 2 and badgrclient send about people, and what they read (clients.md 2)."""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from accounts.models import User
from tests.support.worlds import API

PASSWORDS = ["a-compiler-9-wrote-this", "it-was-a-moth-7-again"]
pytestmark = pytest.mark.django_db


def test_badgefactor2():
    person = {
        "first_name": "Grace",
        "last_name": "Hopper",
        "email": "grace@example.org",
        "url": "",
        "telephone": "",
        "slug": "",
        "agreed_terms_version": 1,
        "marketing_opt_in": False,
        "has_password_set": False,
        "source": "bf2",
        "password": PASSWORDS[0],
    }
    made = Client().post("/v1/user/profile", person, "application/json")
    assert made.status_code == 201
    EmailAddress.objects.update(verified=True)
    api = API(User.objects.get(), "rw:profile")
    path = f"/v2/users/{made.json()['slug']}"
    (shown,) = api.get(path).json()["result"]
    assert shown["recipient"] == {"type": "email", "identity": "grace@example.org"}
    assert shown["emails"][0]["verified"] is True
    changed = {"firstName": "Grace B.", "lastName": "Hopper",
               "emails": [{"email": "grace@example.org", "primary": True}]}  # fmt: skip
    (shown,) = api.put(path, changed).json()["result"]
    assert shown["firstName"] == "Grace B."
    new = {"password": PASSWORDS[1], "currentPassword": PASSWORDS[0]}
    answer = api.put("/v2/users/self", new)
    assert answer.status_code == 200
    assert answer.json()["status"]["success"] is True


def test_badgrclient():
    """Its own command to register a user; it reads JSON from every answer."""
    body = {
        "first_name": "Grace",
        "last_name": "Hopper",
        "email": "grace@example.org",
        "agreed_terms_service": True,
        "marketing_opt_in": False,
        "password": PASSWORDS[0],
    }
    made = Client().post("/v1/user/profile", body, "application/json")
    assert (made.status_code, made.json()["email"]) == (201, "grace@example.org")
    refused = Client().post("/v1/user/profile", body | {"password": "x"}, "application/json")
    assert (refused.status_code, list(refused.json())) == (400, ["password"])
