"""/accounts/login/, /accounts/logout/ and /accounts/inactive/"""

import pytest
from django.test import Client

from tests.support.servers import PASSWORD

LOGIN = "/accounts/login/"


def sign_in(client: Client, *, login="ada@example.org", password=PASSWORD, query="", **headers):
    fields = {"login": login, "password": password}
    return client.post(LOGIN + query, fields, headers=headers)


def signed_in(client: Client) -> bool:
    return client.get("/accounts/app-passwords/").status_code == 200


def test_the_page(db, client):
    answer = client.get(LOGIN)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    page = answer.content.decode()
    assert 'name="csrfmiddlewaretoken"' in page
    assert 'type="password"' in page
    assert 'autocomplete="current-password"' in page


@pytest.mark.parametrize("login", ["ada@example.org", "ADA@Example.org"])
def test_it_signs_in(ada, client, login):
    answer = sign_in(client, login=login)
    assert answer.status_code == 302
    assert answer["Location"] == "/accounts/app-passwords/"
    assert signed_in(client)
    cookie = client.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_wrong_ones_look_alike(ada, client):
    pages = []
    for fields in ({"password": "wrong"}, {"login": "nobody@example.org"}):
        answer = sign_in(client, **fields)
        assert answer.status_code == 200
        assert 'role="alert"' in answer.content.decode()
        pages.append(answer.context["form"].non_field_errors())
    assert pages[0] == pages[1]
    assert not signed_in(client)


def test_the_password_is_not_sent_back(ada, client):
    assert b"wrong-secret" not in sign_in(client, password="wrong-secret").content


def test_a_closed_account(ada, client):
    ada.is_active = False
    ada.save()
    answer = sign_in(client)
    assert answer["Location"] == "/accounts/inactive/"
    assert "closed" in client.get("/accounts/inactive/").content.decode()
    assert not signed_in(client)


def test_an_app_password_is_no_password(ada, client):
    from tests.support.worlds import app_password

    assert sign_in(client, password=app_password(ada)[1]).status_code == 200
    assert not signed_in(client)


def test_it_needs_the_csrf_token(ada):
    client = Client(enforce_csrf_checks=True)
    assert sign_in(client).status_code == 403
    assert not signed_in(client)


@pytest.mark.parametrize("target", ["/accounts/logout/", "/accounts/app-passwords/?a=b"])
def test_it_leads_on_within_the_site(ada, client, target):
    assert sign_in(client, query=f"?next={target}")["Location"] == target


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example/", "///evil.example", "/\\evil.example", "\\\\evil",
     "http:evil.example", "https:///evil.example", "javascript:alert(1)", "/%09/evil.example",
     "https://localhost:8000@evil.example/"],
)  # fmt: skip
def test_it_leads_nowhere_else(ada, target):
    client = Client()
    location = sign_in(client, query=f"?next={target}")["Location"]
    assert location.startswith(("/accounts/", "/%09"))
    assert Client().get(f"{LOGIN}?next={target}").status_code == 200
    client.force_login(ada)
    left = client.post(f"/accounts/logout/?next={target}")["Location"]
    assert left == "/" or left.startswith("/%09")


def test_who_is_signed_in_is_led_on(browser):
    assert browser.get(LOGIN)["Location"] == "/accounts/app-passwords/"


def test_a_new_session_at_sign_in(ada, client):
    """A session planted before signing in is not the one after it."""
    session = client.session
    session["planted"] = True
    session.save()
    before = session.session_key
    sign_in(client)
    assert client.session.session_key != before


def test_signing_out(browser):
    page = browser.get("/accounts/logout/")
    assert page.status_code == 200
    assert 'name="csrfmiddlewaretoken"' in page.content.decode()
    assert signed_in(browser)
    assert browser.post("/accounts/logout/")["Location"] == "/"
    assert not signed_in(browser)
    assert browser.get("/accounts/logout/")["Location"] == "/"


def test_signing_out_needs_the_csrf_token(ada):
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)
    assert client.post("/accounts/logout/").status_code == 403
    assert signed_in(client)
