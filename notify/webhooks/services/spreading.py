"""From acts to deliveries: an act leaves one row and one job, the job makes a delivery for each
address that wants to hear of it.
"""

from collections.abc import Iterable, Sequence

from django.db import transaction

from accounts.secrets import keyed_digest
from activity.models import LogEntry
from jobs.services import enqueue
from notify.models import PendingEvents, Webhook, WebhookDelivery
from notify.webhooks.events import EVENTS
from notify.webhooks.queries import (
    entries_of,
    listeners,
    living_webhooks,
    next_due,
    next_pending,
)
from notify.webhooks.services.waking import send_in_line, send_now

SPREAD = "webhooks.spread"


def follow(entries: Sequence[LogEntry]) -> None:
    """Subscriber: runs in the transaction of the act. One query where nobody listens; else two
    statements more, however many entries there are.
    """
    if not entries:
        return
    by_issuer: dict[str, list[int]] = {}
    for entry in entries:
        by_issuer.setdefault(entry.issuer_id, []).append(entry.pk)
    listening = listeners(by_issuer.keys(), EVENTS[entries[0].verb])
    PendingEvents.objects.bulk_create(
        PendingEvents(issuer_id=pk, entries=by_issuer[name]) for name, pk in listening.items()
    )
    spread_later(listening.values())


def spread_later(issuer_ids: Iterable[int]) -> None:
    """A job for each. Without a key: acts that share a job wait for one another."""
    for issuer_id in issuer_ids:
        enqueue(kind=SPREAD, payload={"issuer": issuer_id})


def spread(issuer_id: int) -> None:
    """Work off what waits of an issuer, act by act in their order. The events of one object are
    written one after the other: whoever changes it holds its lock until what it leaves here is
    committed.
    """
    while pending := next_pending(issuer_id):
        spread_one(pending)


@transaction.atomic
def spread_one(pending: PendingEvents) -> None:
    """Write the deliveries of one act, once. Where others are due already, they come first, and all
    of them wait in line.
    """
    mine = PendingEvents.objects.select_for_update().filter(pk=pending.pk)
    if not mine:
        return  # another worker has done it
    entries = entries_of(pending)
    idle: list[Webhook] = []
    busy: list[Webhook] = []
    # Held: one that is being disabled gives up these, too.
    for webhook in living_webhooks(pending.issuer_id).select_for_update():
        deliveries = [
            delivery_of(webhook, entry) for entry in entries if EVENTS[entry.verb] in webhook.events
        ]
        if deliveries:
            (busy if next_due(webhook) else idle).append(webhook)
            WebhookDelivery.objects.bulk_create(deliveries, ignore_conflicts=True)
    mine.delete()
    send_now(idle)
    send_in_line(busy)


def delivery_of(webhook: Webhook, entry: LogEntry) -> WebhookDelivery:
    return WebhookDelivery(
        entity_id=event_id(webhook, entry),
        webhook=webhook,
        entry=entry,
        type=EVENTS[entry.verb],
        object_id=entry.object_id,
        occurred_at=entry.at,
    )


def event_id(webhook: Webhook, entry: LogEntry) -> str:
    """The same however often it is asked for, and nothing that can be guessed."""
    return "evt_" + keyed_digest(f"webhook {webhook.entity_id} {entry.pk}")[:32]
