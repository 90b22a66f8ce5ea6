"""/accounts/2fa/…, /accounts/passkeys/…: codes of an app, recovery codes. Passkeys at work need a
browser: tests/journeys.
"""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from accounts.secrets import open_sealed, seal
from accounts.web.second_factor import passkey_id
from tests.accounts.browsing import signed_in, sure, verbs_of
from tests.accounts.mailing import sent, the_mail
from tests.support.worlds import person

APP = "/accounts/2fa/app/activate/"
CODES = "/accounts/2fa/codes/"
STEP = "/accounts/2fa/authenticate/"
pytestmark = pytest.mark.django_db


def code_for(secret: str, *, later: int = 0) -> str:
    """What an app shows (RFC 6238), some half minutes later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later))


def add_app(client: Client) -> tuple[str, list[str]]:
    """The secret and the recovery codes."""
    page = client.get(APP).content.decode()
    (secret,) = re.findall(r'<code class="secret">([A-Z2-7]+)</code>', page)
    answer = client.post(APP, {"code": code_for(secret)})
    assert answer["Location"] == CODES
    shown = client.get(CODES).content.decode()
    return secret, re.findall(r"<li><code>(\w+)</code></li>", shown)


@pytest.fixture
def guarded(ada) -> tuple[str, list[str]]:
    found = add_app(sure(ada))
    sent()
    return found


def inside(client: Client) -> bool:
    return client.get("/accounts/security/").status_code == 200


def test_adding_an_app(ada, django_capture_on_commit_callbacks):
    client = sure(ada)
    with django_capture_on_commit_callbacks(execute=True):
        secret, codes = add_app(client)
    assert len(codes) == 10
    assert "authenticator app was added" in the_mail().body
    assert "Remove the app" in client.get("/accounts/security/").content.decode()
    row = Authenticator.objects.get(type="totp")
    assert secret not in str(row.data), "a stolen database opens nothing"
    assert verbs_of(ada) == ["user.totp-activated"]


def test_recovery_codes_are_shown_once(ada):
    client = sure(ada)
    _, codes = add_app(client)
    later = client.get(CODES).content.decode()
    assert not any(code in later for code in codes)
    assert "10 codes are left" in later


def test_the_code_is_asked_for(ada, guarded):
    secret, _ = guarded
    client = signed_in(ada)
    assert not inside(client)
    assert client.get(STEP).status_code == 200
    assert client.post(STEP, {"code": "000000"}).context["form"].errors
    assert not inside(client)
    assert client.post(STEP, {"code": code_for(secret, later=0)}).status_code == 302
    assert inside(client)


def test_a_recovery_code_works_once(ada, guarded):
    _, codes = guarded
    client = signed_in(ada)
    client.post(STEP, {"code": codes[0]})
    assert inside(client)
    again = signed_in(ada)
    again.post(STEP, {"code": codes[0]})
    assert not inside(again)


def test_wrong_codes_are_counted(ada, guarded):
    """Beyond ten the right one is refused here, and let in from elsewhere."""
    secret, codes = guarded
    here = signed_in(ada)
    for _ in range(10):
        assert here.post(STEP, {"code": "000000"}).status_code == 200
    refused = here.post(STEP, {"code": codes[0]})
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    elsewhere = signed_in(ada, REMOTE_ADDR="203.0.113.9")
    elsewhere.post(STEP, {"code": codes[0]})
    assert inside(elsewhere)


def test_removing_the_app(ada, guarded):
    _, codes = guarded
    client = signed_in(ada)
    client.post(STEP, {"code": codes[0]})
    path = "/accounts/2fa/app/deactivate/"
    assert client.post(path)["Location"].startswith("/accounts/")
    assert Authenticator.objects.filter(type="totp").exists(), "the password is asked for again"
    client.post("/accounts/reauthenticate/", {"password": "correct-horse-9-battery"})
    client.post(path)
    assert not Authenticator.objects.exists()
    assert "was removed" in the_mail().body
    assert verbs_of(ada)[-1] == "user.totp-deactivated"


def test_no_password_no_step(client, ada, guarded):
    assert client.get(STEP)["Location"] == "/accounts/login/"


@pytest.mark.parametrize(
    "path",
    [APP, CODES, f"{CODES}generate/", "/accounts/passkeys/add/", "/accounts/2fa/app/deactivate/",
     "/accounts/passkeys/x/remove/", "/accounts/passkeys/x/rename/", "/accounts/security/",
     "/accounts/profile/", "/accounts/sessions/", "/accounts/2fa/reauthenticate/"],
)  # fmt: skip
def test_anonymous_people_are_led_to_the_sign_in(client, path):
    assert client.get(path)["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("act", ["remove", "rename"])
def test_other_peoples_passkeys_are_not_seen(ada, act):
    eve = person("eve@example.org")
    data = {"name": "Eve's key", "credential": {}}
    theirs = Authenticator.objects.create(user=eve, type="webauthn", data=data)
    client = sure(ada)
    for name in (passkey_id(theirs), str(theirs.pk)):
        path = f"/accounts/passkeys/{name}/{act}/"
        assert client.get(path).status_code == 404
        assert client.post(path, {"name": "x"}).status_code == 404
    assert Authenticator.objects.get().data == data


def test_what_is_sealed_opens_under_the_same_key_alone(settings):
    sealed = seal("a secret")
    assert "secret" not in sealed
    assert open_sealed(sealed) == "a secret"
    settings.SECRET_KEY = "another"
    assert open_sealed(sealed) not in ("", "a secret")
    assert open_sealed(sealed) != open_sealed(sealed), "nothing that could be guessed"
