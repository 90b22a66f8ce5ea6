"""POST /o/token: every way to be refused (badgr-api.md 1.1 as amended by 9). JSON, never 5xx."""

import json
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client, override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import AppPassword, User
from accounts.services.app_passwords import revoke_app_password
from api.models import FailureCount
from oauth.models import AccessToken
from tests.oauth.conftest import TokenEndpoint, basic
from tests.support.servers import PASSWORD
from tests.support.worlds import SERVER, app_password, person

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


class CountingHasher(MD5PasswordHasher):
    """Does what its parent does, and counts."""

    algorithm = "counting"
    count = 0

    def encode(self, password: str, salt: str) -> str:
        CountingHasher.count += 1
        return super().encode(password, salt)


def error(answer, status: int = 400) -> str:
    assert answer.status_code == status, answer.content
    payload = answer.json()
    assert set(payload) <= {"error", "error_description"}
    assert "access_token" not in payload
    return payload["error"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", ["/o/token", "/o/token/", "/o/token?a=b"])
def test_wrong_method(db, method, path):
    answer = Client().generic(method, path)
    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    assert answer["Content-Type"] == "application/json"
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("query", ["a", "username=ada@example.org&password=x", "%00"])
@pytest.mark.parametrize("content_type", ["application/json", "multipart/form-data; boundary=x"])
def test_a_query_string(endpoint, sign_in, query, content_type):
    """The C# wrapper sends its credentials there."""
    answer = endpoint.post(urlencode(sign_in), content_type, path=f"/o/token?{query}")
    assert error(answer) == "invalid_request"
    assert answer.json()["error_description"] == (
        "Token grant parameters must be sent in post body, not query parameters"
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"username": "ada@example.org", "password": "wrong"},
        {"username": "eve@example.org", "password": "{secret}"},
        {"username": "nobody@example.org", "password": "wrong"},
        {"username": "ada@example.org\u200e", "password": "{secret}"},
        {"username": "ada", "password": "{secret}"},
        {"username": "ada@example.org", "password": "{secret} "},
        {"username": "ada@example.org", "password": PASSWORD},
    ],
)
def test_wrong_credentials_and_account_passwords_are_refused_alike(endpoint, secret, fields):
    person("eve@example.org")
    fields = {name: text.replace("{secret}", secret) for name, text in fields.items()}
    answer = endpoint.form(**fields)
    assert answer.status_code == 400
    assert answer.json() == {
        "error": "invalid_grant",
        "error_description": (
            "Invalid credentials given. Programs sign in with an app password: make one at"
            " http://localhost:8000/accounts/app-passwords/"
        ),
    }
    assert "WWW-Authenticate" not in answer


class TestAccountPasswords:
    @pytest.fixture(autouse=True)
    def counted(self, db, settings):
        settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher", *settings.PASSWORD_HASHERS]
        person("grace@example.org")
        CountingHasher.count = 0

    @pytest.fixture
    def fields(self, db):
        return {"username": "grace@example.org", "password": PASSWORD}

    def test_no_password_is_hashed(self, db, endpoint, fields):
        """So a right account password takes the time of a wrong one."""
        assert error(endpoint.form(**fields)) == "invalid_grant"
        assert error(endpoint.form(**fields | {"password": "wrong"})) == "invalid_grant"
        assert CountingHasher.count == 0

    @override_settings(LAUREL_ALLOW_ACCOUNT_PASSWORD_GRANT=True)
    def test_the_operator_may_allow_them(self, db, endpoint, fields):
        assert endpoint.granted(**fields)["scope"] == "rw:profile rw:issuer rw:backpack"
        assert endpoint.granted(**fields, scope="r:issuer")["scope"] == "r:issuer"
        assert CountingHasher.count == 2
        token = AccessToken.objects.first()
        assert (token.user.email, token.app_password) == ("grace@example.org", None)

    @override_settings(LAUREL_ALLOW_ACCOUNT_PASSWORD_GRANT=True)
    def test_wrong_and_closed_ones_stay_refused(self, db, endpoint, fields):
        assert error(endpoint.form(**fields | {"password": "wrong"})) == "invalid_grant"
        user = person("grace@example.org")
        user.is_active = False
        user.save()
        assert error(endpoint.form(**fields)) == "invalid_grant"


