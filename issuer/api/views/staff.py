"""/v2/issuers/{id}/staff"""

from rest_framework.request import Request
from rest_framework.response import Response

from api.envelope import success
from issuer.api.inputs.staff import StaffMemberInput
from issuer.api.representations import staff_object
from issuer.api.views.room import READ_ONE, WRITE_ONE, IssuerRoomView
from issuer.permissions import Verb
from issuer.services.staff import add_member, change_role, remove_member


class StaffView(IssuerRoomView):
    """/v2/issuers/{id}/staff: every answer is the whole staff as it is then."""

    http_method_names = [*IssuerRoomView.http_method_names, "patch"]
    scopes = {
        "GET": READ_ONE,
        "POST": WRITE_ONE,
        "PUT": WRITE_ONE,
        "PATCH": WRITE_ONE,
        "DELETE": WRITE_ONE,
    }
    verbs = {
        "GET": Verb.READ,
        "POST": Verb.CHANGE_STAFF,
        "PUT": Verb.CHANGE_STAFF,
        "PATCH": Verb.CHANGE_STAFF,
        "DELETE": Verb.CHANGE_STAFF,
    }

    def get(self, request: Request, entity_id: str) -> Response:
        return self.answer(entity_id)

    def post(self, request: Request, entity_id: str) -> Response:
        issuer, data = self.issuer(entity_id), self.member(request)
        add_member(actor=self.actor, issuer=issuer, user=data.person(), role=data.role_told())
        return self.answer(entity_id, status=201)

    def put(self, request: Request, entity_id: str) -> Response:
        issuer, data = self.issuer(entity_id), self.member(request)
        change_role(actor=self.actor, issuer=issuer, user=data.person(), role=data.role_told())
        return self.answer(entity_id)

    patch = put

    def delete(self, request: Request, entity_id: str) -> Response:
        issuer, data = self.issuer(entity_id), self.member(request)
        remove_member(actor=self.actor, issuer=issuer, user=data.person())
        return self.answer(entity_id)

    def member(self, request: Request) -> StaffMemberInput:
        data = StaffMemberInput(data=request.data)
        data.is_valid(raise_exception=True)
        return data

    def answer(self, entity_id: str, *, status: int = 200) -> Response:
        members = self.issuer(entity_id).staff.all()
        return success([staff_object(member) for member in members], status=status)
