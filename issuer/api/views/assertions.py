"""/v2/assertions, and the awards of a badge class or an issuer."""

from collections.abc import Callable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponseBase
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from api.envelope import brief, success
from api.errors import InvalidItems
from api.idempotency import store_once
from api.paging import paged
from api.switches import switched_on
from issuer import queries
from issuer.api.inputs.assertions import (
    AwardInput,
    BatchInput,
    CorrectionInput,
    IssuersAwardInput,
    RevocationInput,
    read_revocations,
)
from issuer.api.representations import assertion_object, issuance_object
from issuer.api.views.room import IssuerRoomView
from issuer.listed_awards import listed_award
from issuer.models import Assertion, BadgeClass, Issuer
from issuer.services.award_drafts import Award, InvalidAward, draft_assertion
from issuer.services.awards import (
    MAX_AT_ONCE,
    DraftedAwards,
    InvalidAwards,
    draft_awards,
    store_awards,
)
from issuer.services.corrections import correct_assertion
from issuer.services.issuances import DraftedIssuance, draft_issuance, store_issuance
from issuer.services.revocations import ALREADY_REVOKED, revoke_assertion, revoke_assertions
from issuer.texts import clean_line


class AwardingView(IssuerRoomView):
    """Routes that list awards and make them."""

    def listed(
        self, request: Request, rows: Any, shown: Callable[[Any], dict[str, Any]]
    ) -> HttpResponseBase:
        wanted = queries.listed(
            rows,
            identities=[told for told in request.query_params.getlist("recipient") if told.strip()],
            include_expired=switched_on(request, "include_expired"),
            include_revoked=switched_on(request, "include_revoked"),
        )
        return paged(request, wanted, shown)

    def award_told(self, request: Request, badge_class: BadgeClass, data: AwardInput) -> Response:
        made = self.award_once(request, badge_class, [data.award()])
        return success([assertion_object(row) for row in made], status=201)

    def award_once(
        self, request: Request, badge_class: BadgeClass, awards: Sequence[Award | InvalidAward]
    ) -> list[Assertion]:
        """The awards as they were made now, or by the request that this one repeats."""
        made: dict[str, Assertion] = {}

        def draft() -> DraftedAwards:
            return draft_awards(actor=self.actor, badge_class=badge_class, awards=awards)

        def store(drafted: DraftedAwards) -> list[str]:
            made.update((row.entity_id, row) for row in store_awards(drafted, actor=self.actor))
            return list(made)

        entity_ids = store_once(request, draft=draft, store=store)
        if not made:
            rows = queries.assertions_of(self.actor).filter(entity_id__in=entity_ids)
            made.update((row.entity_id, row) for row in rows)
        return [made[entity_id] for entity_id in entity_ids]


class BadgeClassAssertionListView(AwardingView, route="/v2/badgeclasses/{entity_id}/assertions"):
    def get(self, request: Request, entity_id: str) -> HttpResponseBase:
        badge_class = self.badge_class(entity_id)

        def shown(row: Sequence[Any]) -> dict[str, Any]:
            return assertion_object(listed_award(row, badge_class))

        return self.listed(request, queries.assertions_of_class(badge_class), shown)

    def post(self, request: Request, entity_id: str) -> Response:
        badge_class = self.badge_class(entity_id)
        require_same_class(request.data, badge_class)
        data = AwardInput(data=request.data, context={"request": request})
        data.is_valid(raise_exception=True)
        return self.award_told(request, badge_class, data)


class IssuerAssertionListView(AwardingView, route="/v2/issuers/{entity_id}/assertions"):
    def get(self, request: Request, entity_id: str) -> HttpResponseBase:
        issuer = self.issuer(entity_id)
        rows = queries.assertions_of(self.actor).filter(issuer=issuer)
        return self.listed(request, rows, assertion_object)

    def post(self, request: Request, entity_id: str) -> Response:
        issuer = self.issuer(entity_id)
        data = IssuersAwardInput(data=request.data, context={"request": request})
        data.is_valid(raise_exception=True)
        return self.award_told(request, self.class_told(issuer, *data.class_named()), data)

    def class_told(self, issuer: Issuer, name: str, value: str) -> BadgeClass:
        """The issuer's class that is named by id, address or name. Raises ValidationError
        (badgr-api.md 2.4).
        """
        rows = queries.badge_classes_of(self.actor)
        if name == "badgeclassName":
            named_so = rows.filter(issuer=issuer, name=clean_line(value), archived_at=None)
            return the_one(value, list(named_so))
        found = rows.filter(entity_id=value.rpartition("/")[2]).first()
        if found is None or value not in (found.entity_id, found.public_url):
            message = f'Invalid entity_id "{value[:200]}" - object does not exist.'
            raise ValidationError({name: [message]})
        if found.issuer_id != issuer.pk:
            raise ValidationError({name: ["Could not find matching badgeclass for this issuer."]})
        return found


