"""Signed, at least once, in order per object, and no storm, however the receiver fails."""

import time
from datetime import datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.db import connection, connections
from django.utils import timezone

from issuer.models import Assertion, BadgeClass
from issuer.services.corrections import correct_assertion
from issuer.services.revocations import revoke_assertion
from jobs import registry
from jobs.models import Job
from jobs.worker import run_due
from notify.mail.services.mail_settings import save_issuer_mail
from notify.mail.services.staging import MAILS
from notify.models import Webhook, WebhookDelivery
from notify.webhooks.queries import in_turn
from notify.webhooks.services import sending
from notify.webhooks.services.endpoints import (
    MOST_FORMER,
    living_secrets,
    rotate_secret,
    update_webhook,
)
from notify.webhooks.services.lanes import HOLD, Lane
from notify.webhooks.services.repeating import send_test
from notify.webhooks.services.spreading import spread
from notify.webhooks.services.waking import IN_LINE
from tests.mirror.conftest import pass_time
from tests.mirror.remote import do_and_cut, garbage, hang, refuse, status
from tests.support.threads import together
from tests.support.worlds import acting, awarded, badge_class_of, issuer_of, person

pytestmark = pytest.mark.django_db(transaction=True)
LONG = b"x" * 3_000_000


def the_delivery() -> WebhookDelivery:
    return WebhookDelivery.objects.get()


def test_it_is_signed_as_the_standard_says(hook, badge_class, receiver) -> None:
    _, secret = hook(receiver.url)
    awarded(badge_class)
    run_due()
    (taken,) = receiver.taken
    assert taken.is_signed_with(secret)
    assert taken.headers["content-type"] == "application/json"
    assert abs(int(taken.headers["webhook-timestamp"]) - time.time()) < 60
    assert taken.id == the_delivery().entity_id
    assert "." not in taken.id


def test_for_a_day_the_former_secret_signs_too(issuer, hook, badge_class, receiver) -> None:
    webhook, former = hook(receiver.url)
    secret = rotate_secret(actor=acting(issuer.created_by), webhook=webhook)
    assert secret != former
    awarded(badge_class, "one@example.org")
    run_due()
    assert receiver.taken[0].is_signed_with(former)
    assert receiver.taken[0].is_signed_with(secret)
    with time_machine.travel(timezone.now() + timedelta(hours=24, minutes=1)):
        awarded(badge_class, "two@example.org")
        run_due()
    assert not receiver.taken[1].is_signed_with(former)
    assert receiver.taken[1].is_signed_with(secret)


def test_whoever_makes_two_new_secrets_cuts_nobody_off(issuer, hook, badge_class, receiver) -> None:
    """Each that was replaced signs for its own 24 hours; of many, the last five."""
    owner, start = acting(issuer.created_by), timezone.now()
    webhook, first = hook(receiver.url)
    second = rotate_secret(actor=owner, webhook=webhook)
    with time_machine.travel(start + timedelta(hours=12)):
        third = rotate_secret(actor=owner, webhook=webhook)
    for hours, living in {13: [first, second, third], 25: [second, third], 37: [third]}.items():
        with time_machine.travel(start + timedelta(hours=hours)):
            awarded(badge_class, f"{hours}@example.org")
            run_due()
        signing = [s for s in (first, second, third) if receiver.taken[-1].is_signed_with(s)]
        assert signing == living
    with time_machine.travel(start + timedelta(hours=38)):
        for _ in range(MOST_FORMER + 1):
            rotate_secret(actor=owner, webhook=webhook)
        assert len(living_secrets(Webhook.objects.get())) == MOST_FORMER + 1
        assert len(Webhook.objects.get().former_secrets) == MOST_FORMER


FAULTS = {
    "refuses": [refuse] * 3,
    "hangs": [hang],
    "500": [status(500)] * 3,
    "400": [status(400)] * 3,
    "401": [status(401)],
    "429": [status(429, Retry_After="120")] * 2,
    "503": [status(503, Retry_After="120")],
    "redirects": [status(302, Location="http://127.0.0.1:1/elsewhere")] * 2,
    "takes and cuts": [do_and_cut],
    "all of them": [refuse, hang, status(500), status(429), status(307, Location="/a"), do_and_cut],
}


