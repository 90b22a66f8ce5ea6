"""`/v2` issuers, badge classes and awards: parse, authorise, call one service, render."""

from typing import Any

from django.core.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from activity.actors import Actor, Channel
from api.envelope import success
from api.idempotency import create_once
from api.paging import paged
from api.scopes import ISSUER_ANY, issuer_limit
from api.views import ScopedView
from issuer import queries
from issuer.api.representations import assertion_object, badge_class_object, issuer_object
from issuer.api.serializers import AwardInput, BadgeClassInput, IssuerInput, RevocationInput
from issuer.models import Assertion, BadgeClass, Issuer
from issuer.services.awards import award
from issuer.services.badge_classes import create_badge_class
from issuer.services.issuers import create_issuer
from issuer.services.revocations import revoke_assertion

READ_ALL = frozenset({"r:issuer", "rw:issuer"})
WRITE_ALL = frozenset({"rw:issuer"})
READ_ONE = READ_ALL | {ISSUER_ANY}
WRITE_ONE = WRITE_ALL | {ISSUER_ANY}


class IssuerRoomView(ScopedView):
    """What the routes of this room share: the actor, and objects by id within person's and token's
    reach.
    """

    def actor(self, request: Request) -> Actor:
        return Actor(
            user=request.user,
            channel=Channel.API,
            client=request.auth.client_key,
            issuer_limit=issuer_limit(request.auth.granted),
        )

    def reached(self, rows: Any, entity_id: str) -> Any:
        """The object, if the person may see it (else 404) and the token reaches it (else 403)."""
        found = rows.get(entity_id=entity_id)
        self.check_object_permissions(self.request, found)
        return found

    def issuer(self, entity_id: str) -> Issuer:
        return self.reached(queries.issuers_of(self.request.user), entity_id)

    def badge_class(self, entity_id: str) -> BadgeClass:
        return self.reached(queries.badge_classes_of(self.request.user), entity_id)

    def assertion(self, entity_id: str) -> Assertion:
        return self.reached(queries.assertions_of(self.request.user), entity_id)


def includes_staff(request: Request) -> bool:
    return request.query_params.get("include_staff", "").lower() not in {"0", "false"}


class IssuerListView(IssuerRoomView):
    """/v2/issuers"""

    scopes = {"GET": READ_ALL, "POST": WRITE_ALL}

    def get(self, request: Request) -> Response:
        with_staff = includes_staff(request)
        return paged(
            request,
            queries.issuers_of(request.user),
            lambda row: issuer_object(row, include_staff=with_staff),
        )

    def post(self, request: Request) -> Response:
        data = IssuerInput(data=request.data)
        data.is_valid(raise_exception=True)

        def create() -> list[str]:
            return [create_issuer(actor=self.actor(request), **data.arguments()).entity_id]

        (entity_id,) = create_once(request, create)
        issuer = self.issuer(entity_id)
        return success([issuer_object(issuer, include_staff=includes_staff(request))], status=201)


class IssuerView(IssuerRoomView):
    """/v2/issuers/{id}"""

    scopes = {"GET": READ_ONE}

    def get(self, request: Request, entity_id: str) -> Response:
        issuer = self.issuer(entity_id)
        return success([issuer_object(issuer, include_staff=includes_staff(request))])


class BadgeClassListView(IssuerRoomView):
    """/v2/badgeclasses"""

    scopes = {"GET": READ_ALL, "POST": WRITE_ALL}

    def get(self, request: Request) -> Response:
        return paged(request, queries.badge_classes_of(request.user), badge_class_object)

    def post(self, request: Request) -> Response:
        issuer_id = request.data.get("issuer") if isinstance(request.data, dict) else None
        if not isinstance(issuer_id, str):
            raise ValidationError({"issuer": ["This field is required."]})
        try:
            issuer = self.issuer(issuer_id)
        except Issuer.DoesNotExist:
            message = f'Invalid entity_id "{issuer_id[:64]}" - object does not exist.'
            raise ValidationError({"issuer": [message]}) from None
        return self.create(request, issuer)

    def create(self, request: Request, issuer: Issuer) -> Response:
        data = BadgeClassInput(data=request.data, context={"request": request})
        data.is_valid(raise_exception=True)

        def create() -> list[str]:
            created = create_badge_class(
                actor=self.actor(request), issuer=issuer, draft=data.draft()
            )
            return [created.entity_id]

        (entity_id,) = create_once(request, create)
        return success([badge_class_object(self.badge_class(entity_id))], status=201)


