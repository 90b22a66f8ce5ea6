"""A mail server that fails in every way: awards do not notice, and every mail arrives, under one
Message-ID over all tries.
"""

from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, connection
from django.utils import timezone

from issuer.models import Assertion
from issuer.services.award_drafts import Award
from issuer.services.awards import award
from jobs.models import Job
from jobs.worker import run_due
from notify.mail.services import sending
from notify.mail.services.staging import CHUNK, MAILS
from notify.models import Mail
from tests.mirror.conftest import provider_of
from tests.mirror.remote import RemoteBadgr
from tests.notify.mail.conftest import pass_time
from tests.support.servers import free_port
from tests.support.smtp import DROP
from tests.support.worlds import acting, awarded

pytestmark = pytest.mark.django_db(transaction=True)


def award_many(badge_class, count: int) -> list[Assertion]:
    wishes = [Award(identity=f"r{number}@example.org") for number in range(count)]
    owner = acting(badge_class.issuer.created_by)
    return award(actor=owner, badge_class=badge_class, awards=wishes)


def ids(sink) -> Counter[str]:
    return Counter(letter["Message-ID"] for letter in sink.letters)


def expected(assertions) -> set[str]:
    return {f"<{made.entity_id}.award@localhost>" for made in assertions}


def test_an_hour_without_a_mail_server(badge_class, sink, settings):
    good, settings.EMAIL_PORT = settings.EMAIL_PORT, free_port()
    made = award_many(badge_class, CHUNK + 3)
    pass_time(hours=0.9)
    assert sink.letters == []
    assert Assertion.objects.count() == len(made)
    settings.EMAIL_PORT = good
    pass_time(hours=0.5, after=1)
    assert ids(sink) == dict.fromkeys(expected(made), 1)
    assert Mail.objects.filter(state="sent").count() == len(made)
    assert not Job.objects.filter(kind=MAILS).exclude(state="done").exists()


@pytest.mark.parametrize("greeting", ["421 busy", "454 later", "554 go away"])
def test_a_server_that_greets_badly(badge_class, sink, greeting):
    sink.greeting = greeting
    made = award_many(badge_class, 3)
    pass_time(hours=0.5)
    assert sink.letters == []
    assert greeting[:3] in Job.objects.get(kind=MAILS).last_error
    sink.greeting = "220 sink"
    pass_time(hours=0.5, after=0.6)
    assert ids(sink) == dict.fromkeys(expected(made), 1)


@pytest.mark.usefixtures("impatient")
def test_a_server_that_hangs(badge_class, sink):
    sink.hangs = True
    made = award_many(badge_class, 3)
    run_due()
    assert Job.objects.get(kind=MAILS).state == "waiting"
    sink.hangs = False
    pass_time(hours=0.5)
    assert ids(sink) == dict.fromkeys(expected(made), 1)


@pytest.mark.usefixtures("impatient")
def test_while_it_hangs_few_chunks_ask(badge_class, sink, monkeypatch):
    """Each would hold a thread until its time is up; the first one's news holds for all."""
    monkeypatch.setattr("notify.mail.services.staging.CHUNK", 1)
    sink.hangs = True
    made = award_many(badge_class, 10)
    run_due()
    assert sink.connections == 1
    sink.hangs = False
    pass_time(hours=0.5)
    assert ids(sink) == dict.fromkeys(expected(made), 1)


def test_who_awards_anew_does_not_wait_for_the_others(badge_class, sink, settings):
    good, settings.EMAIL_PORT = settings.EMAIL_PORT, free_port()
    awarded(badge_class)
    run_due()
    settings.EMAIL_PORT = good
    awarded(badge_class, "ada@example.org")
    run_due()
    assert sink.envelopes == ["ada@example.org"]


@pytest.mark.parametrize("faults", [["451 later"], ["452 full", "421 bye"], [DROP], [DROP] * 3])
def test_what_fails_after_data_comes_again_under_the_same_id(badge_class, sink, faults):
    """What the server had taken before it dropped the connection, nobody here can know."""
    sink.faults = list(faults)
    made = award_many(badge_class, 5)
    pass_time(hours=1)
    assert sink.faults == []
    assert set(ids(sink)) == expected(made)
    assert sum(ids(sink).values()) == len(made) + faults.count(DROP)
    assert Mail.objects.filter(state="sent").count() == len(made)


def test_a_refused_address_holds_up_nobody(badge_class, sink):
    sink.refusals = {"r1@example.org": "550 no such user"}
    award_many(badge_class, 3)
    pass_time(hours=0.2)
    assert sorted(sink.envelopes) == ["r0@example.org", "r2@example.org"]
    refused = Mail.objects.exclude(state="sent").get()
    assert (refused.state, refused.smtp_code) == ("refused", 550)
    assert refused.assertion.recipient.identity == "r1@example.org"
    assert Job.objects.get(kind=MAILS).state == "done"


