"""What a person may do (their role). What a token may do (its scope) is asked in `api.scopes`:
both, always.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from activity.actors import Actor, Person
from issuer.models import Assertion, BadgeClass, Issuance, Issuer, IssuerStaff, Role

Owned = Issuer | BadgeClass | Assertion | Issuance
OwnedModel = TypeVar("OwnedModel", Issuer, BadgeClass, Assertion, Issuance)


class Verb(StrEnum):
    """Acts on an issuer and what belongs to it, as the activity log names them."""

    READ = "read"
    AWARD = "assertion.awarded"
    UPDATE_ASSERTION = "assertion.updated"
    REVOKE = "assertion.revoked"
    CREATE_BADGE_CLASS = "badgeclass.created"
    UPDATE_BADGE_CLASS = "badgeclass.updated"
    DELETE_BADGE_CLASS = "badgeclass.deleted"
    CREATE_ISSUER = "issuer.created"
    UPDATE_ISSUER = "issuer.updated"
    ARCHIVE_ISSUER = "issuer.archived"
    DELETE_ISSUER = "issuer.deleted"
    CHANGE_STAFF = "issuer.staff_changed"
    MANAGE_WEBHOOKS = "issuer.webhooks_managed"
    START_ISSUANCE = "issuance.started"
    REVOKE_ISSUANCE = "issuance.revoked"
    # The operator's act: all ids change, which the change feeds tell and nothing else.
    REBASE_ISSUER = "issuer.rebased"
    REBASE_BADGE_CLASS = "badgeclass.rebased"
    REBASE_ASSERTION = "assertion.rebased"


OWNERS = frozenset({Role.OWNER})
EDITORS = OWNERS | {Role.EDITOR}
ALL_STAFF = EDITORS | {Role.STAFF}

ROLES: dict[Verb, frozenset[str]] = {
    Verb.READ: ALL_STAFF,
    Verb.AWARD: ALL_STAFF,
    Verb.UPDATE_ASSERTION: EDITORS,
    Verb.REVOKE: EDITORS,
    Verb.CREATE_BADGE_CLASS: EDITORS,
    Verb.UPDATE_BADGE_CLASS: EDITORS,
    Verb.DELETE_BADGE_CLASS: EDITORS,
    Verb.UPDATE_ISSUER: EDITORS,
    Verb.ARCHIVE_ISSUER: OWNERS,
    Verb.DELETE_ISSUER: OWNERS,
    Verb.CHANGE_STAFF: OWNERS,
    Verb.MANAGE_WEBHOOKS: OWNERS,
    Verb.START_ISSUANCE: ALL_STAFF,
    Verb.REVOKE_ISSUANCE: EDITORS,
}


def issuer_pk(obj: Owned) -> int:
    return obj.pk if isinstance(obj, Issuer) else obj.issuer_id


def can(user: Person | None, verb: Verb, obj: Owned) -> bool:
    """Does this person's role let them do `verb` to `obj`?"""
    return issuer_pk(obj) in issuers_where(user, verb)


def issuers_where(user: Person | None, verb: Verb) -> set[int]:
    """Keys of the issuers at which this person's role lets them do `verb`."""
    if user is None:
        return set()
    roles = IssuerStaff.objects.filter(user_id=user.pk, role__in=ROLES[verb])
    return set(roles.values_list("issuer_id", flat=True))


def permitted(actor: Actor, verb: Verb) -> Callable[[Owned], bool]:
    """Whether the actor may do `verb` to an object: one query, however many are asked about."""
    issuers = set() if actor.administrator else issuers_where(actor.user, verb)

    def allows(obj: Owned) -> bool:
        return within_limit(actor, obj) and (actor.administrator or issuer_pk(obj) in issuers)

    return allows


def require(actor: Actor, verb: Verb, obj: Owned) -> None:
    """Raises PermissionDenied, with a sentence that says which role would do."""
    if not within_limit(actor, obj):
        raise PermissionDenied("This token is limited to another issuer.")
    if not permitted(actor, verb)(obj):
        roles = " or ".join(sorted(ROLES[verb]))
        raise PermissionDenied(f"This needs the role {roles} at the issuer.")


def within_limit(actor: Actor, obj: Owned) -> bool:
    return actor.issuer_limit is None or obj.log_issuer_id in actor.issuer_limit


def visible_to(actor: Actor, rows: "QuerySet[OwnedModel]") -> "QuerySet[OwnedModel]":
    """Of `rows`, those of the issuers where this person is staff; an administrator's are all."""
    if actor.administrator:
        return rows
    mine = IssuerStaff.objects.filter(user_id=actor.user_id).values("issuer_id")
    return rows.filter(pk__in=mine) if rows.model is Issuer else rows.filter(issuer_id__in=mine)
