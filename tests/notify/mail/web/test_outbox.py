"""/outbox/: what became of the mails of one's issuers, and of nobody else's; who unsubscribed."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.web import paging
from activity.models import LogEntry
from issuer.models import Role
from issuer.services.award_drafts import Award
from issuer.services.awards import award
from issuer.services.corrections import correct_assertion
from jobs.models import Job
from jobs.worker import run_due
from notify.mail.services.staging import MAILS
from notify.mail.services.subscriptions import unsubscribe
from notify.models import Mail
from tests.support.leafing import beside, leaf
from tests.support.servers import free_port
from tests.support.worlds import (
    SERVER,
    acting,
    awarded,
    badge_class_of,
    issuer_of,
    person,
    staff,
)

pytestmark = pytest.mark.django_db


def text(client: Client, path: str = "/outbox/", **query: str) -> str:
    answer = client.get(path, query)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_it_is_for_who_is_signed_in(db):
    assert Client().get("/outbox/").headers["Location"].startswith("/accounts/login/")


def test_who_is_no_staff_sees_none(badge_class, sink):
    awarded(badge_class)
    run_due()
    client = Client()
    client.force_login(person("x@example.org"))
    for state in ("waiting", "sent", "refused"):
        page = text(client, state=state)
        assert "grace@example.org" not in page
        assert "There is none yet." in page


def test_every_staff_member_sees_theirs(issuer, badge_class, sink):
    awarded(badge_class)
    other = badge_class_of(issuer_of(person("b@example.org"), name="Another"))
    awarded(other, "hidden@example.org", notify=True)
    run_due()
    client = Client()
    client.force_login(staff(issuer, "staff@example.org", Role.STAFF))
    page = text(client, state="sent")
    assert "grace@example.org" in page
    assert "hidden@example.org" not in page
    assert "Another" not in page
    assert client.get("/outbox/", {"issuer": other.issuer.entity_id}).status_code == 404


def test_what_waits_and_why(browser, badge_class, sink, settings):
    settings.EMAIL_PORT = free_port()
    awarded(badge_class)
    assert "1 mail of University" in text(browser)
    run_due()
    page = text(browser)
    assert "Tried 1 time." in page
    assert "The mail server cannot be used (ConnectionRefusedError)" in page
    assert "Next try:" in page
    Job.objects.filter(kind=MAILS).update(state="dead", finished_at=badge_class.created_at)
    assert "Given up" in text(browser)


def test_what_is_sent_of_a_chunk_waits_no_more(browser, issuer, badge_class, sink):
    sink.refusals = {"r1@example.org": "450 later", "r2@example.org": "550 unknown"}
    wishes = [Award(identity=f"r{number}@example.org") for number in range(5)]
    award(actor=acting(issuer.created_by), badge_class=badge_class, awards=wishes)
    run_due()
    assert "1 mail of University" in text(browser)
    assert "r3@example.org" in text(browser, state="sent")
    refused = text(browser, state="refused")
    assert "r2@example.org" in refused
    assert "the mail server said 550" in refused
    assert "r3@example.org" not in refused


def test_by_issuer(browser, issuer, badge_class, sink):
    other = issuer_of(issuer.created_by, name="Another")
    awarded(badge_class, "a@example.org")
    awarded(badge_class_of(other), "b@example.org", notify=True)
    run_due()
    page = text(browser, state="sent", issuer=other.entity_id)
    assert "b@example.org" in page
    assert "a@example.org" not in page.replace("ada@example.org", "")


@pytest.mark.parametrize("query", ["state=nonsense", "issuer="])
def test_odd_queries(browser, badge_class, query):
    assert browser.get(f"/outbox/?{query}").status_code == 200


def test_pages(browser, issuer, badge_class, sink, monkeypatch):
    monkeypatch.setattr(paging, "SIZE", 3)
    wishes = [Award(identity=f"r{number}@example.org") for number in range(7)]
    award(actor=acting(issuer.created_by), badge_class=badge_class, awards=wishes)
    run_due()
    leaves = list(leaf(browser, f"/outbox/?state=sent&issuer={issuer.entity_id}"))
    assert [each.count("@example.org") for each in leaves] == [3, 3, 1]
    assert beside(leaves[2], "prev").startswith(f"?state=sent&issuer={issuer.entity_id}&cursor=")
    assert browser.get("/outbox/?state=sent&cursor=x").status_code == 404


def test_queries_do_not_grow(browser, issuer, badge_class, sink):
    counts = []
    for size in (2, 20):
        wishes = [Award(identity=f"{size}-{number}@example.org") for number in range(size)]
        award(actor=acting(issuer.created_by), badge_class=badge_class, awards=wishes)
        issuer_of(issuer.created_by, name=f"Issuer {size}")
        for state in ("waiting", "sent"):
            with CaptureQueriesContext(connection) as caught:
                text(browser, state=state)
            counts.append(len(caught))
        run_due()
        award(actor=acting(issuer.created_by), badge_class=badge_class, awards=wishes)
    assert counts[:2] == counts[2:]
    assert Mail.objects.count() >= 20


def test_what_was_refused_is_sent_again(browser, issuer, badge_class, sink):
    sink.refusals = {"grace@example.org": "550 no such user"}
    made = awarded(badge_class)
    awarded(badge_class, "ada@example.org")
    run_due()
    assert "Send its refused mails again" in text(browser, state="refused")
    correct_assertion(actor=acting(issuer.created_by), assertion=made, identity="g@example.org")
    again = f"/issuers/{issuer.entity_id}/mail/again/"
    assert "1 mail goes out again." in browser.post(again, follow=True).content.decode()
    run_due()
    assert sink.envelopes == ["ada@example.org", "g@example.org"]
    assert sink.letters[1]["Message-ID"] == f"<{made.entity_id}.award@localhost>"
    assert "Send its refused" not in text(browser, state="refused")
    assert "0 mails go out again." in browser.post(again, follow=True).content.decode()
    assert LogEntry.objects.filter(verb="mail.sent_again").count() == 1


def test_nobody_else_sends_again(issuer, badge_class, sink):
    sink.refusal = "550 no"
    awarded(badge_class)
    run_due()
    stranger = Client()
    stranger.force_login(person("x@example.org"))
    again = f"/issuers/{issuer.entity_id}/mail/again/"
    assert stranger.post(again).status_code == 404
    assert Client().post(again).headers["Location"].startswith("/accounts/login/")
    assert Mail.objects.get().state == "refused"


def test_who_unsubscribed(browser, issuer, badge_class):
    path = f"/issuers/{issuer.entity_id}/mail/unsubscribed/"
    one = awarded(badge_class, "one@example.org").recipient
    every = awarded(badge_class, "every@example.org").recipient
    foreign = issuer_of(person("b@example.org"), name="Another")
    stranger = awarded(badge_class_of(foreign), "stranger@example.org").recipient
    unsubscribe(actor=SERVER, recipient=one, issuer=issuer)
    unsubscribe(actor=SERVER, recipient=every, issuer=foreign, everything=True)
    unsubscribe(actor=SERVER, recipient=stranger, issuer=foreign, everything=True)
    page = text(browser, path)
    assert "one@example.org" in page
    assert "every@example.org<small>of any issuer on this server" in page
    assert "stranger@example.org" not in page
    assert browser.post(path).status_code == 405
    client = Client()
    client.force_login(person("x@example.org"))
    assert client.get(path).status_code == 404
    client.force_login(staff(issuer, "staff@example.org", Role.STAFF))
    assert client.get(path).status_code == 200
