"""Awarding. Every door (API, web, CSV, Badge Connect) ends in `award`: one transaction, all or
nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from activity.actors import Actor
from activity.services import record_all
from api.courtesy import courtesy
from issuer.models import Assertion, BadgeClass, Recipient
from issuer.permissions import Verb, require
from issuer.queries import holdings
from issuer.services.award_drafts import (
    Award,
    Errors,
    InvalidAward,
    are_many,
    draft_assertion,
)
from issuer.services.publishing import publish

ALREADY_HELD = "A previous award of this badge already exists for this recipient."
ARCHIVED = "This badge is archived: it can not be awarded any more."
MAX_AT_ONCE = 1000


class InvalidAwards(ValidationError):
    """`by_index` tells what is wrong with which item, `unread` how many were not looked at; as a
    plain ValidationError it speaks of the first.
    """

    def __init__(self, by_index: Mapping[int, Errors], *, unread: int = 0) -> None:
        self.by_index, self.unread = dict(sorted(by_index.items())), unread
        super().__init__(next(iter(self.by_index.values())))


@dataclass(frozen=True)
class DraftedAwards:
    """Awards of a class with their finished documents, unsaved, and what is wrong with others of
    them; both by index.
    """

    badge_class: BadgeClass
    awards: Sequence[Award | InvalidAward]
    drafts: dict[int, Assertion]
    errors: dict[int, Errors]
    at: datetime


def award(
    *, actor: Actor, badge_class: BadgeClass, awards: Sequence[Award | InvalidAward]
) -> list[Assertion]:
    """Award `badge_class` to each of up to 1,000 recipients: `draft_awards` and `store_awards` in
    one.
    """
    drafted = draft_awards(actor=actor, badge_class=badge_class, awards=awards)
    return store_awards(drafted, actor=actor)


def draft_awards(
    *, actor: Actor, badge_class: BadgeClass, awards: Sequence[Award | InvalidAward]
) -> DraftedAwards:
    """All that needs no lock. Raises PermissionDenied, ValidationError; InvalidAwards where so many
    are wrong that the rest was not looked at.
    """
    require_awardable(actor, badge_class)
    if not 1 <= len(awards) <= MAX_AT_ONCE:
        raise ValidationError(f"Award 1 to {MAX_AT_ONCE} badges at once.")
    now = timezone.now()
    drafts, errors = prepare(actor, badge_class, awards, now)
    if len(drafts) + len(errors) < len(awards):
        raise InvalidAwards(errors, unread=len(awards) - len(drafts) - len(errors))
    return DraftedAwards(badge_class, awards, drafts, errors, now)


@transaction.atomic
def store_awards(drafted: DraftedAwards, *, actor: Actor) -> list[Assertion]:
    """Store the drafts, in a constant number of queries.

    An exclusive award (its own wish or the class's) is refused while the recipient holds one, and
    refuses others while it is held. Raises InvalidAwards where anything is wrong with any; then
    nothing is stored.
    """
    held = refuse_held(drafted.badge_class, drafted.drafts, drafted.at)
    if errors := drafted.errors | held:
        raise InvalidAwards(errors)
    return insert(drafted.drafts, drafted.awards, actor=actor)


def require_awardable(actor: Actor, badge_class: BadgeClass) -> None:
    """Raises PermissionDenied, ValidationError."""
    require(actor, Verb.AWARD, badge_class)
    if badge_class.archived_at or badge_class.issuer.archived_at:
        raise ValidationError(ARCHIVED)


def refuse_held(
    badge_class: BadgeClass, drafts: Mapping[int, Assertion], now: datetime
) -> dict[int, Errors]:
    """Lock the drafts' recipients, and say by index which drafts their holdings stand against."""
    hold_recipients(drafts.values())
    refused = refusals(badge_class, drafts, now)
    return {index: {NON_FIELD_ERRORS: [ALREADY_HELD]} for index in refused}


def insert(
    drafts: Mapping[int, Assertion], awards: Sequence[Award | InvalidAward], *, actor: Actor
) -> list[Assertion]:
    """Store drafts whose recipients are locked, and record them."""
    assertions = Assertion.objects.bulk_create(drafts.values())
    facts = [wishes(awards[index]) for index in drafts]
    record_all(Verb.AWARD, assertions, actor=actor, facts=facts)
    return assertions


def wishes(item: Award | InvalidAward) -> dict[str, object]:
    """What those who tell the recipient go by: `notify`, where it was said."""
    notify = item.notify if isinstance(item, Award) else None
    return {} if notify is None else {"notify": notify}


def prepare(
    actor: Actor,
    badge_class: BadgeClass,
    awards: Sequence[Award | InvalidAward],
    now: datetime,
    *,
    to_the_end: bool = False,
) -> tuple[dict[int, Assertion], dict[int, Errors]]:
    """By index: unsaved assertions with unsaved recipients and finished documents, and what is
    wrong with the other items: up to where many are, or `to_the_end`.
    """
    drafts: dict[int, Assertion] = {}
    errors: dict[int, Errors] = {}
    for index, item in enumerate(awards):
        courtesy.give_way()
        if not to_the_end and are_many(errors):
            break
        if isinstance(item, InvalidAward):
            errors[index] = item.errors
            continue
        try:
            draft = draft_assertion(badge_class, item, now)
            publish(draft)
        except ValidationError as error:
            errors[index] = error.message_dict
        else:
            draft.created_by = actor.user if isinstance(actor.user, User) else None
            drafts[index] = draft
    return drafts, errors


def hold_recipients(drafts: Collection[Assertion]) -> None:
    """Give the drafts their recipients' rows, locked until the transaction ends.

    They are locked in one fixed order, so that two acts never deadlock.
    """
    wanted = sorted({(draft.recipient.type, draft.recipient.identity) for draft in drafts})
    Recipient.objects.bulk_create(
        [Recipient(type=kind, identity=identity) for kind, identity in wanted],
        ignore_conflicts=True,
    )
    locked: dict[tuple[str, str], Recipient] = {}
    for kind in sorted({kind for kind, _ in wanted}):
        identities = [identity for of_kind, identity in wanted if of_kind == kind]
        rows = Recipient.objects.select_for_update().filter(type=kind, identity__in=identities)
        locked |= {(row.type, row.identity): row for row in rows.order_by("type", "identity")}
    for draft in drafts:
        draft.recipient = locked[draft.recipient.type, draft.recipient.identity]


def refusals(
    badge_class: BadgeClass,
    drafts: Mapping[int, Assertion],
    now: datetime,
    *,
    besides: Assertion | None = None,
) -> list[int]:
    """Indexes of the drafts that would make a second holding where one of the two is exclusive.

    `besides` is the award that a draft is to replace: it stands in nobody's way.
    """
    held: dict[int, bool] = {}  # recipient: is what they hold exclusive?
    recipients = {draft.recipient for draft in drafts.values()}
    for holding in holdings(badge_class, recipients, now, besides=besides):
        exclusive = held.get(holding.recipient_id, False)
        held[holding.recipient_id] = exclusive or holding.exclusive
    refused = []
    for index, draft in drafts.items():
        if draft.expires_at and draft.expires_at <= now:
            continue  # an award of the past holds nothing
        recipient = draft.recipient.pk
        if recipient in held and (draft.exclusive or held[recipient]):
            refused.append(index)
        else:
            held[recipient] = draft.exclusive
    return refused
