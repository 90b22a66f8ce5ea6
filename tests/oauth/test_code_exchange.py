"""POST /o/token with grant_type=authorization_code: once, in time, by whom it was given to."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import Client

from accounts.models import User
from accounts.services.people import change_password
from issuer.models import IssuerStaff
from oauth.models import AccessToken, Grant, RefreshToken
from tests.oauth.conftest import TokenEndpoint, basic
from tests.oauth.flows import CALLBACK, opens
from tests.support.servers import PASSWORD
from tests.support.threads import together
from tests.support.worlds import acting, issuer_of, person

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


def refused(answer, error: str = "invalid_grant", status: int = 400) -> bool:
    return (answer.status_code, answer.json()["error"]) == (status, error)


def test_it_gives_tokens(dance):
    token = dance().token("r:issuer", scope="r:issuer")
    assert set(token) == {"access_token", "expires_in", "token_type", "scope", "refresh_token"}
    assert (token["expires_in"], token["token_type"]) == (86400, "Bearer")
    assert token["scope"] == "r:issuer"
    assert opens(token) == 200
    assert not Grant.objects.exists()


@pytest.mark.parametrize("scope", ["", "rw:issuer", "r:profile"])
def test_a_scope_sent_again_changes_nothing(dance, scope):
    """Moodle repeats it, or sends an empty one (clients.md 1)."""
    lms = dance()
    answer = lms.exchange(lms.code("r:backpack", scope="r:backpack"), scope=scope)
    assert answer.json()["scope"] == "r:backpack"


def test_they_refresh(dance):
    lms = dance()
    fresh = lms.refresh(lms.token("r:issuer", scope="r:issuer")).json()
    assert fresh["scope"] == "r:issuer"
    assert opens(fresh) == 200


def test_a_public_client_names_itself(dance):
    token = dance(client_type="public").token("r:issuer", scope="r:issuer")
    assert opens(token) == 200


def test_credentials_by_basic(dance):
    lms = dance()
    fields = {"grant_type": "authorization_code", "code": lms.code(), "redirect_uri": CALLBACK}
    answer = lms.endpoint.basic(
        f"{lms.application.client_id}:{lms.secret}", **fields, code_verifier=lms.verifier
    )
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "credentials",
    [{"client_id": None, "client_secret": None}, {"client_secret": None}, {"client_secret": "x"},
     {"client_id": "x"}],
)  # fmt: skip
def test_wrong_credentials(dance, credentials):
    lms = dance()
    code = lms.code()
    answer = lms.exchange(code, **credentials)
    assert refused(answer, "invalid_client", 401)
    assert answer["WWW-Authenticate"].startswith("Basic")
    assert lms.exchange(code).status_code == 200


def test_wrong_credentials_by_basic(dance):
    lms = dance()
    fields = {"grant_type": "authorization_code", "code": lms.code(), "redirect_uri": CALLBACK}
    headers = {"authorization": basic(f"{lms.application.client_id}:wrong")}
    assert refused(lms.endpoint.post(urlencode(fields), **headers), "invalid_client", 401)


def test_another_app_cannot_use_it(dance):
    lms, other = dance(), dance()
    code = lms.code()
    assert refused(other.exchange(code, code_verifier=lms.verifier))
    assert lms.exchange(code).status_code == 200


@pytest.mark.parametrize("uri", ["https://app.example/other", CALLBACK + "?a=1", "x"])
def test_another_redirect_uri(dance, uri):
    lms = dance()
    code = lms.code()
    assert refused(lms.exchange(code, redirect_uri=uri))
    assert lms.exchange(code).status_code == 200


@pytest.mark.parametrize("code", ["unknown", "x" * 5000, "ü"])
def test_an_unknown_code(dance, code):
    assert refused(dance().exchange(code))


def test_no_code(dance):
    lms = dance()
    client = {"client_id": lms.application.client_id, "client_secret": lms.secret}
    answer = lms.endpoint.form(grant_type="authorization_code", **client)
    assert refused(answer, "invalid_request")


def test_it_lives_for_a_minute(dance, time_machine):
    time_machine.move_to(NOW, tick=False)
    lms = dance()
    early, late = lms.code(), lms.code()
    time_machine.move_to(NOW + timedelta(seconds=59), tick=False)
    assert lms.exchange(early).status_code == 200
    time_machine.move_to(NOW + timedelta(seconds=60), tick=False)
    assert refused(lms.exchange(late))


class TestRedirectURI:
    """Sent where it was sent with the request (RFC 6749, 4.1.3)."""

    def test_it_must_come_again(self, dance):
        lms = dance()
        code = lms.code()
        assert refused(lms.exchange(code, redirect_uri=None), "invalid_request")
        assert lms.exchange(code).status_code == 200

    @pytest.mark.parametrize("uri", [None, CALLBACK])
    def test_it_may_where_it_was_left_out(self, dance, uri):
        lms = dance()
        assert lms.exchange(lms.code(redirect_uri=None), redirect_uri=uri).status_code == 200


class TestPKCE:
    @pytest.mark.parametrize("client_type", ["public", "confidential"])
    @pytest.mark.parametrize("verifier", ["x" * 43, None])
    def test_the_verifier_is_asked_for(self, dance, client_type, verifier):
        lms = dance(client_type=client_type)
        code = lms.code()
        answer = lms.exchange(code, code_verifier=verifier)
        assert answer.status_code == 400
        assert answer.json()["error"] in {"invalid_grant", "invalid_request"}
        assert lms.exchange(code).status_code == 200

    def test_a_verifier_without_a_challenge(self, dance):
        """Somebody has taken the challenge out of the request (RFC 9700, 4.8.2)."""
        lms = dance()
        code = lms.code(code_challenge=None, code_challenge_method=None)
        assert refused(lms.exchange(code))
        assert lms.exchange(code, code_verifier=None).status_code == 200


class TestReplay:
    def test_it_kills_what_the_first_use_bought(self, dance):
        lms = dance()
        code = lms.code("r:issuer", scope="r:issuer")
        token = lms.exchange(code).json()
        assert opens(token) == 200
        assert refused(lms.exchange(code))
        assert opens(token) == 401
        assert refused(lms.refresh(token))

    def test_what_has_been_refreshed_too(self, dance):
        lms = dance()
        code = lms.code("r:issuer", scope="r:issuer")
        fresh = lms.refresh(lms.exchange(code).json()).json()
        assert refused(lms.exchange(code))
        assert opens(fresh) == 401

    def test_long_after_too(self, dance, time_machine):
        time_machine.move_to(NOW, tick=False)
        lms = dance()
        code = lms.code("r:issuer", scope="r:issuer")
        token = lms.exchange(code).json()
        time_machine.move_to(NOW + timedelta(days=20), tick=False)
        assert refused(lms.exchange(code))
        assert refused(lms.refresh(token))

    def test_only_that(self, dance):
        lms = dance()
        other = lms.token("r:issuer", scope="r:issuer")
        code = lms.code("r:issuer", scope="r:issuer")
        lms.exchange(code)
        lms.exchange(code)
        assert opens(other) == 200

    def test_not_by_a_stranger(self, dance):
        lms, other = dance(), dance()
        code = lms.code("r:issuer", scope="r:issuer")
        token = lms.exchange(code).json()
        assert refused(other.exchange(code))
        assert opens(token) == 200

    @pytest.mark.django_db(transaction=True)
    def test_at_once(self, dance):
        lms = dance()
        code = lms.code()

        def use(_):
            lms.endpoint = TokenEndpoint()
            return lms.exchange(code)

        answers = together(8, use)
        assert sorted(answer.status_code for answer in answers) == [200] + [400] * 7
        assert not AccessToken.objects.exists()
        assert not RefreshToken.objects.filter(revoked=None).exists()


class TestLivingTokens:
    """What changes for a person takes effect on tokens at once."""

    def test_a_changed_password(self, dance, ada):
        lms = dance()
        code, token = lms.code(), lms.token("r:issuer", scope="r:issuer")
        change_password(actor=acting(ada), user=ada, password="another-horse-9-battery")
        assert opens(token) == 401
        assert refused(lms.refresh(token))
        assert refused(lms.exchange(code))

    def test_a_password_that_is_taken_away(self, dance, ada):
        token = dance().token("r:issuer", scope="r:issuer")
        ada.set_unusable_password()
        ada.save()
        assert opens(token) == 401

    def test_not_the_same_password_hashed_anew(self, dance, ada):
        """Django does so at the next sign-in, when its hashes have become slower."""
        ada.password = make_password(PASSWORD, hasher="pbkdf2_sha256")
        ada.save()
        lms = dance()
        code, token = lms.code(), lms.token("r:issuer", scope="r:issuer")
        Client().post("/accounts/login/", {"login": ada.email, "password": PASSWORD})
        assert User.objects.get().password.startswith("md5$")
        assert opens(token) == 200
        assert lms.refresh(token).status_code == 200
        assert lms.exchange(code).status_code == 200

    @pytest.mark.parametrize("moment", range(6))
    def test_a_password_changed_while_a_code_is_exchanged(self, dance, ada, moment):
        lms = dance()
        code = lms.code("r:issuer", scope="r:issuer")
        looked: list[str] = []

        def change_once(execute, sql, *rest):
            if "oauth_grant" in sql and len(looked) == moment:
                change_password(actor=acting(ada), user=ada, password="another-horse-9-battery")
            looked.extend([sql] if "oauth_grant" in sql else [])
            return execute(sql, *rest)

        with connection.execute_wrapper(change_once):
            answer = lms.exchange(code)
        assert refused(answer) if answer.status_code == 400 else opens(answer.json()) == 401
        assert len(looked) > moment

    def test_not_what_an_app_password_bought(self, endpoint, sign_in, ada):
        token = endpoint.granted(**sign_in)
        ada.set_password("another-horse-9-battery")
        ada.save()
        assert opens(token) == 200
        fields = {"grant_type": "refresh_token", "refresh_token": token["refresh_token"]}
        assert endpoint.form(**fields).status_code == 200

    def test_a_closed_account(self, dance):
        lms, grace = dance(), person("grace@example.org")
        lms.browser.force_login(grace)
        code, token = lms.code(), lms.token("r:issuer", scope="r:issuer")
        grace.is_active = False
        grace.save()
        assert opens(token) == 401
        assert refused(lms.refresh(token))
        assert refused(lms.exchange(code))

    def test_a_disabled_app(self, dance):
        lms = dance()
        token = lms.token("r:issuer", scope="r:issuer")
        lms.application.disabled_at = NOW
        lms.application.save()
        assert opens(token) == 401
        assert lms.refresh(token).status_code == 401

    def test_removal_from_staff(self, dance, ada):
        issuer = issuer_of(ada)
        token = dance().token("rw:issuer", scope="rw:issuer", form={"reach": "all"})
        assert opens(token, f"/v2/issuers/{issuer.entity_id}") == 200
        IssuerStaff.objects.all().delete()
        assert opens(token, f"/v2/issuers/{issuer.entity_id}") == 404
