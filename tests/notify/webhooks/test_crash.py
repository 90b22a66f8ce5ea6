"""A worker that dies while it sends: another goes on, and the event keeps its id."""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.utils import timezone

from jobs.worker import LONG_LEASE, run_due
from notify.models import WebhookDelivery
from tests.mirror.test_crash import Killer
from tests.support.worlds import awarded

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_while_it_sends(after, webhook, badge_class, receiver) -> None:
    """Before the receiver took it, or after that and before anybody wrote it down."""
    killer = Killer(after=after)
    receiver.fails(killer)
    awarded(badge_class, "one@example.org")
    awarded(badge_class, "two@example.org")
    killer.run()
    assert [len(receiver.taken), len(receiver.asked)] == [int(after), 1]
    assert set(WebhookDelivery.objects.values_list("state", flat=True)) == {"waiting"}
    with time_machine.travel(timezone.now() + LONG_LEASE + timedelta(minutes=1)):
        run_due()
    ids = [taken.id for taken in receiver.taken]
    assert len(ids) == 2 + after
    assert set(ids) == set(WebhookDelivery.objects.values_list("entity_id", flat=True))
    assert set(WebhookDelivery.objects.values_list("state", flat=True)) == {"delivered"}
