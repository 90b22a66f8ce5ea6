"""/accounts/apps/: what a person has allowed, since when, and taking it back."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from activity.models import LogEntry
from oauth.models import AccessToken, Consent
from tests.oauth.conftest import TokenEndpoint
from tests.oauth.flows import Dance, opens, told
from tests.support.threads import together
from tests.support.worlds import issuer_of, person

PAGE = "/accounts/apps/"
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
def lms(dance, ada):
    issuer_of(ada, name="Northfield")
    return dance()


def test_what_has_access(lms, ada, time_machine):
    time_machine.move_to(NOW, tick=False)
    one = ada.issuer_roles.get().issuer.entity_id
    token = lms.token("rw:issuer", scope="rw:issuer", form={"reach": "some", "issuers": [one]})
    time_machine.move_to(NOW + timedelta(days=3), tick=False)
    lms.refresh(token)
    lms.browser.force_login(ada)
    text = lms.browser.get(PAGE).content.decode()
    assert "LMS" in text
    assert "app.example" in text
    assert "Award and revoke badges for the issuer Northfield" in text
    assert "Allowed 4 May 2026, last used 7 May 2026" in text


class TestLastUse:
    """Of a token; noted once an hour at most, and beside the check of the token."""

    @pytest.fixture
    def token(self, lms, time_machine):
        time_machine.move_to(NOW, tick=False)
        return lms.token("r:issuer", scope="r:issuer")

    def test_a_call_is_a_use(self, token, time_machine):
        time_machine.move_to(NOW + timedelta(minutes=61), tick=False)
        assert opens(token) == 200
        assert Consent.objects.get().last_used_at == NOW + timedelta(minutes=61)

    def test_it_is_noted_once_an_hour(self, token, time_machine):
        def writes() -> int:
            with CaptureQueriesContext(connection) as caught:
                assert opens(token) == 200
            return sum(query["sql"].startswith("UPDATE") for query in caught)

        assert writes() == 0
        time_machine.move_to(NOW + timedelta(minutes=61), tick=False)
        assert [writes() for _ in range(3)] == [1, 0, 0]
        time_machine.move_to(NOW + timedelta(minutes=120), tick=False)
        assert writes() == 0
        time_machine.move_to(NOW + timedelta(minutes=122), tick=False)
        assert writes() == 1

    def test_another_persons_use_is_not_it(self, token, lms, time_machine):
        eve = person("eve@example.org")
        lms.browser.force_login(eve)
        hers = lms.token("r:issuer", scope="r:issuer")
        time_machine.move_to(NOW + timedelta(hours=5), tick=False)
        assert opens(hers) == 200
        assert Consent.objects.exclude(user=eve).get().last_used_at == NOW

    def test_a_dead_token_is_not_used(self, token, time_machine):
        time_machine.move_to(NOW + timedelta(days=2), tick=False)
        assert opens(token) == 401
        assert Consent.objects.get().last_used_at == NOW


def test_taking_it_back(lms):
    token, code = lms.token("r:issuer", scope="r:issuer"), lms.code()
    assert opens(token) == 200
    address = f"{PAGE}{Consent.objects.get().entity_id}/revoke/"
    assert lms.browser.get(address).status_code == 405
    answer = lms.browser.post(address)
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    assert opens(token) == 401
    assert lms.refresh(token).status_code == 400
    assert lms.exchange(code).status_code == 400
    assert lms.visit().status_code == 200
    assert "None yet." in lms.browser.get(PAGE).content.decode()
    assert LogEntry.objects.filter(verb="consent.revoked").count() == 1


def test_not_somebody_elses(lms):
    token = lms.token("r:issuer", scope="r:issuer")
    eve = Client()
    eve.force_login(person("eve@example.org"))
    assert "LMS" not in eve.get(PAGE).content.decode()
    assert eve.post(f"{PAGE}{Consent.objects.get().entity_id}/revoke/").status_code == 404
    assert opens(token) == 200


def test_other_peoples_tokens_live_on(lms, dance):
    mine = lms.token("r:issuer", scope="r:issuer")
    eve = person("eve@example.org")
    ada, lms.browser = lms.browser, Client()
    lms.browser.force_login(eve)
    hers = lms.token("r:issuer", scope="r:issuer")
    ada.post(f"{PAGE}{Consent.objects.exclude(user=eve).get().entity_id}/revoke/")
    assert (opens(mine), opens(hers)) == (401, 200)


def test_who_is_not_signed_in(db):
    assert Client().get(PAGE).status_code == 302
    assert Client().post(f"{PAGE}x/revoke/").status_code == 302


def test_a_constant_number_of_queries(lms, dance, django_assert_max_num_queries):
    for _ in range(5):
        dance().allow()
    with django_assert_max_num_queries(5):
        lms.browser.get(PAGE)


class TestTakingAPartBack:
    """By consenting again and ticking less: what the page shows is what the app can do."""

    def test_tokens_that_could_do_more_are_ended_or_cut(self, lms):
        wide = lms.token()
        assert lms.allow("r:profile").status_code == 303
        assert Consent.objects.get().scopes == ["r:profile"]
        assert opens(wide) == 401
        assert lms.refresh(wide).json()["scope"] == "r:profile"

    def test_what_could_do_nothing_else_is_ended(self, lms):
        wide = lms.token("rw:backpack")
        lms.allow("r:profile")
        assert opens(wide) == 401
        assert lms.refresh(wide).status_code == 400

    def test_a_code_that_could_do_more_is_ended(self, lms):
        code = lms.code()
        lms.allow("r:profile")
        assert lms.exchange(code).status_code == 400

    def test_other_issuers(self, lms, ada):
        one = ada.issuer_roles.get().issuer.entity_id
        other = issuer_of(ada, name="Southfield").entity_id

        def token_for(*issuers: str) -> dict:
            form = {"reach": "some", "issuers": issuers}
            return lms.token("rw:issuer", scope="rw:issuer", form=form)

        first, second = token_for(one), token_for(other)
        assert Consent.objects.get().scopes == [f"rw:issuer:{other}"]
        assert opens(first, f"/v2/issuers/{one}") == 401
        assert lms.refresh(first).status_code == 400
        assert opens(second, f"/v2/issuers/{other}") == 200

    def test_who_refuses_to_be_read_takes_back_writing(self, lms):
        lms.allow()
        lms.allow("r:profile", scope="r:profile r:backpack")
        assert Consent.objects.get().scopes == ["r:profile"]

    def test_what_is_not_asked_for_this_time_stays(self, lms):
        form = {"reach": "all"}
        wide = lms.token("r:profile", "rw:issuer", scope="r:profile rw:issuer", form=form)
        lms.allow("r:profile", "r:issuer", scope="r:profile r:issuer", approval_prompt="force")
        assert opens(wide) == 200
        assert lms.refresh(wide).json()["scope"] == "r:profile rw:issuer"
        assert Consent.objects.get().scopes == ["rw:issuer", "r:profile", "r:issuer"]

    def test_what_an_app_password_bought_is_its_own(self, lms, sign_in):
        lms.application.grants = ["authorization-code", "password"]
        lms.application.save()
        client = {"client_id": lms.application.client_id, "client_secret": lms.secret}
        token = lms.endpoint.granted(**sign_in, **client)
        lms.allow("r:profile")
        assert opens(token) == 200


def test_since_when_is_the_first_time(lms, time_machine):
    time_machine.move_to(NOW, tick=False)
    lms.allow()
    time_machine.move_to(NOW + timedelta(days=3), tick=False)
    lms.allow()
    text = lms.browser.get(PAGE).content.decode()
    assert "Allowed 4 May 2026, last used 7 May 2026" in text


@pytest.mark.django_db(transaction=True)
def test_taking_it_back_while_the_app_signs_in(lms, ada):
    token = lms.token()
    address = f"{PAGE}{Consent.objects.get().entity_id}/revoke/"

    def act(number: int) -> None:
        mine = Dance(TokenEndpoint(), lms.application, lms.secret, ada)
        if number == 3:
            assert mine.browser.post(address).status_code == 302
        elif number % 2:
            assert mine.refresh(token).status_code in {200, 400}
        elif (answer := mine.visit()).status_code == 303:
            assert mine.exchange(told(answer)["code"]).status_code in {200, 400}

    together(8, act)
    assert not AccessToken.objects.exists()


def test_no_code_outlives_it(lms):
    """Nor one that was asked for at the same moment."""
    code = lms.code()
    Consent.objects.all().delete()
    assert lms.exchange(code).status_code == 400
