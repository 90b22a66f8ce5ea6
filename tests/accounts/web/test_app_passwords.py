"""/accounts/app-passwords/ and /accounts/app-passwords/{id}/revoke/"""

import re

import pytest
from django.test import Client

from accounts.models import AppPassword
from accounts.queries import living_app_password
from tests.support.worlds import app_password, person

PAGE = "/accounts/app-passwords/"
FIELDS = {"name": "Moodle", "scopes": ["rw:issuer", "rw:backpack"]}
SECRET = re.compile(r'<code class="secret">([^<]+)</code>')


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
