"""What answers about webhooks look like; they are made in `representations.py`."""

from typing import Any

from rest_framework import serializers

from issuer.api.shapes import entity, moment, text, text_or_null
from notify.models import Webhook, WebhookDelivery
from notify.webhooks.events import TEST, TYPES


class WebhookShape(serializers.Serializer[Any]):
    entityType = entity("Webhook")
    entityId = text()
    issuer = text(help_text="The issuer's entity id.")
    url = text()
    events = serializers.ListField(child=serializers.ChoiceField(choices=TYPES))
    createdAt = moment()
    disabled = serializers.BooleanField()
    disabledReason = serializers.ChoiceField(choices=Webhook.Reason.choices, allow_null=True)
    failingSince = moment(allow_null=True, help_text="Nothing was taken since then.")
    restingUntil = moment(allow_null=True, help_text="After a failure nothing is sent before it.")
    secret = text(required=False, help_text="In the answer that made it, and never again.")


class DeliveryShape(serializers.Serializer[Any]):
    entityType = entity("WebhookDelivery")
    entityId = text(help_text="The event's id, the `webhook-id` of every attempt.")
    webhook = text(help_text="The webhook's entity id.")
    eventType = serializers.ChoiceField(choices=[*TYPES, TEST])
    object = text(help_text="The entity id of what it tells of.")
    occurredAt = moment()
    createdAt = moment()
    state = serializers.ChoiceField(choices=WebhookDelivery.State.choices)
    attempts = serializers.IntegerField()
    lastStatus = serializers.IntegerField(allow_null=True)
    lastError = text_or_null()
    nextAttemptAt = moment(allow_null=True)
    finishedAt = moment(allow_null=True)