@pytest.mark.parametrize("faults", FAULTS.values(), ids=FAULTS)
@pytest.mark.usefixtures("impatient")
def test_in_the_end_it_is_taken(faults, webhook, badge_class, receiver) -> None:
    receiver.fails(*faults)
    awarded(badge_class)
    pass_time(hours=2)
    assert receiver.faults == []
    assert len(receiver.asked) == len(faults) + 1
    assert len({taken.id for taken in receiver.taken}) == 1
    row = the_delivery()
    assert (row.state, row.attempts, row.last_status) == ("delivered", len(faults) + 1, 200)
    assert row.last_error == ""
    webhook.refresh_from_db()
    assert (webhook.failures, webhook.failing_since, webhook.resting_until) == (0, None, None)
    assert webhook.held_until is None


def test_an_answers_body_does_not_matter(webhook, badge_class, receiver) -> None:
    """Nor does its length."""

    def at_length(handler, body) -> bool:
        handler.send_response(202)
        handler.send_header("Content-Length", str(len(LONG)))
        handler.end_headers()
        return False

    receiver.fails(garbage, at_length)
    awarded(badge_class, "one@example.org")
    awarded(badge_class, "two@example.org")
    run_due()
    states = WebhookDelivery.objects.values_list("state", "last_status").order_by("pk")
    assert list(states) == [("delivered", 200), ("delivered", 202)]


@pytest.mark.usefixtures("impatient")
def test_what_went_wrong_is_told_in_our_words(webhook, badge_class, receiver) -> None:
    told = {
        "It answered 500.": (status(500), 500),
        "It redirects, which is not followed.": (status(301, Location="/x?token=abc"), 301),
        "127.0.0.1 could not be reached: it took too long.": (hang, None),
    }
    receiver.fails(*[fault for fault, _ in told.values()])
    awarded(badge_class)
    start = timezone.now()
    for number, (words, (_, code)) in enumerate(told.items()):
        with time_machine.travel(start + timedelta(minutes=number)):
            run_due()
        row = the_delivery()
        assert (row.last_error, row.last_status, row.state) == (words, code, "waiting")


def test_private_addresses_are_not_reached(settings, webhook, badge_class, receiver) -> None:
    settings.LAUREL_OUTBOUND_ALLOW = ""
    awarded(badge_class)
    run_due()
    assert receiver.asked == []
    row = the_delivery()
    assert (row.state, row.last_status) == ("waiting", None)
    assert row.last_error == "127.0.0.1 is at a private or reserved address, which is not reached."


def test_events_of_one_object_keep_their_order(webhook, badge_class, receiver) -> None:
    """The others go on."""
    owner = acting(badge_class.created_by)
    receiver.fails(status(500), status(500), status(500))
    first = awarded(badge_class, "one@example.org")
    run_due()
    correct_assertion(actor=owner, assertion=first, narrative="Second.")
    revoke_assertion(actor=owner, assertion=first, reason="Third.")
    awarded(badge_class, "other@example.org")
    pass_time(hours=2)
    seen = [(taken.told["data"]["entityId"], taken.told["type"]) for taken in receiver.taken]
    of_first = [kind for name, kind in seen if name == first.entity_id]
    assert of_first == ["assertion.created", "assertion.updated", "assertion.revoked"]
    assert len(seen) == 4


def test_one_object_that_is_never_taken_stops_no_other(webhook, badge_class, receiver) -> None:
    """Until it is given up, after three days; then what comes after it is sent."""
    poison = awarded(badge_class, "poison@example.org")

    def refuse_poison(handler, body) -> bool:
        if b"assertion.created" in body and poison.entity_id.encode() in body:
            handler.reply(422, {})
            return False
        return True

    receiver.fails(*[refuse_poison] * 1000)
    revoke_assertion(actor=acting(badge_class.created_by), assertion=poison, reason="x")
    awarded(badge_class, "one@example.org")
    pass_time(hours=1)
    assert receiver.types == ["assertion.created"]
    start = timezone.now()
    for hours in range(1, 80, 3):
        with time_machine.travel(start + timedelta(hours=hours)):
            awarded(badge_class, f"{hours}@example.org")
            run_due()
            run_due()
    states = dict(WebhookDelivery.objects.values_list("type", "state").order_by("-pk"))
    assert states == {"assertion.created": "dead", "assertion.revoked": "delivered"}
    assert WebhookDelivery.objects.filter(state="dead").count() == 1
    assert receiver.types.count("assertion.revoked") == 1
    webhook.refresh_from_db()
    assert webhook.disabled_at is None


def test_a_long_outage_costs_few_requests(webhook, badge_class, receiver) -> None:
    """Thirty events wait; the receiver is asked now and then, not thirty times as often."""
    receiver.fails(*[status(503)] * 1000)
    for number in range(30):
        awarded(badge_class, f"{number}@example.org")
    pass_time(hours=6)
    assert 5 < len(receiver.asked) < 60
    assert Job.objects.filter(kind="webhooks.send").count() < 150
    receiver.faults.clear()
    pass_time(after=6, hours=2)
    assert len({taken.told["data"]["entityId"] for taken in receiver.taken}) == 30
    assert len(receiver.taken) == 30


