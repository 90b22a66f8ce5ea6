"""Every named read of webhooks and of what is on its way to them."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from activity.actors import Actor
from activity.models import LogEntry
from issuer.models import Issuer
from issuer.permissions import visible_to
from notify.models import PendingEvents, Webhook, WebhookDelivery

State = WebhookDelivery.State


def webhooks_of(actor: Actor) -> QuerySet[Webhook]:
    """The webhooks of the issuers within the actor's reach. What of them may be seen is
    `Verb.MANAGE_WEBHOOKS`'s to say.
    """
    issuers = visible_to(actor, Issuer.objects.all()).values("pk")
    rows = Webhook.objects.select_related("issuer").defer("issuer__document")
    return rows.filter(issuer__in=issuers)


def deliveries_of(webhook: Webhook) -> QuerySet[WebhookDelivery]:
    """The log of a webhook."""
    return WebhookDelivery.objects.filter(webhook=webhook).select_related("webhook")


def listeners(issuer_ids: Collection[str], event: str) -> dict[str, int]:
    """Of the issuers with these entity ids those with somebody to be told, and their keys."""
    living = Webhook.objects.filter(issuer__entity_id__in=issuer_ids, disabled_at=None)
    rows = living.values_list("issuer__entity_id", "issuer_id", "events")
    return {name: pk for name, pk, events in rows if event in events}


def pending_issuers() -> list[int]:
    """Keys of the issuers of which something waits to become deliveries."""
    rows = PendingEvents.objects.order_by("issuer_id").values_list("issuer_id", flat=True)
    return list(rows.distinct())


def next_pending(issuer_id: int) -> PendingEvents | None:
    return PendingEvents.objects.filter(issuer_id=issuer_id).order_by("pk").first()


def entries_of(pending: PendingEvents) -> list[LogEntry]:
    return list(LogEntry.objects.filter(pk__in=pending.entries).order_by("pk"))


def living_webhooks(issuer_id: int) -> QuerySet[Webhook]:
    return Webhook.objects.filter(issuer_id=issuer_id, disabled_at=None).order_by("pk")


def sendable(webhook: Webhook) -> QuerySet[WebhookDelivery]:
    """Of each object the first event that waits: the others wait for it."""
    waiting = WebhookDelivery.objects.filter(webhook=webhook, state=State.WAITING)
    earlier = waiting.filter(object_id=OuterRef("object_id"), pk__lt=OuterRef("pk"))
    return waiting.filter(~Exists(earlier))


def next_due(webhook: Webhook) -> WebhookDelivery | None:
    """The event whose time came first: one that failed goes behind those that wait untried."""
    return in_turn(webhook).filter(next_at__lte=timezone.now()).first()


def next_moment(webhook: Webhook) -> datetime | None:
    """When there will be something to send; None while nothing waits."""
    return in_turn(webhook).values_list("next_at", flat=True).first()


def in_turn(webhook: Webhook) -> QuerySet[WebhookDelivery]:
    return sendable(webhook).order_by("next_at", "pk")


def objects_given_up(webhook: Webhook, since: datetime) -> int:
    """How many have had an event given up since then. Tests do not count."""
    dead = deliveries_of(webhook).filter(state=State.DEAD, finished_at__gte=since)
    return dead.exclude(entry=None).values("object_id").distinct().count()


def webhooks_with_work() -> QuerySet[Webhook]:
    """Those for which something waits."""
    return with_waiting().filter(disabled_at=None)


def disabled_with_waiting() -> QuerySet[Webhook]:
    """Those that are sent nothing, and something waits all the same."""
    return with_waiting().exclude(disabled_at=None)


def with_waiting() -> QuerySet[Webhook]:
    waiting = WebhookDelivery.objects.filter(webhook=OuterRef("pk"), state=State.WAITING)
    return Webhook.objects.filter(Exists(waiting))
