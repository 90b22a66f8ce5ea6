"""Reminders: in time, once for each award and end, and not where nothing ends any more."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from issuer.models import Assertion
from issuer.services.award_drafts import Award
from issuer.services.awards import award
from issuer.services.corrections import correct_assertion
from issuer.services.revocations import revoke_assertion
from jobs.models import Job
from jobs.worker import run_due
from notify.mail.services import reminders
from notify.mail.services.mail_settings import save_badge_class_mail
from notify.mail.services.reminders import stage_reminders
from notify.mail.services.staging import MAILS
from notify.mail.services.subscriptions import unsubscribe
from notify.models import Mail
from tests.support.servers import free_port
from tests.support.worlds import SERVER, acting, awarded, badge_class_of

pytestmark = pytest.mark.django_db(transaction=True)

DAY = timedelta(days=1)


@pytest.fixture
def owner(issuer):
    return acting(issuer.created_by)


@pytest.fixture
def reminding(badge_class, owner):
    save_badge_class_mail(actor=owner, badge_class=badge_class, reminder_days=7)
    return badge_class


def ending(badge_class, days: float, identity: str = "grace@example.org") -> Assertion:
    end = timezone.now() + days * DAY
    return awarded(badge_class, identity, expires_at=end, notify=False)


def states() -> list[str]:
    return list(Mail.objects.order_by("pk").values_list("state", flat=True))


def remind() -> None:
    """As the clock brings it round, and then what it has queued."""
    stage_reminders()
    run_due()


@pytest.mark.parametrize(("days", "reminded"), [(6.9, 1), (7.1, 0), (0.1, 1)])
def test_in_time(reminding, sink, days, reminded):
    made = ending(reminding, days)
    remind()
    assert len(sink.letters) == reminded
    if reminded:
        (letter,) = sink.letters
        assert letter["Subject"].strip().startswith("Your badge “First steps” expires on ")
        assert letter["Message-ID"] == (
            f"<{made.entity_id}.reminder.{made.expires_at:%Y%m%dT%H%M%S}@localhost>"
        )


def test_not_what_has_ended(reminding, sink):
    ending(reminding, 1)
    with time_machine.travel(timezone.now() + 2 * DAY):
        remind()
    assert sink.letters == []


def test_the_clock_brings_it_round_once(reminding, sink):
    ending(reminding, 8)
    start = timezone.now()
    run_due()
    for hours in range(0, 60, 2):
        with time_machine.travel(start + timedelta(hours=hours)):
            run_due()
    assert len(sink.letters) == 1
    assert states() == ["sent"]


def test_classes_that_do_not_remind(badge_class, owner, sink):
    ending(badge_class, 1)
    remind()
    save_badge_class_mail(actor=owner, badge_class=badge_class, reminder_days=7)
    other = badge_class_of(badge_class.issuer, name="Other")
    ending(other, 1)
    remind()
    assert len(sink.letters) == 1


def test_each_class_has_its_days(reminding, owner, sink):
    long = badge_class_of(reminding.issuer, name="Long")
    save_badge_class_mail(actor=owner, badge_class=long, reminder_days=60)
    ending(reminding, 30, "a@example.org")
    ending(long, 30, "b@example.org")
    remind()
    assert sink.envelopes == ["b@example.org"]


def test_not_what_was_revoked_or_renewed(reminding, owner, sink):
    revoked = ending(reminding, 3, "a@example.org")
    revoke_assertion(actor=owner, assertion=revoked, reason="A mistake.")
    ending(reminding, 3, "b@example.org")
    ending(reminding, 300, "b@example.org")
    ending(reminding, 3, "c@example.org")
    awarded(reminding, "c@example.org", notify=False)  # for ever
    ending(reminding, 3, "d@example.org")
    ending(reminding, 2, "d@example.org")  # shorter: of the later end alone
    remind()
    assert sink.envelopes == ["d@example.org"]


def test_nor_what_was_so_after_it_was_queued(reminding, owner, sink):
    """A mail server may be away for days."""
    revoked, renewed, moved, turned_off = (ending(reminding, 3, f"{n}@example.org") for n in "abcd")
    unwanted = ending(reminding, 3, "e@example.org")
    stage_reminders()
    revoke_assertion(actor=owner, assertion=revoked, reason="A mistake.")
    ending(reminding, 300, "b@example.org")
    correct_assertion(actor=owner, assertion=moved, expires_at=timezone.now() + 200 * DAY)
    unsubscribe(actor=SERVER, recipient=unwanted.recipient, issuer=reminding.issuer)
    run_due()
    assert sink.envelopes == [turned_off.recipient.identity]
    by_award = dict(Mail.objects.values_list("assertion__recipient__identity", "state"))
    assert by_award == {"d@example.org": "sent", "e@example.org": "unsubscribed"}
    assert renewed.pk


def test_reminders_that_were_turned_off_stay_unsent(reminding, owner, sink):
    ending(reminding, 3)
    stage_reminders()
    save_badge_class_mail(actor=owner, badge_class=reminding, reminder_days=None)
    run_due()
    assert (sink.letters, states()) == ([], [])


def test_what_was_not_yet_time_comes_when_it_is(reminding, owner, sink):
    ending(reminding, 6)
    stage_reminders()
    save_badge_class_mail(actor=owner, badge_class=reminding, reminder_days=2)
    run_due()
    assert sink.letters == []
    with time_machine.travel(timezone.now() + 5 * DAY):
        remind()
    assert (len(sink.letters), states()) == (1, ["sent"])


def test_another_end_is_another_reminder(reminding, owner, sink):
    made = ending(reminding, 3)
    remind()
    later = timezone.now() + 100 * DAY
    correct_assertion(actor=owner, assertion=made, expires_at=later)
    remind()
    assert len(sink.letters) == 1
    with time_machine.travel(later - 5 * DAY):
        remind()
    assert len({letter["Message-ID"] for letter in sink.letters}) == 2


def test_an_end_that_moved_while_it_was_queued(reminding, owner, sink):
    made = ending(reminding, 3)
    stage_reminders()
    later = timezone.now() + 5 * DAY
    correct_assertion(actor=owner, assertion=made, expires_at=later)
    remind()
    (letter,) = sink.letters
    assert f"{later:%Y%m%dT%H%M%S}" in letter["Message-ID"]
    assert states() == ["sent"]


def test_while_mail_is_down_nothing_is_queued_twice(reminding, sink, settings):
    good, settings.EMAIL_PORT = settings.EMAIL_PORT, free_port()
    ending(reminding, 3)
    start = timezone.now()
    for hours in range(5):
        with time_machine.travel(start + timedelta(hours=hours)):
            remind()
    assert Job.objects.filter(kind=MAILS).count() == 1
    assert states() == ["queued"]
    settings.EMAIL_PORT = good
    with time_machine.travel(start + timedelta(hours=9)):
        run_due()
    assert (len(sink.letters), states()) == (1, ["sent"])


def test_pages_take_the_same_queries_each(reminding, owner, monkeypatch):
    monkeypatch.setattr(reminders, "CHUNK", 10)
    end = timezone.now() + 3 * DAY
    counts = []
    for size in (10, 30):
        wishes = [Award(identity=f"{size}-{n}@example.org", expires_at=end, notify=False)
                  for n in range(size)]  # fmt: skip
        award(actor=owner, badge_class=reminding, awards=wishes)
        with CaptureQueriesContext(connection) as caught:
            assert stage_reminders() == size
        counts.append(len(caught))
    one, three = counts
    a_page = (three - one) / 2
    assert a_page <= 8  # begin, look, note, queue within a savepoint, commit
    assert Job.objects.filter(kind=MAILS).count() == 4


def test_only_who_has_an_address(reminding, sink):
    end = timezone.now() + DAY
    awarded(reminding, "+16175551212", identity_type="telephone", expires_at=end, notify=False)
    remind()
    assert Mail.objects.count() == 0


def test_own_words(reminding, owner, sink):
    save_badge_class_mail(
        actor=owner, badge_class=reminding, subject="Not this",
        reminder_subject="{badge_name}: bald vorbei", reminder_body="Am {expires}.",
    )  # fmt: skip
    made = ending(reminding, 3)
    remind()
    (letter,) = sink.letters
    assert letter["Subject"] == "First steps: bald vorbei"
    day = f"{made.expires_at:%-d %B %Y}"
    assert letter.get_body(("plain",)).get_content().startswith(f"Am {day}.")