def test_it_comes_back_no_sooner_than_asked(webhook, badge_class, receiver) -> None:
    receiver.fails(status(429, Retry_After="1800"))
    start = timezone.now()
    awarded(badge_class, "one@example.org")
    run_due()
    awarded(badge_class, "two@example.org")
    for minutes in range(1, 30, 4):
        with time_machine.travel(start + timedelta(minutes=minutes)):
            run_due()
    assert len(receiver.asked) == 1
    with time_machine.travel(start + timedelta(minutes=35)):
        run_due()
    assert len(receiver.taken) == 2


def test_after_three_days_it_is_given_up_and_the_webhook_disabled(
    webhook, badge_class, receiver
) -> None:
    receiver.fails(*[status(500)] * 1000)
    start = timezone.now()
    for number in range(2):
        awarded(badge_class, f"{number}@example.org")
    run_by_hours(start, 0, 71)
    assert set(WebhookDelivery.objects.values_list("state", flat=True)) == {"waiting"}
    run_by_hours(start, 71, 90)
    webhook.refresh_from_db()
    assert webhook.disabled_reason == "failing"
    assert set(WebhookDelivery.objects.values_list("state", flat=True)) == {"dead"}
    asked = len(receiver.asked)
    assert 10 < asked < 150
    with time_machine.travel(start + timedelta(hours=90)):
        awarded(badge_class, "later@example.org")
        run_due()
    assert len(receiver.asked) == asked
    assert WebhookDelivery.objects.count() == 2


@pytest.mark.parametrize("enabled", [True, False])
def test_what_waits_at_a_disabled_one_keeps_its_three_days(
    enabled, webhook, badge_class, receiver
) -> None:
    receiver.fails(*[status(500)] * 1000)
    start = timezone.now()
    for number in range(2):
        awarded(badge_class, f"{number}@example.org")
    run_by_hours(start, 0, 71)
    with time_machine.travel(start + timedelta(hours=71)):
        young = awarded(badge_class, "young@example.org")
    run_by_hours(start, 71, 100)
    young_one = WebhookDelivery.objects.filter(object_id=young.entity_id)
    webhook.refresh_from_db()
    assert (webhook.disabled_reason, young_one.get().state) == ("failing", "waiting")
    receiver.faults.clear()
    if enabled:
        with time_machine.travel(start + timedelta(hours=100)):
            actor = acting(badge_class.created_by)
            update_webhook(actor=actor, webhook=webhook, disabled=False)
    run_by_hours(start, 100, 102)
    assert [taken.told["data"]["entityId"] for taken in receiver.taken] == (
        [young.entity_id] if enabled else [])  # fmt: skip
    run_by_hours(start, 152, 158)
    assert young_one.get().state == ("delivered" if enabled else "dead")


def test_one_object_alone_disables_no_quiet_webhook(webhook, badge_class, receiver) -> None:
    """Nor does a hiccup of another, long after it was given up."""
    receiver.fails(*[status(422)] * 1000)
    start = timezone.now()
    made = awarded(badge_class, "poison@example.org")
    correct_assertion(
        actor=acting(badge_class.created_by), assertion=made, narrative="It is no better."
    )
    for hours in range(0, 180, 4):
        with time_machine.travel(start + timedelta(hours=hours)):
            run_due()
    assert set(WebhookDelivery.objects.values_list("state", flat=True)) == {"dead"}
    receiver.faults.clear()
    receiver.fails(status(500))
    with time_machine.travel(start + timedelta(days=10)):
        awarded(badge_class, "one@example.org")
        run_due()
    webhook.refresh_from_db()
    assert webhook.disabled_at is None
    with time_machine.travel(start + timedelta(days=11)):
        run_due()
    assert len(receiver.taken) == 1


def test_tests_disable_no_webhook(webhook, badge_class, receiver) -> None:
    """Somebody presses the button, and sets the receiver up a week later."""
    receiver.fails(*[refuse] * 1000)
    start = timezone.now()
    for _ in range(2):
        send_test(actor=acting(badge_class.created_by), webhook=webhook)
    for hours in range(0, 92, 4):
        with time_machine.travel(start + timedelta(hours=hours)):
            run_due()
    assert set(WebhookDelivery.objects.values_list("state", flat=True)) == {"dead"}
    webhook.refresh_from_db()
    assert webhook.disabled_at is None