class IssuerBadgeClassListView(BadgeClassListView):
    """/v2/issuers/{id}/badgeclasses"""

    scopes = {"GET": READ_ONE, "POST": WRITE_ONE}

    def get(self, request: Request, entity_id: str) -> Response:  # type: ignore[override]
        issuer = self.issuer(entity_id)
        rows = queries.badge_classes_of(request.user).filter(issuer=issuer)
        return paged(request, rows, badge_class_object)

    def post(self, request: Request, entity_id: str) -> Response:  # type: ignore[override]
        return self.create(request, self.issuer(entity_id))


class BadgeClassView(IssuerRoomView):
    """/v2/badgeclasses/{id}"""

    scopes = {"GET": READ_ONE}

    def get(self, request: Request, entity_id: str) -> Response:
        return success([badge_class_object(self.badge_class(entity_id))])


class BadgeClassAssertionListView(IssuerRoomView):
    """/v2/badgeclasses/{id}/assertions"""

    scopes = {"GET": READ_ONE, "POST": WRITE_ONE}

    def get(self, request: Request, entity_id: str) -> Response:
        badge_class = self.badge_class(entity_id)
        rows = queries.assertions_of(request.user).filter(badge_class=badge_class)
        return paged(request, queries.listed(rows, **list_filters(request)), assertion_object)

    def post(self, request: Request, entity_id: str) -> Response:
        badge_class = self.badge_class(entity_id)

        require_same_class(request.data, badge_class)
        data = AwardInput(data=request.data)
        data.is_valid(raise_exception=True)

        def create() -> list[str]:
            (created,) = award(
                actor=self.actor(request), badge_class=badge_class, awards=[data.award()]
            )
            return [created.entity_id]

        (made,) = create_once(request, create)
        return success([assertion_object(self.assertion(made))], status=201)


class AssertionView(IssuerRoomView):
    """/v2/assertions/{id}"""

    scopes = {"GET": READ_ONE, "DELETE": WRITE_ONE}

    def get(self, request: Request, entity_id: str) -> Response:
        return success([assertion_object(self.assertion(entity_id))])

    def delete(self, request: Request, entity_id: str) -> Response:
        """Revoke. The reason comes in the body of the DELETE, in snake case (badgr-api.md 2.4)."""
        assertion = self.assertion(entity_id)
        data = RevocationInput(data=request.data)
        data.is_valid(raise_exception=True)
        revoked, changed = revoke_assertion(
            actor=self.actor(request),
            assertion=assertion,
            reason=data.validated_data["revocation_reason"],
        )
        if not changed:
            raise ValidationError("Assertion is already revoked")
        return success([assertion_object(revoked)])


def list_filters(request: Request) -> dict[str, Any]:
    """`recipient` (repeatable), `include_expired`, `include_revoked` of the award lists."""

    def told(name: str) -> bool:
        return request.query_params.get(name, "").lower() in {"1", "true"}

    return {
        "identities": request.query_params.getlist("recipient"),
        "include_expired": told("include_expired"),
        "include_revoked": told("include_revoked"),
    }


def require_same_class(body: Any, badge_class: BadgeClass) -> None:
    """A body that names a class must name the one of the path (badgr-api.md 9)."""
    mine = {
        "badgeclass": badge_class.entity_id,
        "badgeclassOpenBadgeId": badge_class.public_url,
    }
    told = body if isinstance(body, dict) else {}
    wrong = [name for name, value in mine.items() if told.get(name) not in (None, value)]
    if wrong:
        message = "The body names another badge class than the address."
        raise ValidationError({name: [message] for name in wrong})
