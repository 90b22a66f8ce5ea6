"""/accounts/app-passwords/ and /accounts/app-passwords/{id}/revoke/"""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AppPassword
from accounts.queries import living_app_password
from tests.accounts.browsing import signed_in, sure
from tests.support.worlds import app_password, issuer_of, person

PAGE = "/accounts/app-passwords/"
FIELDS = {"name": "Moodle", "scopes": ["rw:issuer", "rw:backpack"]}
SECRET = re.compile(r'<code class="secret">([^<]+)</code>')


@pytest.fixture
def browser(ada) -> Client:
    return sure(ada)


def test_a_stolen_session_makes_none(ada, time_machine):
    browser = signed_in(ada)
    time_machine.move_to(timezone.now() + timedelta(hours=1))
    assert browser.post(PAGE, FIELDS)["Location"].startswith("/accounts/reauthenticate/")
    assert not AppPassword.objects.exists()


def test_who_has_just_signed_in_is_not_asked_again(ada):
    assert signed_in(ada).post(PAGE, FIELDS).status_code == 200


def test_the_page(browser):
    answer = browser.get(PAGE)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert "None yet." in answer.content.decode()


def test_a_secret_is_shown_once(browser, ada):
    answer = browser.post(PAGE, FIELDS)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    (secret,) = SECRET.findall(answer.content.decode())
    made = living_app_password(username=ada.email, password=secret)
    assert made.scopes == ["rw:issuer", "rw:backpack"]
    assert made.name == "Moodle"
    later = browser.get(PAGE).content.decode()
    assert "Moodle" in later
    assert secret not in later
    assert secret not in str(dict(browser.session))


@pytest.mark.parametrize(
    "fields",
    [{}, {"name": "x"}, {"scopes": "rw:issuer"}, FIELDS | {"scopes": "rw:all"},
     FIELDS | {"name": " "}, FIELDS | {"name": "x" * 101}, FIELDS | {"name": "a\x00b"}],
)  # fmt: skip
def test_a_bad_form(browser, fields):
    answer = browser.post(PAGE, fields)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    assert not AppPassword.objects.exists()


def test_names_are_escaped(browser, ada):
    browser.post(PAGE, FIELDS | {"name": "<script>alert(1)</script>"})
    assert "<script>alert" not in browser.get(PAGE).content.decode()


def test_revoking(browser, ada):
    made, secret = app_password(ada)
    answer = browser.post(f"{PAGE}{made.entity_id}/revoke/")
    assert answer["Location"] == PAGE
    assert "Revoked." in browser.get(PAGE).content.decode()
    assert living_app_password(username=ada.email, password=secret) is None
    assert browser.post(f"{PAGE}{made.entity_id}/revoke/").status_code == 404


def test_other_peoples_are_not_seen(browser, ada):
    made, secret = app_password(person("eve@example.org"))
    assert made.entity_id not in browser.get(PAGE).content.decode()
    assert browser.post(f"{PAGE}{made.entity_id}/revoke/").status_code == 404
    assert living_app_password(username="eve@example.org", password=secret)


@pytest.mark.parametrize("entity_id", ["unknown", "1", "%00", "☃"])
def test_unknown_ones(browser, entity_id):
    assert browser.post(f"{PAGE}{entity_id}/revoke/").status_code == 404


def test_row_numbers_stay_inside(browser, ada):
    made, _ = app_password(ada)
    assert f"/{made.pk}/" not in browser.get(PAGE).content.decode()
    assert browser.post(f"{PAGE}{made.pk}/revoke/").status_code == 404


def test_anonymous_people_are_led_to_the_sign_in(db, client, ada):
    made, _ = app_password(ada)
    revoke = f"{PAGE}{made.entity_id}/revoke/"
    for answer, path in [
        (client.get(PAGE), PAGE),
        (client.post(PAGE, FIELDS), PAGE),
        (client.post(revoke), revoke),
    ]:
        assert answer.status_code == 302
        assert answer["Location"] == f"/accounts/login/?next={path}"
    made.refresh_from_db()
    assert made.revoked_at is None
    assert AppPassword.objects.count() == 1


def test_wrong_method(browser, ada):
    made, _ = app_password(ada)
    assert browser.put(PAGE).status_code == 405
    assert browser.get(f"{PAGE}{made.entity_id}/revoke/").status_code == 405


def test_they_need_the_csrf_token(ada):
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)
    made, _ = app_password(ada)
    assert client.post(PAGE, FIELDS).status_code == 403
    assert client.post(f"{PAGE}{made.entity_id}/revoke/").status_code == 403
    made.refresh_from_db()
    assert made.revoked_at is None


def test_a_constant_number_of_queries(browser, ada, django_assert_max_num_queries):
    for count in (1, 20):
        for _ in range(count):
            app_password(ada)
        with django_assert_max_num_queries(4):
            browser.get(PAGE)


def test_tied_to_one_issuer(browser, ada):
    issuer, other = issuer_of(ada, name="Academy"), issuer_of(ada, name="Workshop")
    foreign = issuer_of(person("eve@example.org"))
    page = browser.get(PAGE).content.decode()
    assert "Academy" in page and "Workshop" in page
    assert foreign.entity_id not in page
    answer = browser.post(PAGE, FIELDS | {"reach": "some", "issuers": [issuer.entity_id]})
    (secret,) = SECRET.findall(answer.content.decode())
    made = living_app_password(username=ada.email, password=secret)
    assert made.scopes == [f"rw:issuer:{issuer.entity_id}", "rw:backpack"]
    listed = browser.get(PAGE).content.decode()
    assert "Award and revoke badges for the issuer Academy" in listed
    assert other.entity_id not in str(made.scopes)


@pytest.mark.parametrize(
    "chosen",
    [{}, {"reach": "all", "issuers": ["{mine}"]}, {"reach": "some", "issuers": ["{foreign}"]},
     {"reach": "some", "issuers": ["*"]}],
)  # fmt: skip
def test_issuers_chosen_wrongly(browser, ada, chosen):
    named = {"mine": issuer_of(ada).entity_id}
    named["foreign"] = issuer_of(person("eve@example.org")).entity_id
    issuers = [one.format(**named) for one in chosen.get("issuers", [])]
    fields = FIELDS | {"reach": "some"} | chosen | {"issuers": issuers}
    answer = browser.post(PAGE, fields)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()
    assert not AppPassword.objects.exists()
