"""/accounts/issuers/…: asking to create issuers, and deciding on it."""

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from accounts.models import IssuerCreationRequest
from accounts.services.issuer_requests import ask_for_issuers, decide_issuer_request
from activity.models import LogEntry
from tests.accounts.mailing import sent, the_mail
from tests.support.threads import together
from tests.support.worlds import acting, issuer_of, person

ASK = "/accounts/issuers/"
REQUESTS = "/accounts/issuers/requests/"
pytestmark = pytest.mark.django_db


def browser_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def joan():
    return person("joan@example.org", may_create=False)


@pytest.fixture
def admin():
    return person("admin@example.org", administrator=True)


def test_the_whole_way(joan, admin):
    mine, theirs = browser_of(joan), browser_of(admin)
    assert "Who awards" in mine.get(ASK).content.decode()
    assert mine.post(ASK, {"reason": "The <b>botany</b> department"})["Location"] == ASK
    assert the_mail().to == [admin.email]
    assert "You asked on" in mine.get(ASK).content.decode()
    asked = IssuerCreationRequest.objects.get()
    page = theirs.get(REQUESTS).content.decode()
    assert "&lt;b&gt;botany" in page
    assert asked.entity_id in page
    theirs.post(f"{REQUESTS}{asked.entity_id}/approve/")
    assert "may create issuers now" in the_mail().subject
    joan.refresh_from_db()
    issuer_of(joan)
    assert "Nobody is waiting" in theirs.get(REQUESTS).content.decode()
    verbs = list(
        LogEntry.objects.filter(object_type="issuer-request")
        .order_by("pk")
        .values_list("verb", flat=True)
    )
    assert verbs == ["issuer-request.made", "issuer-request.approved"]
    assert "botany" not in str(list(LogEntry.objects.values()))


def test_declined(joan, admin):
    asked = ask_for_issuers(actor=acting(joan), user=joan, reason="x")
    browser_of(admin).post(f"{REQUESTS}{asked.entity_id}/decline/")
    joan.refresh_from_db()
    assert not joan.may_create_issuers
    assert [letter.to for letter in sent()] == [[admin.email], [joan.email]]
    assert "declined" in browser_of(joan).get(ASK).content.decode()
    again = browser_of(admin).post(f"{REQUESTS}{asked.entity_id}/approve/")
    assert again.status_code == 404, "decided once"
    joan.refresh_from_db()
    assert not joan.may_create_issuers


def test_asking_twice_is_asking_once(joan, admin):
    client = browser_of(joan)
    for _ in range(2):
        client.post(ASK, {"reason": "x"})
    assert IssuerCreationRequest.objects.count() == 1
    assert len(sent()) == 1


@pytest.mark.django_db(transaction=True)
def test_asking_many_times_at_once_is_asking_once():
    joan = person("joan@example.org", may_create=False)
    together(6, lambda _: ask_for_issuers(actor=acting(joan), user=joan, reason="x"))
    assert IssuerCreationRequest.objects.count() == 1


@pytest.mark.parametrize("reason", ["", " ", "x" * 2001, "a\x00b"])
def test_a_bad_form(joan, reason):
    assert browser_of(joan).post(ASK, {"reason": reason}).status_code == 400
    assert not IssuerCreationRequest.objects.exists()


def test_only_administrators_decide(joan):
    asked = ask_for_issuers(actor=acting(joan), user=joan, reason="x")
    client = browser_of(joan)
    assert client.get(REQUESTS).status_code == 403
    assert client.post(f"{REQUESTS}{asked.entity_id}/approve/").status_code == 403
    with pytest.raises(PermissionDenied):
        decide_issuer_request(actor=acting(joan), entity_id=asked.entity_id, approve=True)
    joan.refresh_from_db()
    assert not joan.may_create_issuers


def test_anonymous_people_are_led_to_the_sign_in(client):
    for path in (ASK, REQUESTS):
        assert client.get(path)["Location"] == f"/accounts/login/?next={path}"


def test_unknown_ones_and_wrong_methods(admin):
    client = browser_of(admin)
    assert client.post(f"{REQUESTS}unknown/approve/").status_code == 404
    assert client.get(f"{REQUESTS}unknown/approve/").status_code == 405


def test_who_may_need_not_ask(admin):
    assert "You may create issuers" in browser_of(admin).get(ASK).content.decode()