def test_a_revoked_app_password(endpoint, sign_in):
    revoke_app_password(actor=SERVER, app_password=AppPassword.objects.get())
    assert error(endpoint.form(**sign_in)) == "invalid_grant"


def test_a_closed_account(endpoint, sign_in, ada):
    ada.is_active = False
    ada.save()
    assert error(endpoint.form(**sign_in)) == "invalid_grant"


def test_an_address_that_is_not_verified(endpoint, sign_in, ada):
    ada.emailaddress_set.update(verified=False)
    assert error(endpoint.form(**sign_in)) == "invalid_grant"


def test_a_second_verified_address_will_do(endpoint, sign_in, ada):
    ada.emailaddress_set.create(email="lovelace@example.org", verified=True)
    endpoint.granted(**sign_in | {"username": "Lovelace@example.org"})


@pytest.mark.parametrize("missing", ["username", "password"])
@pytest.mark.parametrize("empty", [True, False])
def test_missing_credentials(endpoint, sign_in, missing, empty):
    fields = {name: text for name, text in sign_in.items() if name != missing}
    answer = endpoint.form(**fields, **({missing: ""} if empty else {}))
    assert error(answer) == "invalid_request"
    assert answer.json()["error_description"] == f"Request is missing {missing} parameter."


def test_an_unknown_client(endpoint, sign_in):
    answer = endpoint.form(**sign_in, client_id="nobody")
    assert error(answer, 401) == "invalid_client"
    assert answer["WWW-Authenticate"] == 'Basic realm="laurel"'
    assert error(endpoint.basic("nobody:secret", **sign_in), 401) == "invalid_client"


def test_a_wrong_secret(endpoint, sign_in, application):
    app, _ = application()
    for wrong in ("wrong", "", app.client_secret):
        body = {"client_id": app.client_id, "client_secret": wrong}
        assert error(endpoint.form(**sign_in, **body), 401) == "invalid_client"
        header = f"{app.client_id}:{wrong}"
        assert error(endpoint.basic(header, **sign_in), 401) == "invalid_client"
    assert error(endpoint.form(**sign_in, client_id=app.client_id), 401) == "invalid_client"
    public = {"client_id": "public", "client_secret": "wrong"}
    assert error(endpoint.form(**sign_in, **public), 401) == "invalid_client"


BROKEN = [
    "Basic !!!",
    "Basic " + "A" * 5,
    "Basic /////w==",
    "Basic bm9jb2xvbg==",
    basic("a\x00:b\x00"),
]


@pytest.mark.parametrize("header", BROKEN)
def test_broken_basic(endpoint, sign_in, header):
    answer = endpoint.post(urlencode(sign_in), authorization=header)
    assert error(answer, 401) == "invalid_client"


def test_a_grant_the_application_may_not_use(endpoint, sign_in, application):
    app, secret = application(grants=["client-credentials"])
    client = {"client_id": app.client_id, "client_secret": secret}
    assert error(endpoint.form(**sign_in, **client)) == "unauthorized_client"
    code = {"grant_type": "authorization_code", "code": "x", "redirect_uri": "https://a.example/"}
    assert error(endpoint.form(**code, **client)) == "unauthorized_client"


@pytest.mark.parametrize("grant_type", ["implicit", "x", "Password", "urn:ietf:params:oauth:x"])
def test_an_unknown_grant(endpoint, sign_in, grant_type):
    answer = endpoint.form(**sign_in, grant_type=grant_type, client_id="public")
    assert error(answer) == "unsupported_grant_type"


@pytest.mark.parametrize("name", ["username", "password", "scope", "grant_type", "client_id"])
def test_a_parameter_given_twice(endpoint, sign_in, name):
    body = urlencode([*sign_in.items(), (name, "a"), (name, "a")])
    assert error(endpoint.post(body)) == "invalid_request"


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"5", b"null", b'"text"', b"\xff", b"\xef\xbb\xbf{}", b'{"a":1,"a":2}',
        b'{"username": 5}', b'{"username": ["ada@example.org"]}', b'{"username": "\\ud800"}',
        b'{"username": "\\u0000"}', b'{"username": NaN}', b"[" * 100_000,
    ],
)  # fmt: skip
def test_broken_json(endpoint, db, body):
    assert error(endpoint.post(body, "application/json")) == "invalid_request"


