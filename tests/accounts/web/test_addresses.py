"""/accounts/email/: several addresses, one the main one."""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from accounts.links import address_id
from activity.models import LogEntry
from tests.accounts.browsing import signed_in, sure
from tests.accounts.mailing import link_of, sent, the_mail
from tests.support.worlds import person

PAGE = "/accounts/email/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def mine(ada) -> Client:
    return sure(ada)


def add(ada, email: str = "second@example.org", *, verified: bool = True) -> EmailAddress:
    return EmailAddress.objects.create(user=ada, email=email, verified=verified)


def act(client: Client, address: EmailAddress, verb: str):
    return client.post(f"{PAGE}{address_id(address)}/{verb}/")


def test_adding_and_proving(mine, ada):
    assert mine.post(PAGE, {"email": " Second@Example.org"})["Location"] == PAGE
    letter, notice = sent()
    assert letter.to == ["second@example.org"]
    assert (notice.to, notice.subject.partition(" ·")[0]) == ([ada.email], "An address was added")
    page = mine.get(PAGE).content.decode()
    assert "Not confirmed yet" in page
    mine.post(link_of(letter))
    assert EmailAddress.objects.get(email="second@example.org").verified
    assert "Not confirmed yet" not in mine.get(PAGE).content.decode()
    assert "second" not in str(list(LogEntry.objects.values()))


def test_somebody_elses_address_is_answered_alike(mine):
    person("other@example.org")
    answers = [
        (answer.status_code, answer["Location"])
        for email in ("other@example.org", "nobody@example.org")
        if (answer := mine.post(PAGE, {"email": email}))
    ]
    assert answers[0] == answers[1]
    to_other, to_nobody = (letter for letter in sent() if letter.to != ["ada@example.org"])
    assert to_other.subject == to_nobody.subject
    assert "Another account" in mine.get(link_of(to_other)).content.decode()
    mine.post(link_of(to_other))
    assert not EmailAddress.objects.get(email="other@example.org", primary=False).verified


def test_who_reads_the_mail_is_not_the_owner_yet(mine, ada, client):
    """A program, or who took a session, may have added an address of their own."""
    mine.post(PAGE, {"email": "mallory@example.net"})
    link = link_of(sent()[0])
    for answer in (client.get(link), client.post(link)):
        assert answer["Location"].startswith("/accounts/login/?next=/accounts/confirm-email/")
    elsewhere = signed_in(person("eve@example.org"))
    assert elsewhere.post(link)["Location"].startswith("/accounts/login/")
    assert not EmailAddress.objects.get(email="mallory@example.net").verified
    mine.post(link)
    assert EmailAddress.objects.get(email="mallory@example.net").verified


def test_a_strangers_mailbox_is_not_flooded(mine, ada):
    answers = []
    for _ in range(6):
        answers.append(mine.post(PAGE, {"email": "other@example.net"}))
        EmailAddress.objects.filter(primary=False).delete()
    assert [answer.status_code for answer in answers] == [302] * 5 + [429]
    assert int(answers[-1]["Retry-After"]) > 0


def test_the_main_one(mine, ada):
    second = add(ada)
    act(mine, second, "primary")
    ada.refresh_from_db()
    assert ada.email == "second@example.org"
    assert list(EmailAddress.objects.filter(primary=True)) == [second]
    letter = the_mail()
    assert letter.to == ["ada@example.org"], "the old one hears of it"
    assert signed_in(ada).get("/accounts/security/").status_code == 200


def test_an_unproved_one_does_not_become_the_main_one(mine, ada):
    act(mine, add(ada, verified=False), "primary")
    assert "Confirm this address first." in mine.get(PAGE).content.decode()
    ada.refresh_from_db()
    assert ada.email == "ada@example.org"


def test_removing(mine, ada):
    second = add(ada)
    act(mine, second, "remove")
    assert EmailAddress.objects.count() == 1
    assert "second@" not in the_mail().body
    act(mine, EmailAddress.objects.get(), "remove")
    assert EmailAddress.objects.count() == 1


def test_writing_again(mine, ada):
    second = add(ada, verified=False)
    for _ in range(8):
        assert act(mine, second, "resend").status_code == 302
    assert len(sent()) == 5
    act(mine, EmailAddress.objects.get(primary=True), "resend")
    assert sent() == []


@pytest.mark.parametrize("email", ["", "x", "ada@example.org", f"{'x' * 250}@example.org"])
def test_a_bad_form(mine, email):
    assert mine.post(PAGE, {"email": email}).status_code == 400
    assert EmailAddress.objects.count() == 1


def test_there_is_an_end(mine, ada):
    for number in range(19):
        add(ada, f"a{number}@example.org")
    assert mine.post(PAGE, {"email": "one-more@example.org"}).status_code == 400


@pytest.mark.parametrize("verb", ["primary", "remove", "resend"])
def test_other_peoples_are_not_seen(mine, ada, verb):
    eve = person("eve@example.org")
    theirs = add(eve, "eve2@example.org", verified=verb != "resend")
    assert act(mine, theirs, verb).status_code == 404
    assert mine.post(f"{PAGE}{theirs.pk}/{verb}/").status_code == 404
    theirs.refresh_from_db()
    assert not theirs.primary
    assert sent() == []


@pytest.mark.parametrize("verb", ["primary", "remove"])
def test_weighty_acts_ask_for_the_password_again(ada, verb):
    second = add(ada)
    client = signed_in(ada)
    assert act(client, second, verb)["Location"].startswith("/accounts/reauthenticate/")
    assert client.post(PAGE, {"email": "x@example.org"})["Location"].startswith("/accounts/reauth")
    second.refresh_from_db()
    assert not second.primary


def test_anonymous_people_are_led_to_the_sign_in(client, ada):
    assert client.get(PAGE)["Location"] == f"/accounts/login/?next={PAGE}"
    assert client.post(PAGE, {"email": "x@example.org"}).status_code == 302
    assert act(client, add(ada), "remove").status_code == 302
    assert EmailAddress.objects.count() == 2


def test_wrong_method(mine, ada):
    assert mine.get(f"{PAGE}{address_id(add(ada))}/remove/").status_code == 405
    assert mine.post(f"{PAGE}{address_id(EmailAddress.objects.first())}/eat/").status_code == 404
