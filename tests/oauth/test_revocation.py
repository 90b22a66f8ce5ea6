"""POST /o/revoke_token (RFC 7009): a client ends what it was given."""

import pytest
from django.test import Client

from oauth.models import AccessToken, RefreshToken
from tests.oauth.conftest import basic
from tests.oauth.flows import opens

PATH = "/o/revoke_token"


def revoke(lms, token: str, path: str = PATH, **more: str | None):
    return lms.present(token, path, **more)


@pytest.fixture
def lms(dance):
    return dance()


@pytest.fixture
def token(lms):
    return lms.token("r:issuer", scope="r:issuer")


@pytest.mark.parametrize("path", [PATH, PATH + "/"])
@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
@pytest.mark.parametrize("hint", [None, "access_token", "refresh_token", "other"])
def test_either_ends_both(lms, token, path, kind, hint):
    answer = revoke(lms, token[kind], path, token_type_hint=hint)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer
    assert opens(token) == 401
    assert lms.refresh(token).status_code == 400


def test_a_used_refresh_token_ends_its_successors(lms, token):
    fresh = lms.refresh(token).json()
    assert revoke(lms, token["refresh_token"]).status_code == 200
    assert opens(fresh) == 401
    assert lms.refresh(fresh).status_code == 400


def test_another_sign_in_goes_on(lms, token):
    other = lms.token("r:issuer", scope="r:issuer")
    revoke(lms, token["access_token"])
    assert opens(other) == 200


@pytest.mark.parametrize("value", ["unknown", "x" * 9000, "ü"])
def test_an_unknown_token(lms, value):
    assert revoke(lms, value).status_code == 200


def test_twice(lms, token):
    assert [revoke(lms, token["access_token"]).status_code for _ in range(2)] == [200, 200]


def test_another_clients_token_lives_on(lms, token, dance):
    for kind in ("access_token", "refresh_token"):
        assert revoke(dance(), token[kind]).status_code == 200
    assert opens(token) == 200


def test_basic_credentials(lms, token):
    answer = lms.endpoint.client.post(
        PATH,
        {"token": token["access_token"]},
        headers={"Authorization": basic(f"{lms.application.client_id}:{lms.secret}")},
    )
    assert answer.status_code == 200
    assert opens(token) == 401


@pytest.mark.parametrize(
    "client",
    [{"client_secret": "wrong"}, {"client_secret": None}, {"client_id": "unknown"}],
)
def test_wrong_credentials(lms, token, client):
    answer = revoke(lms, token["access_token"], **client)
    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})
    assert answer["WWW-Authenticate"] == 'Basic realm="laurel"'
    assert opens(token) == 200


def test_a_public_client_names_itself(dance):
    native = dance(client_type="public")
    token = native.token("r:issuer", scope="r:issuer")
    assert revoke(native, token["refresh_token"], client_secret=None).status_code == 200
    assert opens(token) == 401


def test_programs_with_an_app_password_send_the_token_alone(endpoint, sign_in):
    token = endpoint.granted(**sign_in)
    assert Client().post(PATH, {"token": token["access_token"]}).status_code == 200
    assert not AccessToken.objects.exists()
    assert not RefreshToken.objects.filter(revoked=None).exists()


def test_no_token(lms):
    answer = revoke(lms, "")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_not_in_the_query(lms, token):
    assert revoke(lms, "x", f"{PATH}?token={token['access_token']}").status_code == 400
    assert opens(token) == 200


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_other_methods(db, method):
    answer = getattr(Client(), method)(PATH)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")


def test_guessing_secrets_is_slowed_down(lms):
    answers = [revoke(lms, "x", client_secret=str(n)).status_code for n in range(31)]
    assert answers == [401] * 30 + [429]
