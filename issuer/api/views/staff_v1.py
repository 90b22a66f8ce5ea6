"""/v1/issuer/issuers/{id}/staff, for clients of the old API: bare JSON, no envelope."""

from collections.abc import Callable
from typing import Any

from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import v1_errors
from api.idempotency import create_once
from issuer.api.inputs.staff import StaffActionInput
from issuer.api.representations import REMOVED_V1, staff_object_v1
from issuer.api.views.room import IssuerRoomView
from issuer.services.staff import NOT_STAFF, add_member, change_role, remove_member


class StaffV1View(IssuerRoomView, route="/v1/issuer/issuers/{entity_id}/staff"):
    """The staff as a list; one POST for all changes."""

    def get_exception_handler(self) -> Callable[..., Any]:
        return v1_errors

    def get(self, request: Request, entity_id: str) -> Response:
        return Response([staff_object_v1(member) for member in self.issuer(entity_id).staff.all()])

    def post(self, request: Request, entity_id: str) -> Response:
        issuer = self.issuer(entity_id)
        data = StaffActionInput(issuer, data=request.data)
        data.is_valid(raise_exception=True)
        person, wanted = data.person(), data.validated_data
        common: dict[str, Any] = {"actor": self.actor, "issuer": issuer, "user": person}
        match wanted["action"]:
            case "add":

                def add() -> list[str]:
                    add_member(**common, role=wanted["role"])
                    return [person.entity_id]

                create_once(request, add)
            case "modify":
                change_role(**common, role=wanted["role"])
            case "remove":
                remove_member(**common)
                return Response(REMOVED_V1)
        member = self.issuer(entity_id).staff.filter(user=person).first()
        if member is None:  # the repeat of an `add`; by now somebody has removed the person again
            raise NotFound(NOT_STAFF)
        return Response(staff_object_v1(member))
