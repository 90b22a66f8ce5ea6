"""/v2/issuers/{id}/webhooks, /v2/webhooks"""

from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from api.envelope import success
from api.idempotency import create_once
from api.paging import paged
from issuer.api.views.room import IssuerRoomView
from issuer.permissions import Verb, require
from notify.models import Webhook, WebhookDelivery
from notify.webhooks import queries
from notify.webhooks.api.access import ROUTES
from notify.webhooks.api.described import DESCRIBED
from notify.webhooks.api.inputs import WebhookChanges, WebhookInput
from notify.webhooks.api.representations import delivery_object, webhook_object
from notify.webhooks.services.endpoints import (
    create_webhook,
    delete_webhook,
    rotate_secret,
    update_webhook,
)
from notify.webhooks.services.repeating import replay_delivery, send_test


class WebhookRoomView(IssuerRoomView):
    """A route on webhooks, named by its row in the tables of access and of descriptions."""

    def __init_subclass__(cls, *, route: str, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        extend_schema_view(**DESCRIBED[route])(cls)
        cls.scopes = {method: access.scopes for method, access in ROUTES[route].items()}

    def webhook(self, entity_id: str) -> Webhook:
        """404 for strangers; for staff that are no owners 403: even to look at."""
        found: Webhook = self.reached(queries.webhooks_of(self.actor), entity_id)
        require(self.actor, Verb.MANAGE_WEBHOOKS, found.issuer)
        return found

    def delivery(self, entity_id: str, event_id: str) -> WebhookDelivery:
        return queries.deliveries_of(self.webhook(entity_id)).get(entity_id=event_id)


class IssuerWebhookListView(WebhookRoomView, route="/v2/issuers/{entity_id}/webhooks"):
    def get(self, request: Request, entity_id: str) -> HttpResponseBase:
        issuer = self.issuer(entity_id)
        require(self.actor, Verb.MANAGE_WEBHOOKS, issuer)
        rows = queries.webhooks_of(self.actor).filter(issuer=issuer)
        return paged(request, rows, webhook_object)

    def post(self, request: Request, entity_id: str) -> Response:
        """The secret is in the first answer alone: a repeat under the same key is told without."""
        issuer = self.issuer(entity_id)
        data = WebhookInput(data=request.data, context={"request": request})
        data.is_valid(raise_exception=True)
        secrets: list[str] = []

        def create() -> list[str]:
            made, secret = create_webhook(actor=self.actor, issuer=issuer, **data.fields_told())
            secrets.append(secret)
            return [made.entity_id]

        (made_id,) = create_once(request, create)
        told = webhook_object(self.webhook(made_id), secret="".join(secrets))
        return not_kept(success([told], status=201))


class WebhookView(WebhookRoomView, route="/v2/webhooks/{entity_id}"):
    def get(self, request: Request, entity_id: str) -> Response:
        return success([webhook_object(self.webhook(entity_id))])

    def put(self, request: Request, entity_id: str) -> Response:
        """What is omitted stays as it is."""
        webhook = self.webhook(entity_id)
        data = WebhookChanges(data=request.data, context={"request": request})
        data.is_valid(raise_exception=True)
        update_webhook(actor=self.actor, webhook=webhook, **data.fields_told())
        return success([webhook_object(self.webhook(entity_id))])

    def delete(self, request: Request, entity_id: str) -> Response:
        delete_webhook(actor=self.actor, webhook=self.webhook(entity_id))
        return Response(status=204)


class WebhookSecretView(WebhookRoomView, route="/v2/webhooks/{entity_id}/secret"):
    def post(self, request: Request, entity_id: str) -> Response:
        """The former one signs beside it for 24 hours."""
        webhook = self.webhook(entity_id)
        secret = rotate_secret(actor=self.actor, webhook=webhook)
        return not_kept(success([webhook_object(webhook, secret=secret)]))


class WebhookTestView(WebhookRoomView, route="/v2/webhooks/{entity_id}/test"):
    def post(self, request: Request, entity_id: str) -> Response:
        """How it went is in the webhook's deliveries, soon."""
        made = send_test(actor=self.actor, webhook=self.webhook(entity_id))
        return success([delivery_object(made)], status=202)


class DeliveryListView(WebhookRoomView, route="/v2/webhooks/{entity_id}/deliveries"):
    def get(self, request: Request, entity_id: str) -> HttpResponseBase:
        rows = queries.deliveries_of(self.webhook(entity_id))
        return paged(request, rows, delivery_object)


class ReplayView(WebhookRoomView, route="/v2/webhooks/{entity_id}/deliveries/{event_id}/replay"):
    def post(self, request: Request, entity_id: str, event_id: str) -> Response:
        """Under its id, with its object as it is by then."""
        delivery = self.delivery(entity_id, event_id)
        replayed = replay_delivery(actor=self.actor, delivery=delivery)
        return success([delivery_object(replayed)], status=202)


def not_kept(response: Response) -> Response:
    """A secret is nobody's to cache."""
    response["Cache-Control"] = "no-store"
    return response
