"""What is told of an event: the `/v2` object as the issuer's staff read it, at the moment of
sending. Of what is gone, its id.
"""

from collections.abc import Callable
from typing import Any

import orjson
from django.core.exceptions import ObjectDoesNotExist

from activity.actors import Actor, Channel
from issuer import queries
from issuer.api.representations import (
    assertion_object,
    badge_class_object,
    instant,
    issuer_object,
)
from notify.models import WebhookDelivery

SERVER = Actor(user=None, channel=Channel.JOB, administrator=True)

Reader = Callable[[str], dict[str, Any]]

READERS: dict[str, tuple[str, Reader]] = {
    "assertion": (
        "Assertion",
        lambda name: assertion_object(queries.assertions_of(SERVER).get(entity_id=name)),
    ),
    "badgeclass": (
        "BadgeClass",
        lambda name: badge_class_object(queries.badge_classes_of(SERVER).get(entity_id=name)),
    ),
    "issuer": (
        "Issuer",
        lambda name: issuer_object(queries.issuers_of(SERVER).get(entity_id=name)),
    ),
}


def event_body(delivery: WebhookDelivery) -> bytes:
    """The JSON that is sent, to the byte: it is signed."""
    told = {
        "type": delivery.type,
        "timestamp": instant(delivery.occurred_at),
        "data": event_data(delivery),
    }
    return orjson.dumps(told)


def event_data(delivery: WebhookDelivery) -> dict[str, Any]:
    kind = delivery.type.partition(".")[0]
    entity_type, read = READERS.get(kind, ("Webhook", None))
    if read:
        try:
            return read(delivery.object_id)
        except ObjectDoesNotExist:
            pass
    return {"entityType": entity_type, "entityId": delivery.told_of}
