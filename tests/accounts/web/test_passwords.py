"""/accounts/password/…: changing, and choosing a new one by mail, with no word on who is known."""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils import timezone

from jobs.models import Job
from tests.accounts.browsing import signed_in, sure
from tests.accounts.mailing import link_of, sent, the_mail
from tests.support.servers import PASSWORD
from tests.support.worlds import person

RESET = "/accounts/password/reset/"
CHANGE = "/accounts/password/change/"
NEW = "another-long-Password-7"
pytestmark = pytest.mark.django_db


def inside(client: Client) -> bool:
    return client.get("/accounts/security/").status_code == 200


def test_the_whole_way(client, ada):
    elsewhere = signed_in(ada)
    assert client.post(RESET, {"email": " ADA@example.org"})["Location"] == f"{RESET}done/"
    letter = the_mail()
    assert letter.to == [ada.email]
    link = link_of(letter)
    assert ada.entity_id in link
    form = client.get(link, follow=True)
    assert "set-password" in form.redirect_chain[-1][0], "the secret does not stay in the address"
    assert form["Referrer-Policy"] == "strict-origin"
    assert form["Cache-Control"] == "no-store"
    fields = {"password1": NEW, "password2": NEW}
    done = client.post(form.redirect_chain[-1][0], fields)
    assert done["Location"] == f"{RESET}key/done/"
    ada.refresh_from_db()
    assert ada.check_password(NEW)
    assert not inside(elsewhere)
    assert not inside(client)
    assert "through a link in a mail" in the_mail().body
    assert "too old" in Client().get(link, follow=True).content.decode()


def told(email: str) -> tuple:
    Job.objects.all().delete()
    answer = Client().post(RESET, {"email": email})
    jobs = [(job.kind, sorted(job.payload), job.state) for job in Job.objects.all()]
    return answer.status_code, answer["Location"], answer.content, jobs


def test_an_unknown_address_is_answered_alike(ada):
    closed = person("closed@example.org")
    type(closed).objects.filter(pk=closed.pk).update(is_active=False)
    EmailAddress.objects.create(user=ada, email="claimed@example.org")
    known = told(ada.email)
    for other in ("nobody@example.org", "closed@example.org", "claimed@example.org"):
        assert told(other) == known
    assert len(known[3]) == 1
    assert sent() == []


@pytest.mark.parametrize("count", [5, 8])
def test_a_mailbox_is_not_flooded(ada, count):
    answers = [Client().post(RESET, {"email": ada.email}).status_code for _ in range(count)]
    assert answers == [302] * count
    assert len(sent()) == 5
    assert Client().post(RESET, {"email": "nobody@example.org"}).status_code == 302


@pytest.mark.parametrize("path", [RESET, "/v2/auth/forgot-password"])
def test_no_other_mail_uses_up_the_links_to_a_new_password(ada, path):
    sign_up = {"email": ada.email, "password1": NEW, "password": NEW}
    eve = sure(person("eve@example.org"))
    for _ in range(4):
        Client().post("/accounts/signup/", sign_up)
        Client().post("/v1/user/profile", sign_up)
        eve.post("/accounts/email/", {"email": ada.email})
        EmailAddress.objects.filter(primary=False).delete()
    sent()
    Client().post(path, {"email": ada.email})
    assert the_mail().subject.startswith("Choose a new password")


def test_a_link_dies_with_a_day_and_with_a_sign_in(ada, client, time_machine):
    time_machine.move_to(timezone.now())
    for end in ("day", "sign-in"):
        client.post(RESET, {"email": ada.email})
        link = link_of(the_mail())
        if end == "day":
            time_machine.shift(24 * 3600 + 60)
        else:
            time_machine.shift(5)
            signed_in(ada)
        assert "too old" in Client().get(link, follow=True).content.decode()


def test_wrong_links_keep_nobody_from_following_a_right_one(ada, client):
    """They are counted by the peer, which may be a whole university."""
    client.post(RESET, {"email": ada.email})
    link = link_of(the_mail())
    answers = [Client().get(link.replace(ada.entity_id, "nobody")) for _ in range(51)]
    assert [answer.status_code for answer in answers] == [200] * 50 + [429]
    path = client.get(link)["Location"]
    done = client.post(path, {"password1": NEW, "password2": NEW})
    assert done["Location"] == f"{RESET}key/done/"


def test_a_weak_password_is_refused(ada, client):
    client.post(RESET, {"email": ada.email})
    path = client.get(link_of(the_mail()))["Location"]
    answer = client.post(path, {"password1": "ada@example.org", "password2": "ada@example.org"})
    assert answer.context["form"].errors
    ada.refresh_from_db()
    assert ada.check_password(PASSWORD)


def test_changing_ends_other_sessions(ada):
    here, elsewhere = signed_in(ada), signed_in(ada)
    assert inside(elsewhere)
    fields = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert here.post(CHANGE, fields)["Location"] == "/accounts/security/"
    assert inside(here)
    assert not inside(elsewhere)
    ada.refresh_from_db()
    assert ada.check_password(NEW)
    assert "password was changed" in the_mail().subject


def test_changing_needs_the_present_one(ada):
    here = signed_in(ada)
    fields = {"oldpassword": "wrong", "password1": NEW, "password2": NEW}
    for _ in range(10):
        assert here.post(CHANGE, fields).context["form"].errors
    assert here.post(CHANGE, fields | {"oldpassword": PASSWORD}).status_code == 429
    ada.refresh_from_db()
    assert ada.check_password(PASSWORD)


@pytest.mark.parametrize("path", [CHANGE, "/accounts/password/set/"])
def test_anonymous_people_are_led_to_the_sign_in(client, path):
    assert client.get(path)["Location"].startswith("/accounts/login/")


def test_a_first_password(ada):
    ada.set_unusable_password()
    ada.save()
    client = Client()
    client.force_login(ada)
    assert client.get(CHANGE)["Location"] == "/accounts/password/set/"
    client.post("/accounts/password/set/", {"password1": NEW, "password2": NEW})
    ada.refresh_from_db()
    assert ada.check_password(NEW)
    assert "has a password now" in the_mail().subject
