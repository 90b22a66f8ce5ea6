"""Bearer tokens on the API (RFC 6750): the header alone; 401 for stale ones, 403 for too little."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from oauth.models import AccessToken, Application
from tests.support.envelopes import failure_of
from tests.support.worlds import API, app_password, bearer, issuer_of


@pytest.fixture
def token(endpoint, sign_in) -> str:
    return endpoint.granted(**sign_in)["access_token"]


def ask(authorization: str | None = None, query: str = "", method: str = "GET"):
    headers = {} if authorization is None else {"Authorization": authorization}
    return Client().generic(method, f"/v2/issuers{query}", headers=headers)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer "])
def test_it_lets_in(token, scheme):
    assert ask(f"{scheme} {token}").status_code == 200


def refused(answer, challenge: str) -> None:
    failure_of(answer, 401)
    assert answer.json()["status"]["description"] == "no valid auth token found"
    assert answer["WWW-Authenticate"] == challenge
    assert answer["Content-Type"] == "application/json"


def test_no_token(db):
    refused(ask(), 'Bearer realm="laurel"')


@pytest.mark.parametrize(
    "header",
    ["Bearer", "Bearer x", "Bearer x y", "Bearer \xff\xfe", "Bearer " + "x" * 100_000,
     "Token {token}", "token {token}", "Basic {token}", "{token}", "Bearer {token}x", "Bearer,x"],
)  # fmt: skip
def test_what_is_no_token_of_ours(token, header):
    refused(ask(header.format(token=token)), 'Bearer realm="laurel", error="invalid_token"')


def test_an_expired_token(token):
    AccessToken.objects.update(expires=timezone.now())
    refused(ask(f"Bearer {token}"), 'Bearer realm="laurel", error="invalid_token"')


def test_a_revoked_token(token):
    AccessToken.objects.all().delete()
    refused(ask(f"Bearer {token}"), 'Bearer realm="laurel", error="invalid_token"')


@pytest.mark.parametrize("name", ["access_token", "token", "bearer"])
def test_the_query_string_is_not_read(token, name):
    refused(ask(query=f"?{name}={token}"), 'Bearer realm="laurel"')


def test_the_body_is_not_read(token):
    answer = Client().post("/v2/issuers", {"access_token": token})
    refused(answer, 'Bearer realm="laurel"')


def test_a_session_is_no_token(ada):
    client = Client()
    client.force_login(ada)
    refused(client.get("/v2/issuers"), 'Bearer realm="laurel"')


def test_a_scope_too_small(ada):
    api = API(ada, "r:profile")
    answer = api.get("/v2/issuers")
    assert "r:issuer, rw:issuer" in failure_of(answer, 403)["validationErrors"][0]
    assert answer["WWW-Authenticate"] == (
        'Bearer error="insufficient_scope", scope="r:issuer rw:issuer"'
    )


def test_reading_is_not_writing(ada):
    api = API(ada, "r:issuer")
    assert api.get("/v2/issuers").status_code == 200
    failure_of(api.post("/v2/issuers", {}), 403)


def test_one_issuer_is_not_all(ada):
    one, two = issuer_of(ada), issuer_of(ada, name="Two")
    api = API(ada, f"rw:issuer:{one.entity_id}")
    assert api.get(f"/v2/issuers/{one.entity_id}").status_code == 200
    failure_of(api.get(f"/v2/issuers/{two.entity_id}"), 403)
    failure_of(api.get("/v2/issuers"), 403)
    failure_of(api.get("/v2/issuers/unknown"), 404)


def test_what_is_taken_from_an_application_is_taken_from_its_tokens(ada):
    headers = bearer(ada, "rw:issuer", "r:profile")
    application = Application.objects.latest("created")
    assert Client().post("/v2/issuers", headers=headers).status_code == 400

    application.allowed_scopes = ["r:issuer", "r:profile"]
    application.save()
    failure_of(Client().post("/v2/issuers", headers=headers), 403)
    assert Client().get("/v2/users/self", headers=headers).status_code == 200


def test_who_is_not_approved_any_more_does_not_write(ada):
    headers = bearer(ada, "rw:issuer")
    Application.objects.update(approved_at=None)
    failure_of(Client().post("/v2/issuers", headers=headers), 403)


def test_it_takes_one_query(token):
    with CaptureQueriesContext(connection) as caught:
        ask(f"Bearer {token}", method="PATCH")
    assert len(caught) == 1


def test_that_query_is_indexed(token):
    with CaptureQueriesContext(connection) as caught:
        ask(f"Bearer {token}", method="PATCH")
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {caught[0]['sql']}")
        else:
            cursor.execute("SET LOCAL enable_seqscan = off")  # so few rows need no index
            cursor.execute(f"EXPLAIN {caught[0]['sql']}")
        plan = " ".join(str(row) for row in cursor.fetchall())
    assert "SCAN" not in plan.upper().replace("INDEX SCAN", "")
    assert "token_checksum" in plan


def test_it_takes_one_query_for_a_connected_app(dance):
    token = dance().token("r:profile", scope="r:profile")["access_token"]
    with CaptureQueriesContext(connection) as caught:
        ask(f"Bearer {token}", method="PATCH")
    assert len(caught) == 1


def test_clients_are_told_apart(ada, endpoint, sign_in, token):
    """For Idempotency-Key: by app password, or by application."""
    from oauth.authentication import BearerToken

    other = endpoint.granted(username=ada.email, password=app_password(ada)[1])
    assert other["access_token"] != token
    endpoint.granted(**sign_in)
    keys = [BearerToken(row, ada).client_key for row in AccessToken.objects.order_by("pk")]
    assert keys[0] == keys[2] != keys[1]