@pytest.mark.parametrize("name", ["username", "password", "client_id", "refresh_token", "scope"])
def test_nul_characters(endpoint, sign_in, name):
    fields = sign_in | {name: "a\x00b"}
    assert error(endpoint.form(**fields)) == "invalid_request"
    assert error(endpoint.json(fields)) == "invalid_request"


@pytest.mark.parametrize("name", ["username", "password", "client_id", "client_secret", "scope"])
def test_huge_values(endpoint, sign_in, name):
    answer = endpoint.form(**sign_in | {name: "ä" * 300_000})
    assert answer.status_code in {400, 401}


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "", "application/xml", "multipart/form-data", "multipart/form-data; boundary=é"],
)
def test_other_content_types(endpoint, sign_in, content_type):
    assert error(endpoint.post(urlencode(sign_in), content_type)) == "invalid_request"


def test_a_truncated_multipart_body(endpoint, db):
    body = b'--x\r\nContent-Disposition: form-data; name="username"\r\n\r\nada'
    assert error(endpoint.post(body, "multipart/form-data; boundary=x")) == "invalid_request"


def test_too_many_fields(endpoint, sign_in):
    assert error(endpoint.post("a=1&" * 6000 + urlencode(sign_in))) == "invalid_request"


NAMES = st.sampled_from(
    ["grant_type", "username", "password", "client_id", "client_secret", "scope", "refresh_token",
     "code", "redirect_uri", "code_verifier", "device_code", "client", "user", "resource", "state"]
)  # fmt: skip
GRANTS = st.sampled_from(
    ["password", "refresh_token", "client_credentials", "authorization_code", "", "implicit",
     "urn:ietf:params:oauth:grant-type:device_code"]
)  # fmt: skip
VALUES = GRANTS | st.sampled_from(["public", "ada@example.org", "rw:issuer:*"]) | st.text()
FIELDS = st.dictionaries(NAMES, VALUES) | st.builds(
    lambda fields, grant: fields | {"grant_type": grant}, st.dictionaries(NAMES, VALUES), GRANTS
)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(fields=FIELDS, header=st.none() | st.text().map(basic) | st.sampled_from(BROKEN))
def test_whatever_comes_is_refused_in_json(db, fields, header):
    endpoint = TokenEndpoint()
    headers = {"authorization": header} if header else {}
    encodable = {name: text.encode(errors="replace") for name, text in fields.items()}
    for body, content_type in [
        (urlencode(encodable), "application/x-www-form-urlencoded"),
        (json.dumps(fields), "application/json"),
    ]:
        answer = endpoint.post(body, content_type, **headers)
        assert answer.status_code in {400, 401, 429}


class TestThrottle:
    """Failures count, by the real peer; what is right gets in (badgr-api.md 9)."""

    @pytest.fixture
    def exhausted(self, endpoint, sign_in, time_machine):
        time_machine.move_to(NOW, tick=False)
        for _ in range(30):
            assert error(endpoint.form(**sign_in | {"password": "wrong"})) == "invalid_grant"
        return endpoint

    def test_too_many_failures(self, exhausted, sign_in):
        answer = exhausted.form(**sign_in | {"password": "wrong"})
        assert answer.status_code == 429
        assert answer["Retry-After"] == "600"
        assert answer.json() == {
            "error": "login attempts throttled",
            "error_description": "Too many login attempts. Please wait and try again.",
            "expires": 600,
        }
        assert exhausted.form(**sign_in, client_id="nobody").status_code == 429

    def test_what_is_right_gets_in(self, exhausted, sign_in):
        exhausted.form(**sign_in | {"password": "wrong"})
        token = exhausted.granted(**sign_in)
        refresh = {"grant_type": "refresh_token", "refresh_token": token["refresh_token"]}
        exhausted.granted(**refresh)

    def test_other_peers_are_not_held_up(self, exhausted, sign_in):
        exhausted.client = Client(REMOTE_ADDR="203.0.113.8")
        assert error(exhausted.form(**sign_in | {"password": "wrong"})) == "invalid_grant"

    def test_the_window_passes(self, exhausted, sign_in, time_machine):
        time_machine.shift(599)
        answer = exhausted.form(**sign_in | {"password": "wrong"})
        assert (answer.status_code, answer["Retry-After"]) == (429, "1")
        time_machine.shift(1)
        assert error(exhausted.form(**sign_in | {"password": "wrong"})) == "invalid_grant"

    def test_a_stale_refresh_token_does_not_count(self, endpoint, db):
        for _ in range(40):
            fields = {"grant_type": "refresh_token", "refresh_token": "stale"}
            assert error(endpoint.form(**fields)) == "invalid_grant"
        assert not FailureCount.objects.exists()

    def test_other_mistakes_do_not_count(self, endpoint, sign_in):
        for fields in ({"scope": "nonsense"}, {"username": ""}, {"grant_type": "x"}):
            endpoint.form(**sign_in | {"client_id": "public"} | fields)
        assert not FailureCount.objects.exists()

    def test_the_peer_is_kept_as_a_digest(self, endpoint, sign_in):
        endpoint.form(**sign_in | {"password": "wrong"})
        assert "203.0.113" not in FailureCount.objects.get().key


