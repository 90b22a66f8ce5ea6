"""/accounts/signup/ and /accounts/confirm-email/…: no oracle, and addresses are proved first."""

import hashlib

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils import timezone

from accounts.models import User
from activity.models import LogEntry
from jobs.models import Job
from tests.accounts.browsing import sure
from tests.accounts.mailing import link_of, sent, the_mail
from tests.support.servers import PASSWORD
from tests.support.worlds import person

PAGE = "/accounts/signup/"
FIELDS = {
    "first_name": "Grace",
    "last_name": "Hopper",
    "email": "Grace@Example.org",
    "password1": "a-compiler-9-wrote-this",
}
pytestmark = pytest.mark.django_db


def sign_in(client: Client, email: str, password: str) -> str:
    return client.post("/accounts/login/", {"login": email, "password": password}).get("Location")


def test_the_whole_way(client):
    assert client.get(PAGE).status_code == 200
    answer = client.post(PAGE, FIELDS)
    assert answer["Location"] == "/accounts/confirm-email/"
    user = User.objects.get()
    assert (user.email, str(user)) == ("grace@example.org", "Grace Hopper")
    assert not EmailAddress.objects.get().verified
    assert "_auth_user_id" not in client.session
    letter = the_mail()
    assert letter.to == ["grace@example.org"]
    assert "Grace" not in letter.body + letter.alternatives[0].content
    assert sign_in(client, user.email, FIELDS["password1"]) == "/accounts/confirm-email/"
    link = link_of(letter)
    assert "Is grace@example.org your address?" in client.get(link).content.decode()
    assert not EmailAddress.objects.get().verified, "programs that look into mails open links"
    assert client.post(link)["Location"] == "/accounts/login/"
    assert EmailAddress.objects.get().verified
    assert sign_in(client, user.email, FIELDS["password1"]) == "/accounts/app-passwords/"
    verbs = list(LogEntry.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["user.signed-up", "address.verified"]
    assert "grace" not in str(list(LogEntry.objects.values()))
    again = client.get(link)
    assert "has been used" in again.content.decode()
    assert client.post(link).status_code == 404


def told(answer) -> tuple:
    text = answer.content.decode()
    messages = answer.wsgi_request._messages
    return answer.status_code, answer.get("Location"), text, [str(m) for m in messages]


@pytest.mark.parametrize("kind", ["verified", "second", "unverified"])
def test_a_known_address_is_answered_alike(kind, hashed):
    """The same page, one slow hash, one job."""
    known = person()
    email = "second@example.org"
    EmailAddress.objects.create(user=known, email=email, verified=kind == "second")
    if kind == "verified":
        email = known.email
    if kind == "unverified":
        Client().post(PAGE, FIELDS | {"email": email})
        sent()
    count, seen = User.objects.count(), []
    for address in (email, "nobody@example.org"):
        hashed.clear()
        Job.objects.all().delete()
        answer = Client().post(PAGE, FIELDS | {"email": address})
        work = len(hashed), Job.objects.count(), Job.objects.get().kind
        seen.append((*told(answer)[:3], str(told(answer)[3]).replace(address, "X"), work))
    assert seen[0] == seen[1]
    assert seen[0][-1] == (1, 1, "accounts.mail")
    assert User.objects.count() == count + 1


def test_who_has_an_account_is_told_by_mail():
    known = person()
    Client().post(PAGE, FIELDS | {"email": known.email})
    letter = the_mail()
    assert letter.to == [known.email]
    assert "account already" in letter.subject
    known.refresh_from_db()
    assert known.check_password(PASSWORD)
    assert known.first_name == ""


def test_claiming_an_address_keeps_nobody_from_proving_it(client):
    """Neither somebody's unproved second address nor an unproved account stands in the way."""
    EmailAddress.objects.create(user=person(), email="grace@example.org")
    client.post(PAGE, FIELDS)
    client.post(link_of(the_mail()))
    row = EmailAddress.objects.get(email="grace@example.org")
    assert row.verified
    assert row.user.email == "grace@example.org"


def test_a_squatter_loses_what_was_never_proved(browser_of_ada):
    Client().post(PAGE, FIELDS)
    assert User.objects.filter(email="grace@example.org").exists()
    answer = browser_of_ada.post("/accounts/email/", {"email": "grace@example.org"})
    assert answer["Location"] == "/accounts/email/"
    mine = [letter for letter in sent() if "added this address" in letter.body]
    browser_of_ada.post(link_of(mine[0]))
    row = EmailAddress.objects.get(email="grace@example.org")
    assert row.verified
    assert row.user.email == "ada@example.org"
    assert not User.objects.filter(email="grace@example.org").exists()


@pytest.fixture
def browser_of_ada() -> Client:
    return sure(person())


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"email": "grace"}, "email"), ({"email": "a@b.example\nBcc: x@y.example"}, "email"),
     ({"password1": "password"}, "password1"), ({"password1": "hopper12"}, "password1"),
     ({"first_name": "x" * 151}, "first_name"), ({"last_name": "a\x00b"}, "last_name")],
)  # fmt: skip
def test_a_bad_form(client, wrong, field):
    answer = client.post(PAGE, FIELDS | wrong)
    assert set(answer.context["form"].errors) == {field}
    assert not User.objects.exists()
    assert sent() == []


def test_closed(client, settings):
    settings.LAUREL_SIGNUP = ["closed"]
    for answer in (client.get(PAGE), client.post(PAGE, FIELDS)):
        assert "made by administrators" in answer.content.decode()
    assert not User.objects.exists()


def test_some_domains(client, settings):
    settings.LAUREL_SIGNUP = ["example.edu", "example.org"]
    for other in ("a@example.com", "a@sub.example.org", "a@example.org.evil.example"):
        form = client.post(PAGE, FIELDS | {"email": other}).context["form"]
        assert set(form.errors) == {"email"}
    assert client.post(PAGE, FIELDS).status_code == 302
    assert User.objects.count() == 1


@pytest.mark.parametrize("key", ["x", "a:b:c", "é", "%00"])
def test_wrong_links(client, key):
    assert "too old" in client.get(f"/accounts/confirm-email/{key}/").content.decode()
    assert client.post(f"/accounts/confirm-email/{key}/").status_code == 404


def test_a_link_lives_three_days(client, time_machine):
    client.post(PAGE, FIELDS)
    link = link_of(the_mail())
    time_machine.move_to(timezone.now())
    time_machine.shift(3 * 24 * 3600 + 60)
    assert client.post(link).status_code == 404
    assert not EmailAddress.objects.get().verified


def test_rows_stay_inside(client):
    client.post(PAGE, FIELDS)
    letter = the_mail()
    row, user = EmailAddress.objects.get(), User.objects.get()
    link = link_of(letter)
    assert f"/{row.pk}" not in link
    assert user.email not in link
    assert hashlib.sha256(user.email.encode()).hexdigest()[:10] not in link


def test_unproved_accounts_are_forgotten(client, time_machine):
    kept = person()
    client.post(PAGE, FIELDS)
    from accounts.services.people import clear_unverified

    assert clear_unverified() == 0
    time_machine.move_to(timezone.now())
    time_machine.shift(8 * 24 * 3600)
    assert clear_unverified() == 1
    assert User.objects.get() == kept