def run_by_hours(start: datetime, first: int, last: int) -> None:
    for hours in range(first, last, 2):
        with time_machine.travel(start + timedelta(hours=hours)):
            run_due()


def test_who_is_gone_is_left_alone_at_once(webhook, badge_class, receiver) -> None:
    receiver.fails(status(410))
    awarded(badge_class, "one@example.org")
    awarded(badge_class, "two@example.org")
    pass_time(hours=1)
    assert len(receiver.asked) == 1
    webhook.refresh_from_db()
    assert webhook.disabled_reason == "gone"
    assert set(WebhookDelivery.objects.values_list("state", flat=True)) == {"dead"}


def test_a_receiver_that_fails_holds_up_no_other(hook, badge_class, receiver) -> None:
    hook("http://127.0.0.1:1/nobody")
    hook(receiver.url)
    for number in range(3):
        awarded(badge_class, f"{number}@example.org")
    run_due()
    assert len(receiver.taken) == 3


def test_after_its_turn_a_webhook_waits_in_line(
    monkeypatch, issuer, hook, badge_class, receiver
) -> None:
    """What happens is told before mails; the rest of it is sent when mails, too, had their turn."""
    monkeypatch.setattr(sending, "TURN", 0.0)
    save_issuer_mail(actor=acting(issuer.created_by), issuer=issuer, notify=True)
    hook(f"{receiver.url}/one")
    hook(f"{receiver.url}/two")
    mails_before = []

    def note(handler, body) -> bool:
        mails_before.append((handler.path, len(mail.outbox)))
        return True

    receiver.fails(*[note] * 6)
    for number in range(3):
        awarded(badge_class, f"{number}@example.org")
    run_due()
    rounds = [sorted(mails_before[start : start + 2]) for start in (0, 2, 4)]
    assert rounds == [[("/one", number), ("/two", number)] for number in (0, 3, 3)]


def test_a_turn_ends_by_the_clock(monkeypatch, webhook, badge_class, receiver) -> None:
    """However slow the receiver is: a thread is not a webhook's own."""
    monkeypatch.setattr(sending, "TURN", 0.2)

    def dawdle(handler, body) -> bool:
        time.sleep(0.15)
        return True

    receiver.fails(*[dawdle] * 5)
    for number in range(5):
        awarded(badge_class, f"{number}@example.org")
    spread(badge_class.issuer_id)
    sending.send_due(webhook.entity_id)
    assert len(receiver.taken) == 2
    run_due()
    assert len(receiver.taken) == 5


def test_one_with_much_to_send_waits_in_line_once(webhook, badge_class) -> None:
    """However much happens meanwhile, and whoever finds it held."""

    def waiting() -> list[tuple[int, bool]]:
        rows = Job.objects.filter(kind="webhooks.send", state="waiting").order_by("run_at")
        return [(job.priority, job.run_at <= timezone.now()) for job in rows]

    awarded(badge_class)
    spread(badge_class.issuer_id)
    assert waiting() == [(50, True)]
    for number in range(3):
        awarded(badge_class, f"{number}@example.org")
        spread(badge_class.issuer_id)
    assert waiting() == [(50, True), (IN_LINE, True)]
    holder = Lane.take(webhook.entity_id)
    assert holder
    for _ in range(3):
        assert Lane.take(webhook.entity_id) is None
    assert waiting() == [(50, True), (IN_LINE, True), (IN_LINE, False)]
    holder.release()
    assert waiting() == [(50, True), (IN_LINE, True), (IN_LINE, False)]
    assert registry.find(MAILS).priority == IN_LINE


def test_many_workers_send_each_event_once_and_in_order(webhook, badge_class, receiver) -> None:
    owner = acting(badge_class.created_by)
    for number in range(4):
        made = awarded(badge_class, f"{number}@example.org")
        correct_assertion(actor=owner, assertion=made, narrative="Well done.")
        revoke_assertion(actor=owner, assertion=made, reason="A mistake.")
    together(4, lambda number: run_due())
    pass_time(hours=0.2)
    ids = [taken.id for taken in receiver.taken]
    assert len(ids) == len(set(ids)) == 12
    order: dict[str, list[str]] = {}
    for taken in receiver.taken:
        order.setdefault(taken.told["data"]["entityId"], []).append(taken.told["type"])
    for kinds in order.values():
        assert kinds == ["assertion.created", "assertion.updated", "assertion.revoked"]


