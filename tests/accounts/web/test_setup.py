"""/setup/TOKEN: the one-time link of a server that nobody owns."""

from datetime import UTC, datetime

import pytest
from django.test import Client, override_settings

from accounts.models import User
from accounts.services.setup_links import VALID_FOR, new_setup_link
from tests.support.servers import PASSWORD
from tests.support.threads import together
from tests.support.worlds import person

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
FIELDS = {"name": "Ada Lovelace", "email": "Ada@Example.org", "password": PASSWORD}


def path_of_link() -> str:
    link = new_setup_link()
    assert link.startswith("http://localhost:8000/setup/")
    return link.removeprefix("http://localhost:8000")


@pytest.fixture
def path(db) -> str:
    return path_of_link()


def test_the_page(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert 'autocomplete="new-password"' in answer.content.decode()


def test_its_holder_becomes_the_administrator(client, path):
    answer = client.post(path, FIELDS)
    assert answer["Location"] == "/accounts/app-passwords/"
    user = User.objects.get()
    assert user.is_superuser
    assert user.email == "ada@example.org"
    assert client.get("/accounts/app-passwords/").status_code == 200


def test_its_holder_makes_an_app_password_without_typing_theirs_again(client, path):
    client.post(path, FIELDS)
    made = client.post("/accounts/app-passwords/", {"name": "LMS", "scopes": ["rw:issuer"]})
    assert made.status_code == 200
    assert 'class="secret"' in made.content.decode()


def test_it_works_once(client, path):
    other = path_of_link()
    client.post(path, FIELDS)
    for link in (path, other):
        assert Client().get(link).status_code == 404
        answer = Client().post(link, FIELDS | {"email": "eve@example.org"})
        assert answer.status_code == 404
    assert User.objects.count() == 1


def test_it_expires(db, client, time_machine):
    time_machine.move_to(NOW, tick=False)
    path = path_of_link()
    time_machine.shift(VALID_FOR)
    assert client.get(path).status_code == 200
    time_machine.shift(1)
    assert client.get(path).status_code == 404
    assert client.post(path, FIELDS).status_code == 404


@pytest.mark.parametrize("token", ["x", "owner", "a:b:c", "%00", "é"])
def test_an_unknown_link(db, client, token):
    assert client.get(f"/setup/{token}").status_code == 404


def test_a_link_of_another_server(db, client):
    with override_settings(SECRET_KEY="another"):
        path = path_of_link()
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"email": "ada"}, "email"),
        ({"email": f"{'x' * 250}@example.org"}, "email"),
        ({"password": "password"}, "password"),
        ({"password": "ada@example.org"}, "password"),
        ({"name": ""}, "name"),
        ({"name": "a\x00b"}, "name"),
    ],
)
def test_a_bad_form(client, path, wrong, field):
    answer = client.post(path, FIELDS | wrong)
    assert answer.status_code == 400
    assert set(answer.context["form"].errors) == {field}
    assert not User.objects.exists()
    assert client.post(path, FIELDS).status_code == 302


def test_somebody_elses_address(client, path):
    person("ada@example.org")
    answer = client.post(path, FIELDS)
    assert answer.status_code == 400
    assert set(answer.context["form"].errors) == {"email"}
    assert not User.objects.filter(is_superuser=True).exists()


def test_the_link_does_not_leak_and_the_form_can_be_sent(path):
    """`no-referrer` would make browsers send `Origin: null`, which CSRF protection refuses."""
    client = Client(enforce_csrf_checks=True)
    page = client.get(path)
    assert page["Referrer-Policy"] == "strict-origin"
    token = {"csrfmiddlewaretoken": client.cookies["csrftoken"].value}
    assert client.post(path, FIELDS).status_code == 403
    refused = client.post(path, FIELDS | token, headers={"Origin": "null"})
    assert refused.status_code == 403
    headers = {"Origin": "http://localhost:8000", "Referer": "http://localhost:8000/"}
    sent = client.post(path, FIELDS | token, headers=headers | {"Host": "localhost:8000"})
    assert sent.status_code == 302


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_owns():
    path = path_of_link()

    def claim(number: int) -> int:
        fields = FIELDS | {"email": f"user{number}@example.org"}
        return Client().post(path, fields).status_code

    answers = together(6, claim)
    assert answers.count(302) == 1
    assert set(answers) <= {302, 400, 404}
    assert User.objects.filter(is_superuser=True).count() == 1
    assert User.objects.count() == 1
