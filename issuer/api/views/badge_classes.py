"""/v2/badgeclasses"""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from api.envelope import success
from api.idempotency import store_once
from api.paging import paged
from api.switches import switched_on
from issuer import queries
from issuer.api.inputs.badge_classes import (
    BadgeClassChanges,
    BadgeClassInput,
    IssuersBadgeClassInput,
)
from issuer.api.representations import badge_class_object
from issuer.api.views.room import IssuerRoomView
from issuer.models import BadgeClass, Issuer
from issuer.services.badge_classes import (
    delete_badge_class,
    draft_badge_class,
    store_badge_class,
    update_badge_class,
)


class BadgeClassListView(IssuerRoomView, route="/v2/badgeclasses"):
    def get(self, request: Request) -> HttpResponseBase:
        return self.listed(request, queries.badge_classes_of(self.actor))

    def post(self, request: Request) -> Response:
        data = IssuersBadgeClassInput(data=request.data, context={"request": request})
        data.is_valid(raise_exception=True)
        issuer_id = data.validated_data["issuer"]
        try:
            issuer = self.issuer(issuer_id)
        except Issuer.DoesNotExist:
            message = f'Invalid entity_id "{issuer_id}" - object does not exist.'
            raise ValidationError({"issuer": [message]}) from None
        return self.create(request, issuer, data)

    def listed(self, request: Request, rows: Any) -> HttpResponseBase:
        wanted = queries.unarchived(rows, include_archived=switched_on(request, "include_archived"))
        return paged(request, wanted, badge_class_object)

    def create(self, request: Request, issuer: Issuer, data: BadgeClassInput) -> Response:
        def draft() -> BadgeClass:
            return draft_badge_class(actor=self.actor, issuer=issuer, **data.fields_told())

        def store(drafted: BadgeClass) -> list[str]:
            return [store_badge_class(drafted, actor=self.actor).entity_id]

        (entity_id,) = store_once(request, draft=draft, store=store)
        return success([badge_class_object(self.badge_class(entity_id))], status=201)


class IssuerBadgeClassListView(BadgeClassListView, route="/v2/issuers/{entity_id}/badgeclasses"):
    def get(self, request: Request, entity_id: str) -> HttpResponseBase:  # type: ignore[override]
        issuer = self.issuer(entity_id)
        return self.listed(request, queries.badge_classes_of(self.actor).filter(issuer=issuer))

    def post(self, request: Request, entity_id: str) -> Response:  # type: ignore[override]
        issuer = self.issuer(entity_id)
        data = BadgeClassInput(data=request.data, context={"request": request})
        data.is_valid(raise_exception=True)
        return self.create(request, issuer, data)


class BadgeClassView(IssuerRoomView, route="/v2/badgeclasses/{entity_id}"):
    def get(self, request: Request, entity_id: str) -> Response:
        return success([badge_class_object(self.badge_class(entity_id))])

    def put(self, request: Request, entity_id: str) -> Response:
        """What is omitted stays as it is (DESIGN 9)."""
        badge_class = self.badge_class(entity_id)
        data = BadgeClassChanges(data=request.data, context={"request": request})
        data.is_valid(raise_exception=True)
        update_badge_class(actor=self.actor, badge_class=badge_class, **data.fields_told())
        return success([badge_class_object(self.badge_class(entity_id))])

    def delete(self, request: Request, entity_id: str) -> Response:
        delete_badge_class(actor=self.actor, badge_class=self.badge_class(entity_id))
        return Response(status=204)
