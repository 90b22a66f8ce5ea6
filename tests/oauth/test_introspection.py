"""POST /o/introspect (RFC 7662): what a client may know of a token, its own alone."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

PATH = "/o/introspect"
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
DEAD = {"active": False}


def ask(lms, token: str, path: str = PATH, **more: str | None):
    return lms.present(token, path, **more)


def known(lms, token: str) -> dict:
    answer = ask(lms, token)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    return answer.json()


@pytest.fixture
def lms(dance, time_machine):
    time_machine.move_to(NOW, tick=False)
    return dance()


@pytest.fixture
def token(lms):
    return lms.token("r:issuer", scope="r:issuer")


@pytest.mark.parametrize("path", [PATH, PATH + "/"])
def test_an_access_token(lms, token, ada, path):
    assert ask(lms, token["access_token"], path).json() == {
        "active": True,
        "scope": "r:issuer",
        "client_id": lms.application.client_id,
        "token_type": "Bearer",
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 86400,
        "iss": "http://localhost:8000",
        "sub": ada.entity_id,
    }


def test_a_refresh_token(lms, token):
    told = known(lms, token["refresh_token"])
    assert (told["active"], told["scope"]) == (True, "r:issuer")
    assert "token_type" not in told


def test_what_is_no_more(lms, token, time_machine):
    fresh = lms.refresh(token).json()
    assert known(lms, token["refresh_token"]) == DEAD
    assert known(lms, token["access_token"]) == DEAD
    time_machine.move_to(NOW + timedelta(days=1), tick=False)
    assert known(lms, fresh["access_token"]) == DEAD
    assert known(lms, fresh["refresh_token"])["active"]
    time_machine.move_to(NOW + timedelta(days=180), tick=False)
    assert known(lms, fresh["refresh_token"]) == DEAD


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_a_changed_password(lms, token, ada, kind):
    ada.set_password("another-horse-9-battery")
    ada.save()
    assert known(lms, token[kind]) == DEAD


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_another_clients(lms, token, dance, kind):
    assert known(dance(), token[kind]) == DEAD


@pytest.mark.parametrize("value", ["unknown", "x" * 9000, "ü"])
def test_an_unknown_one(lms, value):
    assert known(lms, value) == DEAD


@pytest.mark.parametrize(
    "client",
    [{"client_secret": "wrong"}, {"client_secret": None}, {"client_id": None},
     {"client_id": "public", "client_secret": ""}, {"client_id": "public", "client_secret": None}],
)  # fmt: skip
def test_only_who_proves_who_they_are(lms, token, client):
    answer = ask(lms, token["access_token"], **client)
    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})


def test_a_public_client_cannot(dance):
    native = dance(client_type="public")
    token = native.token("r:issuer", scope="r:issuer")
    assert ask(native, token["access_token"], client_secret=None).status_code == 401
    assert ask(native, token["access_token"], client_secret="").status_code == 401


def test_no_token(lms):
    assert ask(lms, "").status_code == 400


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_other_methods(db, method):
    assert getattr(Client(), method)(PATH).status_code == 405
