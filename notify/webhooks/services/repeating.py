"""Sending on demand: a test, or once more what was sent or given up. For owners."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from activity.actors import Actor
from activity.services import record
from api.entity_ids import new_entity_id
from issuer.permissions import Verb, require
from notify.models import Webhook, WebhookDelivery
from notify.webhooks.events import TEST
from notify.webhooks.services.endpoints import begin_again, locked
from notify.webhooks.services.waking import send_now

State = WebhookDelivery.State


@transaction.atomic
def send_test(*, actor: Actor, webhook: Webhook) -> WebhookDelivery:
    """An event that says nothing, sent by a job. It waits for no other, as an object's events do.

    Raises PermissionDenied, ValidationError.
    """
    row = ready(actor, webhook)
    event_id = f"evt_{new_entity_id()}"
    delivery = WebhookDelivery.objects.create(
        entity_id=event_id,
        webhook=row,
        type=TEST,
        object_id=event_id,
        occurred_at=timezone.now(),
    )
    record("webhook.tested", row, actor=actor)
    send_now([row])
    return delivery


@transaction.atomic
def replay_delivery(*, actor: Actor, delivery: WebhookDelivery) -> WebhookDelivery:
    """Send an event again under its id, with its object as it is by then. Of one that waits, now.

    Raises PermissionDenied, ValidationError.
    """
    row = ready(actor, delivery.webhook)
    begin_again(WebhookDelivery.objects.filter(pk=delivery.pk))
    facts = {"delivery": delivery.entity_id}
    record("webhook.replayed", row, actor=actor, facts=facts)
    send_now([row])
    delivery.refresh_from_db()
    return delivery


@transaction.atomic
def replay_dead(*, actor: Actor, webhook: Webhook) -> int:
    """All that was given up, likewise, in its order. How many. Raises as `replay_delivery`."""
    row = ready(actor, webhook)
    count = begin_again(WebhookDelivery.objects.filter(webhook=row, state=State.DEAD))
    record("webhook.replayed", row, actor=actor, facts={"deliveries": count})
    send_now([row])
    return count


def ready(actor: Actor, webhook: Webhook) -> Webhook:
    """The row, locked. Who asks for it now does not wait for its rest to end, and if it fails once
    more, the next rest is a short one.
    """
    require(actor, Verb.MANAGE_WEBHOOKS, webhook.issuer)
    row = locked(webhook)
    if row.disabled_at:
        raise ValidationError(_("This webhook is disabled. Enable it first."))
    Webhook.objects.filter(pk=row.pk).update(resting_until=None, failures=0)
    return row
