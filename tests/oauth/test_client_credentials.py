"""POST /o/token with grant_type=client_credentials: an application acts as its own user."""

import pytest
from django.test import Client

from oauth.models import RefreshToken
from tests.support.worlds import issuer_of, person

GRANT = {"grant_type": "client_credentials"}


@pytest.fixture
def granted(endpoint, application):
    """Asks for a token of a new application with these scopes."""

    def ask(scopes: str, **fields: str):
        app, secret = application(grants=["client-credentials"], scopes=scopes.split())
        return endpoint.basic(f"{app.client_id}:{secret}", **GRANT, **fields)

    return ask


def bearer(answer) -> dict[str, str]:
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def test_it_acts_as_the_applications_user(granted, ada):
    issuer = issuer_of(person("grace@example.org"))
    mine = issuer_of(ada, name="Mine")
    answer = granted("r:issuer", scope="r:issuer")
    rows = Client().get("/v2/issuers", headers=bearer(answer)).json()["result"]
    assert [row["entityId"] for row in rows] == [mine.entity_id]
    assert issuer.entity_id not in answer.content.decode()


def test_there_is_no_refresh_token(granted):
    answer = granted("rw:issuer", scope="rw:issuer")
    assert set(answer.json()) == {"access_token", "expires_in", "token_type", "scope"}
    assert not RefreshToken.objects.exists()


@pytest.mark.parametrize("scopes", ["r:profile rw:issuer", "rw:profile"])
def test_without_scope_it_is_r_profile(granted, scopes):
    answer = granted(scopes)
    assert answer.json()["scope"] == "r:profile"
    assert Client().get("/v2/issuers", headers=bearer(answer)).status_code == 403


@pytest.mark.parametrize(
    ("scopes", "asked"),
    [
        ("rw:issuer rw:profile", "rw:issuer  rw:profile"),
        ("rw:issuer", "r:issuer"),
        ("rw:issuer", "rw:issuer:abc"),
        ("rw:issuer:*", "rw:issuer:abc rw:issuer:def"),
    ],
)
def test_what_is_allowed_is_granted(granted, scopes, asked):
    assert granted(scopes, scope=asked).json()["scope"].split() == asked.split()


@pytest.mark.parametrize(
    ("scopes", "asked"),
    [
        ("r:issuer", "rw:issuer"),
        ("rw:issuer", "rw:issuer rw:backpack"),
        ("rw:issuer", "nonsense"),
        ("rw:issuer:*", "rw:issuer:*"),
        ("rw:issuer", "rw:issuer:*"),
        ("rw:issuer:*", "rw:issuer"),
        ("rw:issuer:*", "r:issuer"),
        ("rw:issuer", ""),
    ],
)
def test_what_is_not_allowed_is_refused(granted, scopes, asked):
    answer = granted(scopes, scope=asked)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


def test_a_token_for_one_issuer_opens_that_one_alone(granted, ada):
    one, two = issuer_of(ada), issuer_of(ada, name="Two")
    answer = granted("rw:issuer:*", scope=f"rw:issuer:{one.entity_id}")

    def status(path: str) -> int:
        return Client().get(path, headers=bearer(answer)).status_code

    assert status(f"/v2/issuers/{one.entity_id}") == 200
    assert status(f"/v2/issuers/{two.entity_id}") == 403
    assert status("/v2/issuers") == 403


def test_a_closed_account_ends_it_at_once(granted, ada):
    answer = granted("rw:issuer", scope="rw:issuer")
    ada.is_active = False
    ada.save()
    assert Client().get("/v2/issuers", headers=bearer(answer)).status_code == 401


@pytest.mark.parametrize("client", [{}, {"client_id": "public"}, {"client_id": "nobody"}])
def test_it_must_sign_in(endpoint, db, client):
    answer = endpoint.form(**GRANT, **client)
    assert answer.status_code in {400, 401}
    assert answer.json()["error"] in {"invalid_client", "unauthorized_client"}


def test_body_credentials_will_do(endpoint, application):
    app, secret = application(grants=["client-credentials"], scopes=["rw:issuer"])
    fields = {"client_id": app.client_id, "client_secret": secret, "scope": "rw:issuer"}
    assert endpoint.form(**GRANT, **fields).status_code == 200


def test_the_password_grant_is_not_implied(endpoint, application, sign_in):
    app, secret = application(grants=["client-credentials"])
    answer = endpoint.basic(f"{app.client_id}:{secret}", **sign_in)
    assert answer.json()["error"] == "unauthorized_client"
