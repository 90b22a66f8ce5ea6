"""Where acts and jobs reach webhooks. Registered when Django starts."""

from datetime import timedelta

from django.utils import timezone

from activity.services import subscribe
from jobs.registry import Payload, handler, schedule
from notify.models import WebhookDelivery
from notify.webhooks.events import EVENTS
from notify.webhooks.queries import pending_issuers, webhooks_with_work
from notify.webhooks.services.endpoints import give_up_old
from notify.webhooks.services.sending import send_due
from notify.webhooks.services.spreading import SPREAD, follow, spread, spread_later
from notify.webhooks.services.waking import SEND, send_in_line

# Before mails: a flood of them must not hold up a program; but a program with much to be told waits
# with them (waking). Behind what has threads of its own (jobs.worker): one that hangs must not hold
# up mirrors.
PRIORITY = 50
SWEEP = "webhooks.sweep"
PRUNE = "webhooks.prune"
KEPT = timedelta(days=30)
BATCH = 1000


@handler(SPREAD, priority=PRIORITY)
def make_deliveries(payload: Payload) -> None:
    spread(payload["issuer"])


@handler(SEND, priority=PRIORITY)
def send_deliveries(payload: Payload) -> None:
    send_due(payload["webhook"])


@handler(SWEEP, priority=90)
def sweep(payload: Payload) -> None:
    """Whatever became of its jobs or its webhook, nothing waits for ever."""
    give_up_old()
    spread_later(pending_issuers())
    send_in_line(webhooks_with_work())


@handler(PRUNE, priority=90)
def prune(payload: Payload) -> None:
    """The log goes back 30 days; what waits has not ended. Deleted in batches: nobody waits long
    behind one.
    """
    old = WebhookDelivery.objects.filter(finished_at__lt=timezone.now() - KEPT)
    while batch := list(old.order_by("finished_at").values_list("pk", flat=True)[:BATCH]):
        WebhookDelivery.objects.filter(pk__in=batch).delete()


def register() -> None:
    """Called once, when the apps are ready."""
    for verb in EVENTS:
        subscribe(verb, follow)
    schedule(SWEEP, every=timedelta(hours=1))
    schedule(PRUNE, every=timedelta(days=1))