def the_one(name: str, found: list[BadgeClass]) -> BadgeClass:
    """The class of this name. Raises ValidationError where there is none, or several."""
    if not found:
        raise ValidationError(f"No matching BadgeClass found with name {name}")
    if len(found) > 1:
        raise ValidationError(f"Could not award; {len(found)} BadgeClasses with name {name}")
    return found[0]


class BatchView(AwardingView, route="/v2/badgeclasses/{entity_id}/issue"):
    def post(self, request: Request, entity_id: str) -> Response:
        """Up to 1,000 in one transaction: all or nothing. More are accepted with 202 and awarded
        by a job; the `statusUrl` of the result tells how far it is. An error names every bad item
        by its index, up to a hundred; the rest is not looked at then.
        """
        badge_class = self.badge_class(entity_id)
        body = {"assertions": request.data} if isinstance(request.data, list) else request.data
        data = BatchInput(data=body, context={"request": request})
        data.is_valid(raise_exception=True)
        require_same_class(body, badge_class)
        now = timezone.now()
        awards = data.awards(
            check=lambda item: require_same_class(item, badge_class),
            vet=lambda item: draft_assertion(badge_class, item, now),
        )
        try:
            if len(awards) > MAX_AT_ONCE:
                return self.start_once(request, badge_class, awards)
            made = self.award_once(request, badge_class, awards)
        except InvalidAwards as error:
            raise InvalidItems(error.by_index, unread=error.unread) from None
        return success([assertion_object(row) for row in made], status=201)

    def start_once(
        self, request: Request, badge_class: BadgeClass, awards: Sequence[Award | InvalidAward]
    ) -> Response:
        """202: what was accepted will be done."""

        def draft() -> DraftedIssuance:
            return draft_issuance(actor=self.actor, badge_class=badge_class, awards=awards)

        def store(drafted: DraftedIssuance) -> list[str]:
            return [store_issuance(drafted, actor=self.actor).entity_id]

        (entity_id,) = store_once(request, draft=draft, store=store)
        told = issuance_object(self.issuance(entity_id))
        response = success([told], status=202, description="accepted")
        response["Location"] = told["statusUrl"]
        return response


class AssertionView(IssuerRoomView, route="/v2/assertions/{entity_id}"):
    def get(self, request: Request, entity_id: str) -> Response:
        return success([assertion_object(self.assertion(entity_id))])

    def put(self, request: Request, entity_id: str) -> Response:
        """What is omitted stays as it is (DESIGN 9)."""
        assertion = self.assertion(entity_id)
        data = CorrectionInput(data=request.data, context={"request": request})
        data.is_valid(raise_exception=True)
        correct_assertion(actor=self.actor, assertion=assertion, **data.correction(assertion))
        return success([assertion_object(self.assertion(entity_id))])

    def delete(self, request: Request, entity_id: str) -> Response:
        """Revoke. The reason comes in the body of the DELETE, in snake case (badgr-api.md 2.4)."""
        assertion = self.assertion(entity_id)
        data = RevocationInput(data=request.data)
        data.is_valid(raise_exception=True)
        revoked, changed = revoke_assertion(
            actor=self.actor,
            assertion=assertion,
            reason=data.validated_data["revocation_reason"],
        )
        if not changed:
            raise ValidationError(ALREADY_REVOKED)
        return success([assertion_object(revoked)])


class RevocationListView(IssuerRoomView, route="/v2/assertions/revoke"):
    def post(self, request: Request) -> Response:
        """Each item for itself: 200 with what became of it, in order."""
        items = read_revocations(request.data)
        problems = revoke_assertions(
            actor=self.actor, wishes=[item for item in items if not isinstance(item, str)]
        )
        outcomes = iter(problems)
        return success(
            [
                outcome(told, item if isinstance(item, str) else next(outcomes))
                for told, item in zip(request.data, items, strict=True)
            ],
            description="revoked badges",
        )


def outcome(told: Any, problem: str) -> dict[str, Any]:
    """What became of one wish, beside what it said: texts, the long ones cut."""
    said = told if isinstance(told, dict) else {}
    names = ("entityId", "revocationReason")
    kept = {name: brief(said[name]) for name in names if isinstance(said.get(name), str)}
    return {"revoked": not problem, **kept} | ({"reason": problem} if problem else {})


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
