"""Who gets a mail about an award: what the award says decides, else its issuer."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from issuer.services.award_drafts import Award
from issuer.services.awards import award
from issuer.services.issuances import start_issuance
from issuer.services.revocations import revoke_assertion
from issuer.services.undoing import revoke_issuance
from jobs.models import Job
from jobs.worker import run_due
from mirror.handlers import PRIORITY as MIRRORS
from notify.mail.handlers import send_chunk
from notify.mail.services import sending
from notify.mail.services.mail_settings import save_issuer_mail
from notify.mail.services.staging import AT_ONCE, CHUNK, MAILS
from notify.mail.services.subscriptions import unsubscribe
from notify.models import Mail
from tests.notify.mail.conftest import pass_time
from tests.support.worlds import API, SERVER, acting, awarded, badge_class_of, issuer_of, person

pytestmark = pytest.mark.django_db(transaction=True)


def many(count: int) -> list[Award]:
    return [Award(identity=f"r{number}@example.org") for number in range(count)]


def queued() -> list[dict]:
    return list(Job.objects.filter(kind=MAILS).order_by("pk").values_list("payload", flat=True))


@pytest.mark.parametrize(
    ("default", "said", "mailed"),
    [(True, None, 1), (True, False, 0), (True, True, 1),
     (False, None, 0), (False, False, 0), (False, True, 1)],
)  # fmt: skip
def test_the_award_decides_else_its_issuer(issuer, badge_class, sink, default, said, mailed):
    save_issuer_mail(actor=acting(issuer.created_by), issuer=issuer, notify=default)
    awarded(badge_class, notify=said)
    run_due()
    assert len(sink.letters) == mailed


def test_an_issuer_that_said_nothing_mails_nobody(db):
    awarded(badge_class_of(issuer_of(person())))
    assert queued() == []


def test_the_mail(issuer, badge_class, sink):
    made = awarded(badge_class, "Grace@Example.org", recipient_name="Grace Hopper")
    run_due()
    (letter,) = sink.letters
    assert sink.envelopes == ["Grace@Example.org"]
    assert letter["To"] == "Grace@Example.org"
    assert letter["From"] == "University <laurel@localhost>"
    assert letter["Reply-To"] == issuer.email
    assert letter["Subject"] == "You earned a badge: First steps"
    assert letter["Message-ID"] == f"<{made.entity_id}.award@localhost>"
    assert made.public_url in letter.get_body(("plain",)).get_content()
    assert list(Mail.objects.values_list("assertion", "kind", "state", "smtp_code")) == [
        (made.pk, "award", "sent", None)
    ]


def test_one_job_for_many_and_one_statement(issuer, badge_class):
    owner = acting(issuer.created_by)
    counts = []
    for said in (False, None):
        for size in (5, CHUNK + 5):
            wishes = [Award(identity=f"{said}{size}-{n}@example.org", notify=said)
                      for n in range(size)]  # fmt: skip
            with CaptureQueriesContext(connection) as caught:
                award(actor=owner, badge_class=badge_class, awards=wishes)
            counts.append(len(caught))
    quiet, quiet_more, mailed, mailed_more = counts
    assert quiet == quiet_more
    assert mailed == mailed_more
    assert mailed - quiet <= 4  # the issuer's wish, the job, a savepoint around it
    assert [len(payload["assertions"]) for payload in queued()] == [5, CHUNK, 5]
    assert Mail.objects.count() == 0


def test_a_long_list(issuer, badge_class, sink, monkeypatch):
    monkeypatch.setattr(sending, "LONGEST", 600.0)  # a busy machine gives none of the thread away
    awards = many(CHUNK + AT_ONCE + 1)
    start_issuance(actor=acting(issuer.created_by), badge_class=badge_class, awards=awards)
    run_due()
    assert sink.letters == [], "they are awarded first"
    pass_time(hours=0.2)
    assert sorted(sink.envelopes) == sorted(item.identity for item in awards)
    assert sink.connections == 2  # one for each chunk
    assert len({letter["Message-ID"] for letter in sink.letters}) == len(awards)


def test_a_list_taken_back_at_once_is_not_mailed(issuer, badge_class, sink):
    actor = acting(issuer.created_by)
    issuance = start_issuance(actor=actor, badge_class=badge_class, awards=many(AT_ONCE + 1))
    run_due()
    revoke_issuance(actor=actor, issuance=issuance, reason="mistake")
    pass_time(hours=0.2)
    assert sink.letters == []


def test_sending_takes_few_queries(issuer, badge_class, sink):
    award(actor=acting(issuer.created_by), badge_class=badge_class, awards=many(20))
    (job,) = queued()
    with CaptureQueriesContext(connection) as caught:
        send_chunk(job)
    assert len(sink.letters) == 20
    assert len([q for q in caught if q["sql"].startswith("SELECT")]) == 1
    assert len([q for q in caught if q["sql"].startswith("INSERT")]) == 20


def test_again_sends_nothing(issuer, badge_class, sink):
    awarded(badge_class)
    run_due()
    send_chunk(queued()[0])
    assert len(sink.letters) == 1


@pytest.mark.parametrize(
    ("kind", "identity"),
    [("url", "https://grace.example"), ("telephone", "+16175551212")],
)
def test_only_who_has_an_address(badge_class, sink, kind, identity):
    awarded(badge_class, identity, identity_type=kind)
    run_due()
    assert (sink.letters, Mail.objects.count()) == ([], 0)


def test_not_what_was_taken_back(issuer, badge_class, sink):
    made = awarded(badge_class)
    revoke_assertion(actor=acting(issuer.created_by), assertion=made, reason="A mistake.")
    run_due()
    assert sink.letters == []
    assert Mail.objects.get().state == "outdated"


@pytest.mark.parametrize("everything", [True, False])
def test_not_who_unsubscribed(issuer, badge_class, sink, everything):
    recipient = awarded(badge_class, notify=False).recipient
    unsubscribe(actor=SERVER, recipient=recipient, issuer=issuer, everything=everything)
    awarded(badge_class)
    other = issuer_of(issuer.created_by, name="Another")
    awarded(badge_class_of(other), notify=True)
    run_due()
    assert len(sink.letters) == (0 if everything else 1)
    assert Mail.objects.filter(state="unsubscribed").count() == (2 if everything else 1)


def test_what_is_archived_still_tells(issuer, badge_class, sink):
    awarded(badge_class)
    badge_class.archived_at = badge_class.created_at
    badge_class.save(update_fields=["archived_at"])
    run_due()
    assert len(sink.letters) == 1


def test_who_was_corrected_gets_it(issuer, badge_class, sink):
    made = awarded(badge_class, "grcae@example.org")
    API(issuer.created_by).put(
        f"/v2/assertions/{made.entity_id}", {"recipient": {"identity": "grace@example.org"}}
    )
    run_due()
    assert sink.envelopes == ["grace@example.org"]


def test_a_flood_of_mails_holds_up_no_mirror(badge_class):
    awarded(badge_class)
    assert Job.objects.get(kind=MAILS).priority > MIRRORS


def test_jobs_hold_ids_alone(badge_class):
    made = awarded(badge_class)
    assert queued() == [
        {"kind": "award", "issuer": badge_class.issuer.entity_id, "assertions": [made.entity_id]}
    ]
