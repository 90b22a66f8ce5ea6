"""Webhooks and their secrets: for owners; what is wrong is refused; secrets are shown once."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.utils import timezone

from accounts.secrets import open_sealed
from activity.models import LogEntry
from issuer.models import Role
from jobs.backoff import ceiling
from jobs.worker import run_due
from notify.models import Webhook, WebhookDelivery
from notify.webhooks.events import TYPES
from notify.webhooks.services.endpoints import (
    MOST,
    create_webhook,
    delete_webhook,
    rotate_secret,
    update_webhook,
)
from notify.webhooks.services.repeating import replay_dead, replay_delivery, send_test
from tests.mirror.remote import status
from tests.support.worlds import acting, awarded, person, staff
from tests.test_canary import found_in, tables

pytestmark = pytest.mark.django_db(transaction=True)
URL = "https://lms.example/hooks"


@pytest.fixture
def owner(issuer):
    return acting(issuer.created_by)


def test_a_webhook_and_its_secret(owner, issuer, hook) -> None:
    made, secret = hook(URL, "assertion.revoked", "assertion.created", "assertion.created")
    assert (made.url, made.events) == (URL, ["assertion.created", "assertion.revoked"])
    assert secret.startswith("whsec_") and len(secret) == 50
    assert open_sealed(made.secret) == secret
    assert (LogEntry.objects.last().verb, LogEntry.objects.last().object_id) == (
        "webhook.created", made.entity_id)  # fmt: skip


def test_secrets_are_sealed_at_rest(owner, hook) -> None:
    made, secret = hook(URL)
    former, secret = secret, rotate_secret(actor=owner, webhook=made)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM notify_webhook")
        stored = str(cursor.fetchall())
    assert secret not in stored and former not in stored


@pytest.mark.parametrize(
    "url",
    ["", "nowhere", "ftp://a.example/", "https://", "https://user:pass@a.example/", "//a.example",
     "javascript:alert(1)", "https://a.example:0/", "https://" + "a" * 3000 + ".example/",
     "https://a.example/" + "x" * 2000, "https://xn--a/"],
)  # fmt: skip
def test_an_address_that_is_none(url, hook) -> None:
    with pytest.raises(ValidationError) as raised:
        hook(url)
    assert set(raised.value.message_dict) == {"url"}


def test_plain_http_is_for_practice_alone(settings, owner, hook) -> None:
    made, _ = hook("http://lms.example/hooks")
    settings.LAUREL_PRACTICE = False
    with pytest.raises(ValidationError):
        hook("http://lms.example/hooks")
    with pytest.raises(ValidationError):
        update_webhook(actor=owner, webhook=made, url="http://other.example/")
    update_webhook(actor=owner, webhook=made, url=URL)


@pytest.mark.parametrize("events", [[], ["assertion.lost"], ["assertion.created", "webhook.test"]])
def test_events_that_are_none(events, owner, issuer) -> None:
    with pytest.raises(ValidationError) as raised:
        create_webhook(actor=owner, issuer=issuer, url=URL, events=events)
    assert set(raised.value.message_dict) == {"events"}


def test_there_is_an_end_to_them(hook) -> None:
    for _ in range(MOST):
        hook(URL)
    with pytest.raises(ValidationError):
        hook(URL)


@pytest.mark.parametrize("role", [Role.EDITOR, Role.STAFF, None])
def test_they_are_for_owners(role, issuer, webhook) -> None:
    user = staff(issuer, "joan@example.org", role) if role else person("joan@example.org")
    actor = acting(user)
    acts = [
        lambda: create_webhook(actor=actor, issuer=issuer, url=URL, events=TYPES),
        lambda: update_webhook(actor=actor, webhook=webhook, url=URL),
        lambda: rotate_secret(actor=actor, webhook=webhook),
        lambda: delete_webhook(actor=actor, webhook=webhook),
        lambda: send_test(actor=actor, webhook=webhook),
        lambda: replay_dead(actor=actor, webhook=webhook),
        lambda: replay_delivery(actor=actor, delivery=WebhookDelivery(webhook=webhook)),
    ]
    before = LogEntry.objects.count()
    for act in acts:
        with pytest.raises(PermissionDenied):
            act()
    assert LogEntry.objects.count() == before
    assert Webhook.objects.get().url == webhook.url


def test_what_does_not_differ_is_not_written(owner, hook) -> None:
    made, _ = hook(URL)
    before = LogEntry.objects.count()
    update_webhook(actor=owner, webhook=made, url=URL, events=TYPES, disabled=False)
    assert LogEntry.objects.count() == before
    update_webhook(actor=owner, webhook=made, events=["issuer.updated"])
    entry = LogEntry.objects.last()
    assert (entry.verb, entry.facts) == ("webhook.changed", {"fields": ["events"]})


def test_another_address_is_told_at_once_what_waits(owner, webhook, badge_class, receiver) -> None:
    receiver.fails(status(503, Retry_After="36000"))
    awarded(badge_class)
    run_due()
    assert len(receiver.asked) == 1
    update_webhook(actor=owner, webhook=webhook, url=f"{receiver.url}/moved")
    run_due()
    assert receiver.asked[-1] == ("POST", "/moved")
    assert len(receiver.taken) == 1


def test_disabled_and_enabled(owner, webhook, badge_class, receiver) -> None:
    """What waited is given up; what happens meanwhile is not told; then it goes on."""
    receiver.fails(status(500))
    awarded(badge_class, "one@example.org")
    run_due()
    update_webhook(actor=owner, webhook=webhook, disabled=True)
    assert WebhookDelivery.objects.get().state == "dead"
    awarded(badge_class, "two@example.org")
    run_due()
    with pytest.raises(ValidationError):
        replay_dead(actor=owner, webhook=webhook)
    with pytest.raises(ValidationError):
        send_test(actor=owner, webhook=webhook)
    update_webhook(actor=owner, webhook=webhook, disabled=False)
    awarded(badge_class, "three@example.org")
    run_due()
    told = [taken.told["data"]["recipient"]["plaintextIdentity"] for taken in receiver.taken]
    assert told == ["three@example.org"]
    assert replay_dead(actor=owner, webhook=webhook) == 1
    run_due()
    told = [taken.told["data"]["recipient"]["plaintextIdentity"] for taken in receiver.taken]
    assert told == ["three@example.org", "one@example.org"]


def test_replayed_under_the_same_id(owner, webhook, badge_class, receiver) -> None:
    """Also what was delivered; and what rests, at once."""
    awarded(badge_class)
    run_due()
    replay_delivery(actor=owner, delivery=WebhookDelivery.objects.get())
    receiver.fails(status(503, Retry_After="3600"))
    run_due()
    assert len(receiver.taken) == 1
    replay_delivery(actor=owner, delivery=WebhookDelivery.objects.get())
    run_due()
    assert len({taken.id for taken in receiver.taken}) == 1
    assert len(receiver.taken) == 2
    assert WebhookDelivery.objects.get().state == "delivered"


def grown_old(webhook: Webhook) -> timedelta:
    """As if its only event had failed for two days. The longest rest if it begins anew."""
    now = timezone.now()
    soon = now + timedelta(minutes=1)
    Webhook.objects.update(failures=45, failing_since=now - timedelta(days=2), resting_until=soon)
    rows = WebhookDelivery.objects.filter(webhook=webhook)
    rows.update(attempts=45, tries=45, retry_until=soon, next_at=soon)
    return timedelta(seconds=ceiling(1) + 1)


def test_a_replay_begins_anew(owner, webhook, badge_class, receiver) -> None:
    """One hiccup after it does not cost hours."""
    receiver.fails(status(500), status(500))
    awarded(badge_class)
    run_due()
    longest = grown_old(webhook)
    replay_delivery(actor=owner, delivery=WebhookDelivery.objects.get())
    run_due()
    webhook.refresh_from_db()
    event = WebhookDelivery.objects.get()
    assert len(receiver.asked) == 2
    assert max(event.next_at, webhook.resting_until) < timezone.now() + longest
    assert event.retry_until > timezone.now() + timedelta(days=2)
    assert (event.attempts, webhook.failing_since is None) == (46, False)
    with time_machine.travel(timezone.now() + longest):
        run_due()
    webhook.refresh_from_db()
    assert (len(receiver.taken), webhook.failing_since) == (1, None)


def test_at_another_address_all_begins_anew(owner, webhook, badge_class, receiver) -> None:
    receiver.fails(status(500), status(500))
    awarded(badge_class)
    run_due()
    longest = grown_old(webhook)
    update_webhook(actor=owner, webhook=webhook, url=f"{receiver.url}/moved")
    run_due()
    webhook.refresh_from_db()
    event = WebhookDelivery.objects.get()
    assert len(receiver.asked) == 2
    assert max(event.next_at, webhook.resting_until) < timezone.now() + longest
    assert event.retry_until > timezone.now() + timedelta(days=2)


def test_a_test_is_sent(owner, webhook, receiver) -> None:
    made = send_test(actor=owner, webhook=webhook)
    run_due()
    (taken,) = receiver.taken
    assert (taken.id, taken.told["type"]) == (made.entity_id, "webhook.test")
    gone = {"entityType": "Webhook", "entityId": webhook.entity_id}
    assert taken.told["data"] == gone


def test_a_test_waits_for_no_other(owner, webhook, receiver) -> None:
    """Somebody who mends a receiver tries again and again."""
    receiver.fails(status(500))
    first = send_test(actor=owner, webhook=webhook)
    run_due()
    second = send_test(actor=owner, webhook=webhook)
    run_due()
    assert [taken.id for taken in receiver.taken] == [second.entity_id]
    first.refresh_from_db()
    assert first.state == "waiting"


def test_under_another_key_nothing_breaks(settings, webhook, badge_class, receiver) -> None:
    """Signatures fit nobody's secret then: it has to be renewed."""
    awarded(badge_class)
    settings.SECRET_KEY = "another"
    run_due()
    assert len(receiver.taken) == 1


