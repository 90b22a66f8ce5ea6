"""/v2/users/…, its alias /v2/user/profile, and /v2/termsVersions/latest"""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.inputs import SelfChanges
from accounts.api.representations import (
    profile_of_another,
    terms_at_root,
    terms_object,
    whole_profile,
)
from accounts.api.views.room import AccountsRoomView, refuse_beyond, require_confirmation, told
from accounts.models import TermsVersion, User
from accounts.queries import addresses_of, latest_terms, users_by_entity_id
from accounts.services.addresses import replace_addresses
from accounts.services.people import change_password, update_profile
from accounts.throttling import Guesses
from activity.actors import Actor
from api.envelope import success
from api.scopes import SERVER_ADMIN
from ob.identity import normalise_identity

WRONG_PASSWORD = "This is not your present password."  # noqa: S105 - a sentence


def answer(user: User) -> Response:
    """`latestTermsVersion` stands beside `result` (badgr-api.md 2.6)."""
    terms = latest_terms()
    response = success([whole_profile(user, terms)])
    response.data |= terms_at_root(terms)
    return response


def change(request: Request, *, actor: Actor, wanted: dict[str, Any]) -> None:
    """All that was sent, or nothing of it."""
    new, present = wanted.pop("password", None), wanted.pop("current_password", "")
    addresses = wanted.pop("emails", None)
    if new is not None:
        require_password(request, present)
    if addresses is not None:
        have = {row.email for row in addresses_of(request.user)}
        for row in addresses:
            if normalise_identity("email", row["email"]) not in have:
                require_confirmation(row["email"], request)
    with transaction.atomic():
        if addresses is not None:
            pairs = [(row["email"], row["primary"]) for row in addresses]
            replace_addresses(actor=actor, user=request.user, wanted=pairs)
        if new is not None:  # told to the main address that there is now
            change_password(actor=actor, user=request.user, password=new)
        if wanted:
            update_profile(actor=actor, user=request.user, **wanted)


def require_password(request: Request, present: str) -> None:
    """Guesses count as at the sign-in. Raises ValidationError, Throttled."""
    guesses = Guesses("sign-in", request.user.email)
    refuse_beyond(guesses, request)
    if not request.user.check_password(present):
        guesses.record_failure(request._request)
        raise ValidationError({"current_password": [WRONG_PASSWORD]})


class SelfView(AccountsRoomView, route="/v2/users/self"):
    def get(self, request: Request) -> Response:
        return answer(request.user)

    def put(self, request: Request) -> Response:
        """What is omitted stays as it is."""
        change(request, actor=self.actor, wanted=told(SelfChanges, request))
        return answer(request.user)


class ProfileView(SelfView, route="/v2/user/profile"):
    """The address that Badgr's guide for developers names."""


class UserView(AccountsRoomView, route="/v2/users/{entity_id}"):
    """Others are not seen: the same 404 as for an unknown id."""

    def get(self, request: Request, entity_id: str) -> Response:
        if entity_id == request.user.entity_id:
            return answer(request.user)
        found = users_by_entity_id([entity_id]).get(entity_id)
        if found is None or SERVER_ADMIN not in request.auth.granted:
            raise User.DoesNotExist
        return success([profile_of_another(found, latest_terms())])

    def put(self, request: Request, entity_id: str) -> Response:
        """Oneself alone; what is omitted stays as it is."""
        if entity_id != request.user.entity_id:
            raise User.DoesNotExist
        change(request, actor=self.actor, wanted=told(SelfChanges, request))
        return answer(request.user)


class TermsView(AccountsRoomView, route="/v2/termsVersions/latest"):
    def get(self, request: Request) -> Response:
        terms = latest_terms()
        if terms is None:
            raise TermsVersion.DoesNotExist
        return success([terms_object(terms)])
