"""/v1/user/profile and /v1/user/emails, for clients of the old API: bare JSON, no envelope."""

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.inputs import AddressActInput, NewAddressInput, SelfV1Changes, SignUpInput
from accounts.api.representations import address_v1, whole_profile_v1
from accounts.api.views.room import AccountsRoomV1View, refuse_beyond, require_confirmation, told
from accounts.api.views.users import change
from accounts.links import address_id
from accounts.models import User
from accounts.permissions import may_sign_up
from accounts.queries import address_of, address_of_account, addresses_of, primary_address
from accounts.services.addresses import add_address, make_primary, remove_address
from accounts.services.mail import send_later
from accounts.services.people import draft_account, sign_up
from accounts.throttling import SIGN_UPS, may_mail
from api.idempotency import create_once

CLOSED = "Accounts on this server are made by its administrators."


class ProfileV1View(AccountsRoomV1View, route="/v1/user/profile"):
    def get(self, request: Request) -> Response:
        return Response(whole_profile_v1(request.user))

    def put(self, request: Request) -> Response:
        """What is omitted stays as it is."""
        change(request, actor=self.actor, wanted=told(SelfV1Changes, request))
        return Response(whole_profile_v1(request.user))

    def post(self, request: Request) -> Response:
        """An address that somebody has is answered alike, with an id that leads nowhere; its owner
        hears of it by mail.
        """
        wanted = told(SignUpInput, request)
        if settings.LAUREL_SIGNUP == ["closed"]:
            raise PermissionDenied(CLOSED)
        if not may_sign_up(wanted["email"]):
            domains = ", ".join(settings.LAUREL_SIGNUP)
            raise ValidationError({"email": [f"Only addresses at {domains} can be used here."]})
        refuse_beyond(SIGN_UPS, request)
        made = sign_up(actor=self.actor, **wanted)
        SIGN_UPS.record_failure(request._request)
        name = "email_confirmation_signup" if made else "account_already_exists"
        if may_mail(wanted["email"], name, request._request):
            known = primary_address(made) if made else address_of_account(wanted["email"])
            send_later(name, address=known)
        return Response(whole_profile_v1(made or as_if_made(wanted)), status=201)


def as_if_made(wanted: dict[str, Any]) -> User:
    """Unsaved, with a fresh id."""
    shown = draft_account(
        wanted["email"],
        wanted.get("first_name", ""),
        wanted.get("last_name", ""),
        marketing_opt_in=wanted.get("marketing_opt_in", False),
    )
    shown.password = "set"  # noqa: S105 - never saved
    return shown


class AddressListV1View(AccountsRoomV1View, route="/v1/user/emails"):
    def get(self, request: Request) -> Response:
        return Response([address_v1(row) for row in addresses_of(request.user)])

    def post(self, request: Request) -> Response:
        email = told(NewAddressInput, request)["email"]

        def create() -> list[str]:
            require_confirmation(email, request)
            return [address_id(add_address(actor=self.actor, user=request.user, email=email))]

        (made,) = create_once(request, create)
        return Response(address_v1(address_of(request.user, made)), status=201)


class AddressV1View(AccountsRoomV1View, route="/v1/user/emails/{address_id}"):
    def get(self, request: Request, address_id: str) -> Response:
        return Response(address_v1(address_of(request.user, address_id)))

    def put(self, request: Request, address_id: str) -> Response:
        address, wanted = address_of(request.user, address_id), told(AddressActInput, request)
        if wanted.get("primary"):
            make_primary(actor=self.actor, address=address)
        if wanted.get("resend") and not address.verified:
            require_confirmation(address.email, request)
            send_later("email_confirmation", address=address)
        return Response(address_v1(address))

    def delete(self, request: Request, address_id: str) -> Response:
        remove_address(actor=self.actor, address=address_of(request.user, address_id))
        return Response(status=204)