def test_nothing_personal_stays_in_the_log(webhook, badge_class, receiver) -> None:
    def quote(handler, body) -> bool:
        handler.reply(500, {"error": body.decode()})
        return False

    def greet(handler, body) -> bool:
        handler.wfile.write(b"Hello canary narrative\r\n\r\n")
        return False

    receiver.fails(quote, greet)
    for number in range(2):
        with time_machine.travel(timezone.now() + timedelta(hours=number)):
            awarded(badge_class, "canary-recipient@example.org", narrative="canary narrative")
            run_due()
    assert len(receiver.asked) > 1
    homes = {model._meta.db_table for model in tables() if found_in(model)}
    assert homes == {"issuer_recipient", "issuer_assertion"}


def test_nothing_secret_is_logged(caplog, owner, hook, badge_class, receiver) -> None:
    caplog.set_level("DEBUG")
    made, secret = hook(f"{receiver.url}/token-in-the-path")
    other = rotate_secret(actor=owner, webhook=made)
    receiver.fails(status(500), status(302, Location="/x"))
    awarded(badge_class, "grace@example.org")
    run_due()
    told = " ".join(record.getMessage() for record in caplog.records)
    assert "webhooks.send" in told
    for word in (secret, other, "token-in-the-path", "grace@example.org"):
        assert word not in told