def test_a_refused_content_is_refused(badge_class, sink):
    sink.faults = ["554 spam"]
    award_many(badge_class, 2)
    pass_time(hours=0.2)
    assert Counter(Mail.objects.values_list("state", "smtp_code")) == {
        ("refused", 554): 1, ("sent", None): 1}  # fmt: skip


def test_an_address_that_has_to_wait_holds_up_nobody(badge_class, sink):
    sink.refusals = {"r1@example.org": "450 greylisted"}
    made = award_many(badge_class, 3)
    run_due()
    assert len(sink.letters) == 2
    job = Job.objects.get(kind=MAILS)
    assert job.state == "waiting"
    assert job.last_error.endswith("1 mails were put back: the mail server said 450")
    sink.refusals.clear()
    pass_time(hours=0.5)
    assert ids(sink) == dict.fromkeys(expected(made), 1)


def test_one_that_cuts_the_connection_is_not_in_the_others_way(badge_class, sink):
    """However often: it comes at another place each time."""
    sink.refusals = {"r0@example.org": "421 never"}
    award_many(badge_class, 4)
    pass_time(hours=2)
    assert sorted(set(sink.envelopes)) == ["r1@example.org", "r2@example.org", "r3@example.org"]
    assert len(sink.envelopes) == 3


def test_one_that_takes_few_at_once_gets_all_in_the_end(badge_class, sink):
    """It needs more tries than a job has; each of them brings something."""
    sink.at_once = 1
    made = award_many(badge_class, 4)
    Job.objects.filter(kind=MAILS).update(max_attempts=3)
    pass_time(hours=0.5)
    assert ids(sink) == dict.fromkeys(expected(made), 1)
    assert Job.objects.get(kind=MAILS).state == "done"


def test_and_holds_up_nobody_else(badge_class, sink):
    sink.at_once = 1
    award_many(badge_class, 2)
    award_many(badge_class, 1)
    assert run_due(limit=2) == 2
    assert len(sink.letters) == 2


def test_a_long_chunk_lets_others_in_between(badge_class, sink, monkeypatch):
    """When its time is up it gives the thread back, and goes on with all its attempts."""
    monkeypatch.setattr(sending, "LONGEST", 0.0)
    award_many(badge_class, 5)
    assert run_due(limit=1) == 1
    assert len(sink.letters) == 1
    job = Job.objects.get(kind=MAILS)
    assert (job.state, job.attempts) == ("waiting", 0)
    run_due()
    assert (len(sink.letters), sink.connections) == (5, 5)


def test_time_that_brings_nothing_is_a_failed_attempt(badge_class, sink, monkeypatch):
    monkeypatch.setattr(sending, "LONGEST", 0.0)
    sink.refusal = "450 later"
    award_many(badge_class, 5)
    run_due()
    job = Job.objects.get(kind=MAILS)
    assert (job.state, job.attempts, sink.connections) == ("waiting", 1, 1)


def test_a_crash_between_taken_and_noted_repeats_under_the_same_id(badge_class, sink, monkeypatch):
    def crash(mails) -> None:
        if mails:
            raise DatabaseError("the power is gone")

    made = award_many(badge_class, 2)
    with monkeypatch.context() as patched:
        patched.setattr(sending, "store", crash)
        run_due()
    assert len(sink.letters) == 1
    pass_time(hours=0.2)
    assert set(ids(sink)) == expected(made)
    assert sorted(ids(sink).values()) == [1, 2]


def test_nothing_goes_out_inside_a_transaction(badge_class, sink, monkeypatch):
    inside = []
    sent = sending.send_all
    monkeypatch.setattr(
        sending,
        "send_all",
        lambda *told: inside.append(connection.in_atomic_block) or sent(*told),
    )
    awarded(badge_class)
    run_due()
    assert inside == [False]


def test_words_of_a_server_that_quote_the_address_are_kept_nowhere(badge_class, sink):
    sink.refusals = {"r0@example.org": "450 <r0@example.org> is greylisted"}
    award_many(badge_class, 1)
    run_due()
    assert "r0" not in Job.objects.get(kind=MAILS).last_error


def test_mirrors_go_first(issuer, badge_class, sink, settings):
    """Where both are due, the copies are made before the first mail goes out."""
    settings.LAUREL_OUTBOUND_ALLOW = "127.0.0.1"
    remote = RemoteBadgr()
    provider_of(issuer, remote)
    award_many(badge_class, 3)
    run_due(limit=3)
    assert (len(remote.awards), len(sink.letters)) == (3, 0)
    run_due()
    assert len(sink.letters) == 3
    remote.close()


def test_tries_become_rare(badge_class, sink, settings):
    settings.EMAIL_PORT = free_port()
    awarded(badge_class)
    start = timezone.now()
    for minutes in range(0, 240):
        with time_machine.travel(start + timedelta(minutes=minutes)):
            run_due(limit=5)
    assert 10 < Job.objects.get(kind=MAILS).attempts < 60