def test_a_lane_is_one_senders(webhook, badge_class, receiver) -> None:
    """Somebody who finds it held comes back when the hold ends, in case its holder died."""
    lane = Lane.take(webhook.entity_id)
    assert lane is not None
    awarded(badge_class)
    run_due()
    assert receiver.asked == []
    with time_machine.travel(timezone.now() + HOLD + timedelta(seconds=1)):
        run_due()
        assert len(receiver.taken) == 1
        assert lane.next_delivery() is None  # it was overtaken
        lane.release()
    webhook.refresh_from_db()
    assert webhook.held_until is None


def test_who_was_overtaken_reports_nothing(webhook, badge_class, receiver) -> None:
    awarded(badge_class)
    Job.objects.filter(kind="webhooks.send").delete()
    lane = Lane.take(webhook.entity_id)
    assert lane and lane.next_delivery() is None  # nothing is spread yet
    lane.release()
    run_due()
    delivery = the_delivery()
    delivery.attempts -= 1  # as an earlier sender knew it
    sending.report(webhook, delivery, sending.Outcome(500, "It answered 500."))
    row = the_delivery()
    assert (row.state, row.last_status, row.last_error) == ("delivered", 200, "")
    webhook.refresh_from_db()
    assert webhook.failures == 0


def test_one_that_is_deleted_while_it_is_sent_to(webhook, badge_class, receiver) -> None:
    def delete(handler, body) -> bool:
        Webhook.objects.all().delete()
        connections.close_all()  # this is the receiver's thread
        return True

    receiver.fails(delete)
    awarded(badge_class)
    run_due()
    assert len(receiver.taken) == 1
    assert not WebhookDelivery.objects.exists()
    assert set(Job.objects.filter(kind="webhooks.send").values_list("state", flat=True)) == {"done"}


def test_one_that_cannot_be_rendered_stops_no_other(webhook, badge_class, receiver) -> None:
    """Its attempts rest longer and longer, as if its receiver had failed."""
    bad = unrenderable(badge_class)
    good = awarded(badge_class, "good@example.org")
    pass_time(hours=1)
    assert [taken.told["data"]["entityId"] for taken in receiver.taken] == [good.entity_id]
    row = WebhookDelivery.objects.get(object_id=bad.entity_id)
    assert row.state == "waiting" and row.attempts > 1
    assert row.last_error == "It could not be made: TypeError."
    Assertion.objects.filter(pk=bad.pk).update(extensions={})
    pass_time(hours=3, after=1)
    assert len(receiver.taken) == 2


def test_one_that_can_never_be_rendered_is_given_up(webhook, badge_class, receiver) -> None:
    """And those who look after the server are told of it: the job has failed."""
    unrenderable(badge_class)
    run_due()
    (job,) = Job.objects.filter(kind="webhooks.send", state="waiting", attempts=1)
    assert job.last_error.endswith("TypeError")
    start = timezone.now()
    for hours in range(0, 92, 4):
        with time_machine.travel(start + timedelta(hours=hours)):
            run_due()
    assert (the_delivery().state, receiver.asked) == ("dead", [])


def unrenderable(badge_class: BadgeClass) -> Assertion:
    made = awarded(badge_class, "bad@example.org")
    Assertion.objects.filter(pk=made.pk).update(extensions={"x": {"n": 2**70}})
    return made


def test_two_issuers_at_one_receiver(hook, badge_class, receiver) -> None:
    """Each with a secret of its own."""
    other = badge_class_of(issuer_of(person("eve@example.org")))
    _, mine = hook(receiver.url)
    _, theirs = hook(receiver.url, of=other.issuer)
    awarded(badge_class)
    awarded(other)
    run_due()
    for taken in receiver.taken:
        is_mine = taken.told["data"]["issuer"] == badge_class.issuer.entity_id
        assert (taken.is_signed_with(mine), taken.is_signed_with(theirs)) == (is_mine, not is_mine)


def test_what_comes_next_is_found_by_the_indexes(webhook) -> None:
    """However much waits: nothing is sorted, and each object's first is one look-up."""
    now = timezone.now()
    WebhookDelivery.objects.bulk_create(
        WebhookDelivery(
            entity_id=f"evt_{number}",
            webhook=webhook,
            type="assertion.updated",
            object_id=f"object-{number % 1500}",
            occurred_at=now,
        )
        for number in range(3000)
    )
    if connection.vendor == "postgresql":  # which knows by itself, a little later
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE notify_webhookdelivery")
    plan = in_turn(webhook).filter(next_at__lte=now + timedelta(hours=1))[:1].explain()
    assert "notify_event_turns" in plan and "notify_event_order" in plan
    assert "TEMP B-TREE" not in plan and "Sort" not in plan