def test_account_passwords_cannot_be_guessed_for_ever(db, settings):
    """Where they are allowed: after too many failures not even the right one is heard."""
    settings.LAUREL_ALLOW_ACCOUNT_PASSWORD_GRANT = True
    ada, endpoint = person(), TokenEndpoint()
    right = {"username": ada.email, "password": PASSWORD}
    assert endpoint.form(**right).status_code == 200
    wrong = right | {"password": "guess"}
    answers = [endpoint.form(**wrong).status_code for _ in range(31)]
    assert answers == [400] * 30 + [429]
    assert endpoint.form(**right).status_code == 429
    _, secret = app_password(ada)
    assert endpoint.form(**right | {"password": secret}).status_code == 200


class TestWhereAccountPasswordsAreAllowed:
    @pytest.fixture
    def right(self, db, settings):
        settings.LAUREL_ALLOW_ACCOUNT_PASSWORD_GRANT = True
        return {"username": person().email, "password": PASSWORD}

    def test_one_account_cannot_be_guessed_at_from_many_places(self, right):
        """Each peer has its own allowance; together they wear down what is left to each."""
        for number in range(100):
            TokenEndpoint(peer=f"198.51.100.{number}").form(**right | {"password": "wrong"})
        guesser = TokenEndpoint(peer="203.0.113.1")
        assert guesser.form(**right | {"password": "wrong"}).status_code == 400
        assert error(guesser.form(**right)) == "invalid_grant", "one guess was all it had"
        assert TokenEndpoint(peer="203.0.113.2").form(**right).status_code == 200

    def test_guesses_count_as_those_at_the_sign_in_page(self, right):
        endpoint = TokenEndpoint()
        for _ in range(10):
            endpoint.form(**right | {"password": "wrong"})
        page = endpoint.client.post(
            "/accounts/login/", {"login": right["username"], "password": PASSWORD}
        )
        assert page.status_code == 429

    def test_another_address_of_the_account_gives_no_more_guesses(self, right):
        address = {"user": User.objects.get(email=right["username"]), "verified": True}
        EmailAddress.objects.create(email="countess@example.org", **address)
        endpoint = TokenEndpoint()
        for _ in range(10):
            endpoint.form(**right | {"password": "wrong"})
        second = right | {"username": "countess@example.org"}
        assert error(endpoint.form(**second)) == "invalid_grant"
        assert TokenEndpoint(peer="203.0.113.2").form(**second).status_code == 200

    def test_a_second_step_is_not_passed_over(self, right):
        user = User.objects.get(email=right["username"])
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
        assert error(TokenEndpoint().form(**right)) == "invalid_grant"

    def test_an_unproved_address_opens_nothing(self, right):
        EmailAddress.objects.update(verified=False)
        assert error(TokenEndpoint().form(**right)) == "invalid_grant"


def test_a_large_body_is_not_parsed(db):
    content = json.dumps({"username": "a", "password": "b" * 70_000})
    answer = Client().post("/o/token", content, content_type="application/json")
    assert error(answer) == "invalid_request"
