"""Nothing that opens a door is stored in clear: every column of every table is read."""

from django.db import connection

from tests.support.worlds import app_password


def every_stored_text() -> str:
    texts = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            texts += [str(bytes(v) if isinstance(v, memoryview) else v) for r in cursor for v in r]
    return "\n".join(texts)


def test_the_scan_finds_what_is_there(ada):
    assert ada.email in every_stored_text()


def test_secrets_are_not_stored(endpoint, ada, application):
    held, secret = app_password(ada)
    app, client_secret = application(grants=["password", "client-credentials"])
    client = {"client_id": app.client_id, "client_secret": client_secret}
    token = endpoint.granted(username=ada.email, password=secret, **client)
    refresh = {"grant_type": "refresh_token", "refresh_token": token["refresh_token"]}
    fresh = endpoint.granted(**refresh, **client)
    own = endpoint.granted(grant_type="client_credentials", scope="r:profile", **client)
    stored = every_stored_text()
    assert held.digest in stored
    for answer in (token, fresh, own):
        assert answer["access_token"] not in stored
        assert answer.get("refresh_token", "-" * 40) not in stored
    assert secret not in stored
    assert client_secret not in stored
