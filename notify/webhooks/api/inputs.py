"""Webhooks as `/v2` takes them."""

from typing import Any

from rest_framework import serializers

from issuer.api.fields import ListOrOneField, StringField
from issuer.api.inputs.changeable import ChangeableInput
from notify.models.webhooks import MAX_URL
from notify.webhooks.events import TYPES

MOST_EVENTS = 50  # some may come twice


class WebhookInput(ChangeableInput):
    """https; on a practice server http, too."""

    url = StringField(max_length=MAX_URL)
    events = ListOrOneField(
        child=serializers.ChoiceField(choices=TYPES), allow_empty=False, max_length=MOST_EVENTS
    )

    def fields_told(self) -> dict[str, Any]:
        """What `create_webhook` and `update_webhook` take: only what was sent."""
        return {name: value for name, value in self.validated_data.items() if value is not None}


class WebhookChanges(WebhookInput):
    """What is omitted stays."""

    changing = True
    disabled = serializers.BooleanField(allow_null=True)
