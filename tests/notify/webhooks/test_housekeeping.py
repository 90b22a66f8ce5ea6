"""The log goes back thirty days."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from issuer.services.revocations import revoke_assertion
from jobs.worker import run_due
from notify.models import WebhookDelivery
from notify.webhooks import handlers
from notify.webhooks.services.repeating import replay_delivery
from tests.mirror.remote import status
from tests.support.worlds import acting, awarded

pytestmark = pytest.mark.django_db(transaction=True)


def test_old_deliveries_go(monkeypatch, webhook, badge_class, receiver) -> None:
    monkeypatch.setattr(handlers, "BATCH", 2)
    for number in range(5):
        awarded(badge_class, f"{number}@example.org")
    run_due()
    now = timezone.now()
    with time_machine.travel(now + timedelta(days=29)):
        awarded(badge_class, "late@example.org")
        run_due()
        assert WebhookDelivery.objects.count() == 6
    with time_machine.travel(now + timedelta(days=32)):
        run_due()
    assert WebhookDelivery.objects.count() == 1
    assert len(receiver.taken) == 6


def test_what_waits_stays_however_old(webhook, badge_class, receiver) -> None:
    """And what was given up goes thirty days after that, not after it began to wait."""
    owner, now = acting(badge_class.created_by), timezone.now()
    made = awarded(badge_class)
    revoke_assertion(actor=owner, assertion=made, reason="A mistake.")
    run_due()
    _, second = WebhookDelivery.objects.order_by("pk")
    began = now - timedelta(days=31)
    WebhookDelivery.objects.update(created_at=began, finished_at=now - timedelta(days=29))
    replay_delivery(actor=owner, delivery=second)
    receiver.fails(status(500))
    run_due()
    handlers.prune({})
    states = WebhookDelivery.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["delivered", "waiting"]
