"""POST /o/token: what real clients send, byte for byte, and what they read (clients.md 1 and 3)."""

import json

import pytest
from django.test import Client

from accounts.models import AppPassword
from oauth.models import AccessToken, Application, RefreshToken
from tests.oauth.conftest import FORM, basic
from tests.support.worlds import app_password

DEFAULT = "rw:profile rw:issuer rw:backpack"


def opens(answer: dict, path: str = "/v2/issuers") -> int:
    bearer = {"Authorization": f"Bearer {answer['access_token']}"}
    return Client().get(path, headers=bearer).status_code


def check(answer, scope: str = DEFAULT) -> dict:
    """What the strictest of the clients read."""
    assert answer.status_code == 200, answer.content
    token = answer.json()
    assert set(token) == {"access_token", "refresh_token", "expires_in", "token_type", "scope"}
    assert type(token["expires_in"]) is int
    assert token["expires_in"] == 86400
    assert token["token_type"] == "Bearer"
    assert token["scope"] == scope
    assert 20 <= len(token["access_token"]) <= 200
    assert 20 <= len(token["refresh_token"]) <= 200
    assert opens(token) == 200
    return token


def test_a_public_client_is_there_from_the_first_boot(db):
    public = Application.objects.get(client_id="public")
    assert (public.client_type, public.user, public.grants) == ("public", None, ["password"])


def test_kinesin_lms_signs_in_and_refreshes(endpoint, ada, secret):
    token = check(endpoint.post(f"username=ada%40example.org&password={secret}"))
    body = (
        f"grant_type=refresh_token&refresh_token={token['refresh_token']}"
        "&client_id=public&client_secret="
    )
    check(endpoint.post(body))


def test_open_edx_signs_in_and_refreshes(endpoint, ada, secret):
    token = check(endpoint.post(f"username=ada@example.org&password={secret}"))
    again = endpoint.post(f"grant_type=refresh_token&refresh_token={token['refresh_token']}")
    check(again)


def test_taleem_names_an_application_and_its_refresh_does_not(endpoint, sign_in, application):
    app, _ = application(client_type="public")
    fields = {"client_id": app.client_id, "grant_type": "password"}
    token = check(endpoint.form(**sign_in, **fields))
    check(endpoint.form(grant_type="refresh_token", refresh_token=token["refresh_token"]))


def test_badgrclient_repeats_client_and_scope(endpoint, sign_in):
    more = {"client_id": "public", "scope": DEFAULT}
    token = check(endpoint.form(**more, **sign_in, grant_type="password"))
    refresh = {"refresh_token": token["refresh_token"], "grant_type": "refresh_token"}
    check(endpoint.form(**more, **refresh))


def test_moodle_sends_multipart(endpoint, ada, secret):
    boundary = "------------------------d74496d66958873e"
    body = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="username"\r\n\r\n'
        f"ada@example.org\r\n--{boundary}\r\n"
        f'Content-Disposition: form-data; name="password"\r\n\r\n{secret}\r\n--{boundary}--\r\n'
    )
    check(endpoint.post(body, f"multipart/form-data; boundary={boundary}"))


@pytest.mark.parametrize("content_type", ["application/json", "Application/JSON; charset=utf-8"])
def test_json(endpoint, sign_in, content_type):
    check(endpoint.post(json.dumps(sign_in | {"scope": None, "extra": [1]}), content_type))


def test_badgefactor_signs_in_as_a_confidential_client(endpoint, sign_in, application):
    app, secret = application()
    answer = endpoint.form(
        grant_type="password",
        client_id=app.client_id,
        client_secret=secret,
        redirect_uri="https://wordpress.example/",
        scope="rw:profile rw:issuer rw:backpack",
        **sign_in,
    )
    token = check(answer)
    refresh = {"grant_type": "refresh_token", "refresh_token": token["refresh_token"]}
    assert endpoint.form(**refresh).status_code == 400
    check(endpoint.form(client_id=app.client_id, client_secret=secret, **refresh))


