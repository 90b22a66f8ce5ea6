"""POST /o/token with grant_type=refresh_token: it rotates, and a second use ends the family."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AppPassword
from accounts.services.app_passwords import revoke_app_password
from oauth.models import AccessToken, RefreshToken
from oauth.services.tokens import clear_expired_tokens
from tests.oauth.conftest import TokenEndpoint
from tests.support.threads import together
from tests.support.worlds import SERVER, app_password

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


def opens(token: dict) -> int:
    bearer = {"Authorization": f"Bearer {token['access_token']}"}
    return Client().get("/v2/issuers", headers=bearer).status_code


@pytest.fixture
def token(endpoint, sign_in):
    return endpoint.granted(**sign_in)


def refresh(endpoint, token: dict, **more: str):
    fields = {"grant_type": "refresh_token", "refresh_token": token["refresh_token"]}
    return endpoint.form(**fields, **more)


def refused(answer, error: str = "invalid_grant") -> bool:
    return (answer.status_code, answer.json()["error"]) == (400, error)


def test_it_rotates(endpoint, token):
    answer = refresh(endpoint, token)
    assert answer.status_code == 200
    fresh = answer.json()
    assert set(fresh) == set(token)
    assert fresh["expires_in"] == 86400
    assert fresh["access_token"] != token["access_token"]
    assert fresh["refresh_token"] != token["refresh_token"]
    assert fresh["scope"] == token["scope"]
    assert opens(fresh) == 200


def test_the_old_access_token_dies(endpoint, token):
    assert opens(token) == 200
    refresh(endpoint, token)
    assert opens(token) == 401


def test_reuse_revokes_the_family(endpoint, token):
    second = refresh(endpoint, token).json()
    third = refresh(endpoint, second).json()
    assert opens(third) == 200
    assert refused(refresh(endpoint, token))
    assert opens(third) == 401
    assert refused(refresh(endpoint, third))


def test_reuse_leaves_other_sign_ins_alone(endpoint, token, sign_in):
    other = endpoint.granted(**sign_in)
    refresh(endpoint, refresh(endpoint, token).json())
    assert refused(refresh(endpoint, token))
    assert opens(other) == 200


@pytest.mark.parametrize("value", ["unknown", "", "x" * 10_000, "ü"])
def test_an_unknown_refresh_token(endpoint, db, value):
    assert refused(refresh(endpoint, {"refresh_token": value}))


def test_an_access_token_is_no_refresh_token(endpoint, token):
    assert refused(refresh(endpoint, {"refresh_token": token["access_token"]}))
    assert opens({"access_token": token["refresh_token"]}) == 401


def test_a_missing_refresh_token(endpoint, db):
    answer = endpoint.form(grant_type="refresh_token")
    assert refused(answer, "invalid_request")


def test_a_revoked_app_password_ends_access_and_refresh_at_once(endpoint, token):
    revoke_app_password(actor=SERVER, app_password=AppPassword.objects.get())
    assert opens(token) == 401
    assert refused(refresh(endpoint, token))


def test_tokens_of_a_refresh_end_with_the_app_password_too(endpoint, token):
    fresh = refresh(endpoint, token).json()
    revoke_app_password(actor=SERVER, app_password=AppPassword.objects.get())
    assert opens(fresh) == 401
    assert refused(refresh(endpoint, fresh))


def test_another_app_password_is_not_touched(endpoint, token, ada):
    other, _ = app_password(ada)
    revoke_app_password(actor=SERVER, app_password=other)
    assert opens(token) == 200
    assert refresh(endpoint, token).status_code == 200


def test_a_closed_account_ends_access_and_refresh_at_once(endpoint, token, ada):
    ada.is_active = False
    ada.save()
    assert opens(token) == 401
    assert refused(refresh(endpoint, token))


def test_it_works_long_after_the_access_token_expired(endpoint, sign_in, time_machine):
    time_machine.move_to(NOW, tick=False)
    token = endpoint.granted(**sign_in)
    time_machine.move_to(NOW + timedelta(seconds=86399), tick=False)
    assert opens(token) == 200
    time_machine.move_to(NOW + timedelta(seconds=86400), tick=False)
    assert opens(token) == 401
    time_machine.move_to(NOW + timedelta(days=180, seconds=-1), tick=False)
    clear_expired_tokens()
    fresh = refresh(endpoint, token)
    assert fresh.status_code == 200
    assert fresh.json()["scope"] == token["scope"]


@pytest.mark.parametrize("cleared", [True, False])
def test_it_ends_when_nobody_uses_it(endpoint, sign_in, time_machine, settings, cleared):
    time_machine.move_to(NOW, tick=False)
    token = endpoint.granted(**sign_in)
    time_machine.move_to(NOW + timedelta(days=180), tick=False)
    if cleared:
        clear_expired_tokens()
    assert refused(refresh(endpoint, token))


def test_use_renews_it(endpoint, sign_in, time_machine):
    time_machine.move_to(NOW, tick=False)
    token = endpoint.granted(**sign_in)
    for days in (179, 300, 470):
        time_machine.move_to(NOW + timedelta(days=days), tick=False)
        clear_expired_tokens()
        token = refresh(endpoint, token).json()
    assert opens(token) == 200


def test_reuse_is_noticed_after_clearing_too(endpoint, sign_in, time_machine):
    time_machine.move_to(NOW, tick=False)
    token = endpoint.granted(**sign_in)
    fresh = refresh(endpoint, refresh(endpoint, token).json()).json()
    time_machine.move_to(NOW + timedelta(days=170), tick=False)
    clear_expired_tokens()
    assert refused(refresh(endpoint, token))
    assert refused(refresh(endpoint, fresh))


class TestLostAnswers:
    """A client that did not hear the answer asks again."""

    def test_it_gets_the_same_again(self, endpoint, token, time_machine):
        time_machine.move_to(NOW, tick=False)
        first = refresh(endpoint, token).json()
        again = refresh(endpoint, token)
        assert again.status_code == 200
        assert again.json() == first
        assert opens(first) == 200
        assert RefreshToken.objects.filter(revoked=None).count() == 1
        assert AccessToken.objects.count() == 1

    def test_until_that_is_used(self, endpoint, token):
        first = refresh(endpoint, token).json()
        second = refresh(endpoint, first).json()
        assert refused(refresh(endpoint, token))
        assert opens(second) == 401
        assert refused(refresh(endpoint, second))

    def test_after_a_minute_until_its_access_token_is_used(self, endpoint, sign_in, time_machine):
        time_machine.move_to(NOW, tick=False)
        token = endpoint.granted(**sign_in)
        first = refresh(endpoint, token).json()
        time_machine.move_to(NOW + timedelta(hours=5), tick=False)
        assert refresh(endpoint, token).status_code == 200
        assert opens(first) == 200
        assert refused(refresh(endpoint, token))
        assert opens(first) == 401
        assert refused(refresh(endpoint, first))

    def test_processes_of_one_client_meet_within_a_minute(self, endpoint, sign_in, time_machine):
        time_machine.move_to(NOW, tick=False)
        token = endpoint.granted(**sign_in)
        first = refresh(endpoint, token).json()
        assert opens(first) == 200
        time_machine.move_to(NOW + timedelta(seconds=60), tick=False)
        assert refresh(endpoint, token).json()["access_token"] == first["access_token"]
        time_machine.move_to(NOW + timedelta(seconds=61), tick=False)
        assert refused(refresh(endpoint, token))

    def test_a_thief_who_keeps_step_is_noticed(self, endpoint, sign_in, time_machine):
        time_machine.move_to(NOW, tick=False)
        stolen = endpoint.granted(**sign_in)
        for hours in (1, 2, 3):
            time_machine.move_to(NOW + timedelta(hours=hours), tick=False)
            fresh = refresh(endpoint, stolen).json()
            assert opens(fresh) == 200
            time_machine.shift(timedelta(minutes=30))
            again = refresh(endpoint, stolen)
            if again.status_code == 400:
                break
            stolen = fresh
        assert refused(again)
        assert opens(fresh) == 401

    def test_the_first_use_is_noted_once(self, endpoint, token):
        def writes() -> int:
            with CaptureQueriesContext(connection) as caught:
                assert opens(token) == 200
            return sum(query["sql"].startswith("UPDATE") for query in caught)

        assert writes() == 0  # nothing can repeat it
        token = refresh(endpoint, token).json()
        assert [writes() for _ in range(3)] == [1, 0, 0]

    def test_not_another_client(self, endpoint, sign_in, application):
        app, secret = application()
        client = {"client_id": app.client_id, "client_secret": secret}
        token = endpoint.granted(**sign_in, **client)
        fresh = refresh(endpoint, token, **client).json()
        assert refresh(endpoint, token, client_id="public").status_code == 400
        assert refresh(endpoint, token, client_id=app.client_id).status_code == 401
        assert opens(fresh) == 401  # a used token in a stranger's hands: the family is ended

    def test_the_access_token_lives_no_longer_for_it(self, endpoint, sign_in, time_machine):
        time_machine.move_to(NOW, tick=False)
        token = endpoint.granted(**sign_in)
        first = refresh(endpoint, token).json()
        time_machine.move_to(NOW + timedelta(hours=23), tick=False)
        assert refresh(endpoint, token).json() == first | {"expires_in": 3600}
        time_machine.move_to(NOW + timedelta(hours=24), tick=False)
        assert opens(first) == 401

    def test_one_that_has_run_out_stays_dead(self, endpoint, sign_in, time_machine):
        time_machine.move_to(NOW, tick=False)
        token = endpoint.granted(**sign_in)
        first = refresh(endpoint, token).json()
        time_machine.move_to(NOW + timedelta(days=3), tick=False)
        clear_expired_tokens()
        later = refresh(endpoint, token).json()
        assert later["refresh_token"] == first["refresh_token"]
        assert later["expires_in"] == 86400
        assert (opens(first), opens(later)) == (401, 200)
        assert refresh(endpoint, token).json() == later
        assert AccessToken.objects.count() == 1

    def test_not_for_ever(self, endpoint, sign_in, time_machine):
        time_machine.move_to(NOW, tick=False)
        token = endpoint.granted(**sign_in)
        refresh(endpoint, token)
        time_machine.move_to(NOW + timedelta(days=180), tick=False)
        assert refused(refresh(endpoint, token))

    def test_not_what_was_revoked_meanwhile(self, endpoint, token):
        refresh(endpoint, token)
        revoke_app_password(actor=SERVER, app_password=AppPassword.objects.get())
        assert refused(refresh(endpoint, token))

    def test_it_may_narrow_and_not_widen(self, endpoint, token):
        refresh(endpoint, token, scope="r:issuer")
        assert refresh(endpoint, token, scope="r:profile").json()["scope"] == "r:profile"
        assert AccessToken.objects.get().scope == "r:profile"

    def test_nothing_is_kept_in_clear(self, endpoint, token):
        fresh = refresh(endpoint, token).json()
        for row in (*RefreshToken.objects.values(), *AccessToken.objects.values()):
            for secret in (fresh["refresh_token"], fresh["access_token"], token["refresh_token"]):
                assert secret not in map(str, row.values())


class TestClients:
    def test_another_client_cannot_use_it(self, endpoint, token, application):
        app, secret = application()
        client = {"client_id": app.client_id, "client_secret": secret}
        assert refused(refresh(endpoint, token, **client))
        assert refresh(endpoint, token).status_code == 200

    def test_a_confidential_client_must_sign_in(self, endpoint, sign_in, application):
        app, secret = application()
        client = {"client_id": app.client_id, "client_secret": secret}
        token = endpoint.granted(**sign_in, **client)
        assert refresh(endpoint, token).status_code == 400
        assert refresh(endpoint, token, client_id=app.client_id).status_code == 401
        assert refresh(endpoint, token, client_id="public").status_code == 400
        assert refresh(endpoint, token, **client).status_code == 200


class TestScope:
    def test_it_may_narrow_the_access_token_alone(self, endpoint, token):
        narrow = refresh(endpoint, token, scope="r:issuer").json()
        assert narrow["scope"] == "r:issuer"
        assert AccessToken.objects.get().scope == "r:issuer"
        wide = refresh(endpoint, narrow).json()
        assert wide["scope"] == token["scope"]

    def test_wider_wishes_are_cut(self, endpoint, ada):
        _, secret = app_password(ada, "rw:issuer:abc")
        token = endpoint.granted(username=ada.email, password=secret)
        wish = "rw:profile rw:issuer rw:backpack"
        assert refresh(endpoint, token, scope=wish).json()["scope"] == "rw:issuer:abc"

    def test_nothing_left_is_an_error_and_costs_nothing(self, endpoint, ada):
        _, secret = app_password(ada, "r:profile")
        token = endpoint.granted(username=ada.email, password=secret)
        assert refused(refresh(endpoint, token, scope="rw:issuer"), "invalid_scope")
        assert refresh(endpoint, token).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_refreshes_at_once_one_family_lives(endpoint, ada):
    _, secret = app_password(ada)
    token = endpoint.granted(username=ada.email, password=secret)
    answers = together(20, lambda _: refresh(TokenEndpoint(), token))
    assert {answer.status_code for answer in answers} == {200}
    given = [answer.json() for answer in answers]
    assert len({(one["access_token"], one["refresh_token"]) for one in given}) == 1
    assert opens(given[0]) == 200
    assert RefreshToken.objects.filter(revoked=None).count() == 1
    assert AccessToken.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_many_sign_ins_at_once(ada):
    _, secret = app_password(ada)
    fields = {"username": ada.email, "password": secret}
    tokens = together(8, lambda _: TokenEndpoint().granted(**fields))
    assert len({token["access_token"] for token in tokens}) == 8
    assert all(opens(token) == 200 for token in tokens)


def test_refreshing_takes_a_constant_number_of_queries(
    endpoint, token, django_assert_max_num_queries
):
    for _ in range(5):
        token = refresh(endpoint, token).json()
    with django_assert_max_num_queries(28):
        refresh(endpoint, token)
