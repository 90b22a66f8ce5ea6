"""/v2/issuers"""

from django.http import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from api.envelope import success
from api.idempotency import store_once
from api.paging import paged
from api.switches import switched_on
from issuer import queries
from issuer.api.inputs.issuers import IssuerChanges, IssuerInput
from issuer.api.representations import issuer_object
from issuer.api.views.room import IssuerRoomView
from issuer.models import Issuer
from issuer.services.issuers import (
    IssuerFields,
    delete_issuer,
    draft_issuer,
    store_issuer,
    update_issuer,
)


def answer(request: Request, issuer: Issuer, *, status: int = 200) -> Response:
    return success([issuer_object(issuer, include_staff=includes_staff(request))], status=status)


def includes_staff(request: Request) -> bool:
    return request.query_params.get("include_staff", "").lower() not in {"0", "false"}


class IssuerListView(IssuerRoomView, route="/v2/issuers"):
    def get(self, request: Request) -> HttpResponseBase:
        with_staff = includes_staff(request)
        rows = queries.unarchived(
            queries.issuers_of(self.actor),
            include_archived=switched_on(request, "include_archived"),
        )
        return paged(request, rows, lambda row: issuer_object(row, include_staff=with_staff))

    def post(self, request: Request) -> Response:
        data = IssuerInput(data=request.data, context={"request": request})
        data.is_valid(raise_exception=True)

        def draft() -> tuple[Issuer, IssuerFields]:
            owner = data.owner() if self.actor.administrator else None
            fields = data.fields_told()
            return draft_issuer(actor=self.actor, owner=owner, **fields), fields

        def store(drafted: tuple[Issuer, IssuerFields]) -> list[str]:
            issuer, fields = drafted
            made = store_issuer(issuer, actor=self.actor, staff=fields.get("staff"))
            return [made.entity_id]

        (entity_id,) = store_once(request, draft=draft, store=store)
        return answer(request, self.issuer(entity_id), status=201)


class IssuerView(IssuerRoomView, route="/v2/issuers/{entity_id}"):
    def get(self, request: Request, entity_id: str) -> Response:
        return answer(request, self.issuer(entity_id))

    def put(self, request: Request, entity_id: str) -> Response:
        """What is omitted stays as it is (DESIGN 9)."""
        issuer = self.issuer(entity_id)
        data = IssuerChanges(issuer, data=request.data, context={"request": request})
        data.is_valid(raise_exception=True)
        update_issuer(actor=self.actor, issuer=issuer, **data.fields_told())
        return answer(request, self.issuer(entity_id))

    def delete(self, request: Request, entity_id: str) -> Response:
        delete_issuer(actor=self.actor, issuer=self.issuer(entity_id))
        return Response(status=204)
