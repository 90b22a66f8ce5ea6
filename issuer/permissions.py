"""What a person may do (their role). What a token may do (its scope) is asked in `api.scopes`:
both, always.
"""

from enum import StrEnum
from typing import TypeVar

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from activity.actors import Actor, Person
from issuer.models import Assertion, BadgeClass, Issuer, IssuerStaff, Role

Owned = Issuer | BadgeClass | Assertion
OwnedModel = TypeVar("OwnedModel", Issuer, BadgeClass, Assertion)


class Verb(StrEnum):
    """Acts on an issuer and what belongs to it, as the activity log names them."""

    READ = "read"
    AWARD = "assertion.awarded"
    REVOKE = "assertion.revoked"
    CREATE_BADGE_CLASS = "badgeclass.created"
    CREATE_ISSUER = "issuer.created"


ROLES: dict[Verb, frozenset[str]] = {
    Verb.READ: frozenset({Role.OWNER, Role.EDITOR, Role.STAFF}),
    Verb.AWARD: frozenset({Role.OWNER, Role.EDITOR, Role.STAFF}),
    Verb.REVOKE: frozenset({Role.OWNER, Role.EDITOR}),
    Verb.CREATE_BADGE_CLASS: frozenset({Role.OWNER, Role.EDITOR}),
}


def issuer_pk(obj: Owned) -> int:
    return obj.pk if isinstance(obj, Issuer) else obj.issuer_id


def can(user: Person | None, verb: Verb, obj: Owned) -> bool:
    """May this person do `verb` to `obj`?"""
    return (
        user is not None
        and IssuerStaff.objects.filter(
            issuer_id=issuer_pk(obj), user_id=user.pk, role__in=ROLES[verb]
        ).exists()
    )


def require(actor: Actor, verb: Verb, obj: Owned) -> None:
    """Raises PermissionDenied, with a sentence that says which role would do."""
    if actor.issuer_limit is not None and obj.log_issuer_id not in actor.issuer_limit:
        raise PermissionDenied("This token is limited to another issuer.")
    if not can(actor.user, verb, obj):
        roles = " or ".join(sorted(ROLES[verb]))
        raise PermissionDenied(f"This needs the role {roles} at the issuer.")


def may_create_issuers(user: Person) -> bool:
    """`LAUREL_ISSUER_CREATION`: anyone, or administrators and whom they approved."""
    anyone = settings.LAUREL_ISSUER_CREATION == "anyone"
    return anyone or user.is_superuser or bool(getattr(user, "may_create_issuers", False))


def visible_to(user: Person, rows: "QuerySet[OwnedModel]") -> "QuerySet[OwnedModel]":
    """Of `rows`, those of the issuers where this person is staff."""
    mine = IssuerStaff.objects.filter(user_id=user.pk).values("issuer_id")
    return rows.filter(pk__in=mine) if rows.model is Issuer else rows.filter(issuer_id__in=mine)
