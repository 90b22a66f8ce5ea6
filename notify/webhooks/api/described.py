"""What the API's description says of each of these routes."""

from collections.abc import Callable
from typing import Any

from api.openapi import PAGING, answers, answers_nothing
from issuer.api import examples
from notify.webhooks.api.inputs import WebhookChanges, WebhookInput
from notify.webhooks.api.shapes import DeliveryShape, WebhookShape

WEBHOOK_TOLD = {
    "url": "https://lms.northfield.example/hooks/laurel",
    "events": ["assertion.created", "assertion.revoked"],
}
WEBHOOK: dict[str, Any] = WEBHOOK_TOLD | {
    "entityType": "Webhook",
    "entityId": "n0Vw3bXyTqLs8Rk2JdPz6M",
    "issuer": examples.ISSUER["entityId"],
    "createdAt": "2026-01-02T10:00:00Z",
    "disabled": False,
    "disabledReason": None,
    "failingSince": None,
    "restingUntil": None,
}
SECRET = WEBHOOK | {"secret": "whsec_c2hvd24gb25jZSwga2VwdCBzZWFsZWQsIDMyIGJ5dGU="}
DELIVERY: dict[str, Any] = {
    "entityType": "WebhookDelivery",
    "entityId": "evt_5f0c2be91d7a46e3b8a9d0417c62fe35",
    "webhook": WEBHOOK["entityId"],
    "eventType": "assertion.created",
    "object": examples.ASSERTION["entityId"],
    "occurredAt": "2026-01-31T12:00:00.125Z",
    "createdAt": "2026-01-31T12:00:00.5Z",
    "state": "waiting",
    "attempts": 1,
    "lastStatus": 503,
    "lastError": "It answered 503.",
    "nextAttemptAt": "2026-01-31T12:02:00Z",
    "finishedAt": None,
}

DESCRIBED: dict[str, dict[str, Callable[..., Any]]] = {
    "/v2/issuers/{entity_id}/webhooks": {
        "get": answers(
            WebhookShape, "The webhooks of an issuer", example=WEBHOOK, parameters=PAGING
        ),
        "post": answers(
            WebhookShape,
            "Have a program told what happens at an issuer",
            status=201,
            example=SECRET,
            body=WebhookInput,
            body_example=WEBHOOK_TOLD,
        ),
    },
    "/v2/webhooks/{entity_id}": {
        "get": answers(WebhookShape, "One webhook", example=WEBHOOK),
        "put": answers(
            WebhookShape,
            "Change, disable or enable a webhook",
            example=WEBHOOK,
            body=WebhookChanges,
            body_example={"events": ["assertion.revoked"], "disabled": False},
        ),
        "delete": answers_nothing("Delete a webhook and its log"),
    },
    "/v2/webhooks/{entity_id}/secret": {
        "post": answers(WebhookShape, "A new secret for a webhook", example=SECRET)
    },
    "/v2/webhooks/{entity_id}/test": {
        "post": answers(
            DeliveryShape,
            "Send a test",
            status=202,
            example=DELIVERY | {"eventType": "webhook.test", "object": WEBHOOK["entityId"]},
        )
    },
    "/v2/webhooks/{entity_id}/deliveries": {
        "get": answers(
            DeliveryShape,
            "What was sent in the last 30 days, or waits",
            example=DELIVERY,
            parameters=PAGING,
        )
    },
    "/v2/webhooks/{entity_id}/deliveries/{event_id}/replay": {
        "post": answers(DeliveryShape, "Send an event again", status=202, example=DELIVERY)
    },
}
