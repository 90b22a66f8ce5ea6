"""Webhooks and their deliveries as `/v2` objects. Every key is always present, but the secret."""

from typing import Any

from issuer.api.representations import instant
from notify.models import Webhook, WebhookDelivery


def webhook_object(webhook: Webhook, *, secret: str = "") -> dict[str, Any]:
    told = {
        "entityType": "Webhook",
        "entityId": webhook.entity_id,
        "issuer": webhook.issuer.entity_id,
        "url": webhook.url,
        "events": webhook.events,
        "createdAt": instant(webhook.created_at),
        "disabled": webhook.disabled_at is not None,
        "disabledReason": webhook.disabled_reason or None,
        "failingSince": instant(webhook.failing_since),
        "restingUntil": instant(webhook.resting_until),
    }
    return told | {"secret": secret} if secret else told


def delivery_object(delivery: WebhookDelivery) -> dict[str, Any]:
    waits = delivery.state == WebhookDelivery.State.WAITING
    return {
        "entityType": "WebhookDelivery",
        "entityId": delivery.entity_id,
        "webhook": delivery.webhook.entity_id,
        "eventType": delivery.type,
        "object": delivery.told_of,
        "occurredAt": instant(delivery.occurred_at),
        "createdAt": instant(delivery.created_at),
        "state": delivery.state,
        "attempts": delivery.attempts,
        "lastStatus": delivery.last_status,
        "lastError": delivery.last_error or None,
        "nextAttemptAt": instant(delivery.next_at) if waits else None,
        "finishedAt": instant(delivery.finished_at),
    }