def test_drupal_sends_an_unrelated_authorization_header(endpoint, ada, secret):
    body = f"username=ada@example.org&password={secret}"
    for header in ("Bearer stale", "Token stale", "Digest x", "Basic", ""):
        check(endpoint.post(body, authorization=header))


def test_a_refresh_with_the_stale_bearer_token_still_in_its_header(endpoint, sign_in):
    token = endpoint.granted(**sign_in)
    body = f"grant_type=refresh_token&refresh_token={token['refresh_token']}"
    check(endpoint.post(body, authorization=f"Bearer {token['access_token']}"))


@pytest.mark.parametrize("path", ["/o/token", "/o/token/"])
def test_both_spellings_of_the_address(endpoint, ada, secret, path):
    check(endpoint.post(f"username=ada@example.org&password={secret}", path=path))


@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC"])
def test_basic(endpoint, sign_in, application, scheme):
    app, secret = application()
    credentials = basic(f"{app.client_id}:{secret}").replace("Basic", scheme)
    body = f"grant_type=password&username={sign_in['username']}&password={sign_in['password']}"
    check(endpoint.post(body, authorization=credentials))


HARD = [
    ("plain-id", "plain-secret"),
    ("a%2Db", "50%+1=100%"),
    ("id+with+plus", "s:e:c+r%3At"),
    ("ünal", "grün & blau"),
]


@pytest.mark.parametrize(("client_id", "client_secret"), HARD)
@pytest.mark.parametrize("encoded", [True, False])
def test_basic_is_read_raw_and_url_encoded(
    endpoint, sign_in, application, client_id, client_secret, encoded
):
    """oauth4webapi writes %2D for a hyphen (RFC 6749, 2.3.1); Moodle encodes nothing."""
    app, _ = application()
    app.client_id, app.client_secret = client_id, client_secret
    app.save()
    pair = (client_id, client_secret)
    if encoded:
        pair = tuple("".join(f"%{byte:02X}" for byte in part.encode()) for part in pair)
    check(endpoint.basic(":".join(pair), grant_type="password", **sign_in))
    answer = endpoint.basic(":".join(pair) + "x", grant_type="password", **sign_in)
    assert answer.status_code == 401


def test_basic_for_the_public_client_with_an_empty_secret(endpoint, sign_in):
    check(endpoint.basic("public:", **sign_in, grant_type="password"))
    assert endpoint.basic("public:x", **sign_in, grant_type="password").status_code == 401


def test_basic_and_the_same_client_in_the_body(endpoint, sign_in, application):
    """nti sends both."""
    app, secret = application()
    fields = {"grant_type": "password", "client_id": app.client_id, "client_secret": secret}
    check(endpoint.basic(f"{app.client_id}:{secret}", **fields, **sign_in))


def test_basic_and_another_client_in_the_body(endpoint, sign_in, application):
    app, secret = application()
    other, _ = application()
    fields = {"grant_type": "password", "client_id": other.client_id}
    answer = endpoint.basic(f"{app.client_id}:{secret}", **fields, **sign_in)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("username", ["ADA@Example.ORG", "  ada@example.org ", "\tAda@example.org"])
def test_the_case_and_blanks_of_the_address_do_not_matter(endpoint, secret, username):
    check(endpoint.form(username=username, password=secret))


def test_empty_optional_fields_are_absent_ones(endpoint, sign_in):
    check(endpoint.form(**sign_in, grant_type="", client_id="", client_secret="", scope=" "))


def test_parameters_nobody_asked_for_are_dropped(endpoint, sign_in):
    """oauthlib takes any parameter for its own state: RFC 6749, 3.2 says to ignore the unknown."""
    state = (
        "refresh_token_instance", "app_password", "user", "client", "scopes", "claims", "resource",
        "extra_credentials", "decoded_body", "access_token", "_params", "headers",
    )  # fmt: skip
    check(endpoint.form(**sign_in, **dict.fromkeys(state, "5")))
    body = "&".join(f"{name}=1&{name}=2" for name in state)
    check(endpoint.post(f"{body}&username=ada@example.org&password={sign_in['password']}"))


