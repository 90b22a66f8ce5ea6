"""/v2/issuers/{id}/staff"""

from rest_framework.request import Request
from rest_framework.response import Response

from api.envelope import success
from api.idempotency import create_once
from issuer.api.inputs.staff import StaffMemberInput
from issuer.api.representations import staff_object
from issuer.api.views.room import IssuerRoomView
from issuer.models import Issuer
from issuer.services.staff import add_member, change_role, remove_member


class StaffView(IssuerRoomView, route="/v2/issuers/{entity_id}/staff"):
    http_method_names = [*IssuerRoomView.http_method_names, "patch"]

    def get(self, request: Request, entity_id: str) -> Response:
        return self.answer(entity_id)

    def post(self, request: Request, entity_id: str) -> Response:
        issuer = self.issuer(entity_id)
        data = member_told(request, issuer)

        def add() -> list[str]:
            user = data.person()
            add_member(actor=self.actor, issuer=issuer, user=user, role=data.role_told())
            return [user.entity_id]

        create_once(request, add)
        return self.answer(entity_id, status=201)

    def put(self, request: Request, entity_id: str) -> Response:
        issuer = self.issuer(entity_id)
        data = member_told(request, issuer)
        change_role(actor=self.actor, issuer=issuer, user=data.person(), role=data.role_told())
        return self.answer(entity_id)

    patch = put

    def delete(self, request: Request, entity_id: str) -> Response:
        issuer = self.issuer(entity_id)
        data = member_told(request, issuer)
        remove_member(actor=self.actor, issuer=issuer, user=data.person())
        return self.answer(entity_id)

    def answer(self, entity_id: str, *, status: int = 200) -> Response:
        members = self.issuer(entity_id).staff.all()
        return success([staff_object(member) for member in members], status=status)


def member_told(request: Request, issuer: Issuer) -> StaffMemberInput:
    data = StaffMemberInput(issuer, data=request.data)
    data.is_valid(raise_exception=True)
    return data
