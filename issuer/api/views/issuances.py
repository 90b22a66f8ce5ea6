"""/v2/issuances: how long lists of awards get on, and taking them back."""

from django.http import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from api.envelope import success
from api.paging import paged
from api.switches import switched_on
from issuer import queries
from issuer.api.inputs.assertions import RevocationInput
from issuer.api.representations import issuance_object, issuance_rows
from issuer.api.views.room import IssuerRoomView
from issuer.services.undoing import revoke_issuance


class IssuanceView(IssuerRoomView, route="/v2/issuances/{entity_id}"):
    def get(self, request: Request, entity_id: str) -> Response:
        """With what became of each row that is done, unless `brief=true`: who asks again and again
        how far it is need not read them each time.
        """
        issuance = self.issuance(entity_id)
        shown = issuance_object(issuance)
        if not switched_on(request, "brief"):
            shown["rows"] = issuance_rows(issuance, queries.awarded_rows(issuance))
        return success([shown])

    def delete(self, request: Request, entity_id: str) -> Response:
        """Revoke all that it awarded. It takes a while: 202, and the status is here."""
        issuance = self.issuance(entity_id)
        data = RevocationInput(data=request.data)
        data.is_valid(raise_exception=True)
        reason = data.validated_data["revocation_reason"]
        undone = revoke_issuance(actor=self.actor, issuance=issuance, reason=reason)
        return success([issuance_object(undone)], status=202)


class IssuerIssuanceListView(IssuerRoomView, route="/v2/issuers/{entity_id}/issuances"):
    def get(self, request: Request, entity_id: str) -> HttpResponseBase:
        issuer = self.issuer(entity_id)
        rows = queries.issuances_of(self.actor).filter(issuer=issuer)
        return paged(request, rows, issuance_object)