def test_a_charset_is_ignored(endpoint, secret):
    body = f"username=ada@example.org&password={secret}"
    for charset in ("utf-8", "hex", "utf-16", "nonsense"):
        check(endpoint.post(body, f"{FORM}; charset={charset}"))


def test_it_notes_the_last_use(endpoint, sign_in):
    assert AppPassword.objects.get().last_used_at is None
    token = endpoint.granted(**sign_in)
    first = AppPassword.objects.get().last_used_at
    assert first
    check(endpoint.form(grant_type="refresh_token", refresh_token=token["refresh_token"]))
    assert AppPassword.objects.get().last_used_at > first


def test_tokens_name_their_app_password(endpoint, sign_in):
    endpoint.granted(**sign_in)
    held = AppPassword.objects.get()
    assert AccessToken.objects.get().app_password == held
    assert RefreshToken.objects.get().app_password == held


def test_it_takes_a_constant_number_of_queries(
    endpoint, sign_in, ada, django_assert_max_num_queries
):
    for _ in range(20):
        app_password(ada)
        endpoint.granted(**sign_in)
    with django_assert_max_num_queries(14):
        endpoint.form(**sign_in)


class TestScopes:
    """The app password's scopes; when `scope` is sent, the intersection, told in the answer."""

    @pytest.mark.parametrize(
        ("held", "asked", "granted"),
        [
            ("rw:issuer", "", "rw:issuer"),
            ("r:profile r:issuer", "", "r:profile r:issuer"),
            ("rw:profile rw:issuer", "rw:issuer rw:backpack", "rw:issuer"),
            ("rw:profile rw:issuer", "rw:issuer  r:profile rw:issuer", "rw:issuer r:profile"),
            ("rw:issuer", "nonsense rw:issuer", "rw:issuer"),
            ("r:issuer", "rw:profile rw:issuer rw:backpack", "r:issuer"),
            ("rw:issuer:abc", "", "rw:issuer:abc"),
            ("rw:issuer:abc", DEFAULT, "rw:issuer:abc"),
            ("rw:issuer", "rw:issuer:abc rw:issuer:d-_e", "rw:issuer:abc rw:issuer:d-_e"),
            ("rw:issuer rw:profile", "rw:issuer:* rw:profile", "rw:profile"),
        ],
    )
    def test_it_grants_what_both_sides_allow(self, endpoint, ada, held, asked, granted):
        _, secret = app_password(ada, *held.split())
        token = endpoint.granted(username=ada.email, password=secret, scope=asked)
        assert token["scope"] == granted
        stored = AccessToken.objects.get()
        assert stored.scope == granted

    @pytest.mark.parametrize(
        ("held", "asked"),
        [
            ("rw:profile", "rw:issuer"),
            ("r:issuer", "rw:issuer:abc"),
            ("rw:issuer:abc", "rw:issuer:abd"),
            ("rw:issuer:abc", "r:issuer"),
            ("rw:issuer", "nonsense"),
            ("rw:issuer", "RW:ISSUER"),
        ],
    )
    def test_nothing_left_is_an_error(self, endpoint, ada, held, asked):
        _, secret = app_password(ada, *held.split())
        answer = endpoint.form(username=ada.email, password=secret, scope=asked)
        assert answer.status_code == 400
        assert answer.json()["error"] == "invalid_scope"
        assert held in answer.json()["error_description"]
        assert not AccessToken.objects.exists()

    def test_the_application_limits_too(self, endpoint, sign_in, application):
        app, _ = application(client_type="public", scopes=["r:profile", "r:issuer"])
        token = endpoint.granted(**sign_in, client_id=app.client_id)
        assert token["scope"] == "r:profile r:issuer"
