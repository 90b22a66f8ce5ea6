"""/v2/auth/forgot-password"""

import pytest
from django.test import Client

from accounts.links import reset_token
from jobs.models import Job
from tests.accounts.mailing import link_of, sent, the_mail
from tests.support.envelopes import failure_of

PATH = "/v2/auth/forgot-password"
NEW = "another-long-Password-7"
pytestmark = pytest.mark.django_db


def post(email: str, **more):
    return Client(**more).post(PATH, {"email": email}, "application/json")


def put(token: str, password: str = NEW):
    return Client().put(PATH, {"token": token, "password": password}, "application/json")


def test_the_whole_way(ada, client):
    done = {"status": {"success": True, "description": "ok"}, "result": [{}]}
    assert post("ADA@example.org").json() == done
    link = link_of(the_mail())
    token = link.rstrip("/").rpartition("/")[2]
    led = client.get(PATH, {"token": token, "a": "5"})
    assert led.status_code == 302
    assert led["Location"] == link
    assert put(token, "ada@example.org").json()["fieldErrors"]["password"]
    assert put(token).json() == done
    ada.refresh_from_db()
    assert ada.check_password(NEW)
    assert "through a link in a mail" in the_mail().body
    assert put(token).status_code == 404


def test_an_unknown_address_is_answered_alike(ada):
    seen = []
    for email in (ada.email, "nobody@example.org"):
        Job.objects.all().delete()
        answer = post(email)
        seen.append((answer.status_code, answer.content, Job.objects.count()))
    assert seen[0] == seen[1]
    assert seen[0][2] == 1


@pytest.mark.parametrize("token", ["x", "-", "a-b-c", "é", "x" * 200])
def test_a_wrong_token(ada, token):
    failure_of(put(token), 404)
    failure_of(put(reset_token(ada) + "x"), 404)


@pytest.mark.parametrize("body", [{}, {"email": "x"}, {"email": 7}, [], {"token": "x-y"}])
def test_a_bad_body(body):
    failure_of(Client().post(PATH, body, "application/json"), 400)
    failure_of(Client().put(PATH, body, "application/json"), 400)


def test_a_form_works_too(ada):
    assert Client().post(PATH, {"email": ada.email}).status_code == 200
    assert len(sent()) == 1


def test_without_a_token_it_leads_to_the_page(client):
    assert client.get(PATH)["Location"] == "/accounts/password/reset/"
    assert client.get(PATH, {"token": "//evil.example/"})["Location"].startswith(
        "/accounts/password/reset/key/%2F%2Fevil"
    )


def test_a_peer_that_asks_too_often(ada):
    answers = [post(f"a{number}@example.org") for number in range(51)]
    assert [answer.status_code for answer in answers] == [200] * 50 + [429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert answers[-1].json()["validationErrors"]
    assert post(ada.email, REMOTE_ADDR="203.0.113.9").status_code == 200


def test_a_peer_that_guesses_tokens(ada):
    answers = [put("x-y") for _ in range(51)]
    assert [answer.status_code for answer in answers] == [404] * 50 + [429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert put(reset_token(ada)).status_code == 200, "a right one is good there still"
