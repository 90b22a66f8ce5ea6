"""Who acts for an issuer. It always keeps an owner; a change takes effect at the next request."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from activity.actors import Actor
from activity.services import record
from issuer.models import Issuer, IssuerStaff, Role
from issuer.permissions import Verb, require
from issuer.queries import lock

LAST_OWNER = "An issuer keeps at least one owner."
ALREADY_STAFF = "This person belongs to the issuer already."
NOT_STAFF = "This person does not belong to the issuer."


@transaction.atomic
def add_member(*, actor: Actor, issuer: Issuer, user: User, role: Role) -> None:
    """Raises PermissionDenied; ValidationError for somebody who has a role already."""
    roles = locked_roles(actor, issuer)
    if user in roles:
        raise ValidationError({"user": [ALREADY_STAFF]})
    store(actor, issuer, roles, {**roles, user: role})


@transaction.atomic
def change_role(*, actor: Actor, issuer: Issuer, user: User, role: Role) -> None:
    """Raises PermissionDenied; ValidationError for a stranger, or for the last owner."""
    roles = locked_roles(actor, issuer)
    if user not in roles:
        raise ValidationError({"user": [NOT_STAFF]})
    store(actor, issuer, roles, {**roles, user: role})


@transaction.atomic
def remove_member(*, actor: Actor, issuer: Issuer, user: User) -> None:
    """Raises PermissionDenied; ValidationError for a stranger, or for the last owner."""
    roles = locked_roles(actor, issuer)
    if user not in roles:
        raise ValidationError({"user": [NOT_STAFF]})
    store(actor, issuer, roles, {user_: role for user_, role in roles.items() if user_ != user})


def replace_staff(*, actor: Actor, issuer: Issuer, wanted: Mapping[User, str]) -> None:
    """Add who is missing, remove who is absent, but never the last owner; who stays keeps their
    role (badgr-api.md 2.2).

    For the transaction that holds the issuer's lock. Needs the right to change staff only where
    something changes. Raises PermissionDenied; ValidationError where there never was an owner.
    """
    before, after = replacement(actor, issuer, wanted)
    if after != before:
        store(actor, issuer, before, after)


def replacement(
    actor: Actor, issuer: Issuer, wanted: Mapping[User, str]
) -> tuple[dict[User, str], dict[User, str]]:
    """The roles of now, and those that replace them. Raises as `replace_staff` does."""
    before = roles_at(issuer)
    after = {user: before.get(user, role) for user, role in wanted.items()}
    if Role.OWNER not in after.values():
        owners = [user for user, role in before.items() if role == Role.OWNER]
        staying = [user for user in owners if user == actor.user] or owners
        after |= dict.fromkeys(staying[:1], Role.OWNER)
    if after != before:
        require(actor, Verb.CHANGE_STAFF, issuer)
    return before, after


def locked_roles(actor: Actor, issuer: Issuer) -> dict[User, str]:
    """Under the issuer's lock, so that two owners never remove each other."""
    require(actor, Verb.CHANGE_STAFF, issuer)
    lock(issuer)
    return roles_at(issuer)


def roles_at(issuer: Issuer) -> dict[User, str]:
    """Who belongs to it, the longest first."""
    members = IssuerStaff.objects.filter(issuer=issuer).select_related("user").order_by("pk")
    return {member.user: member.role for member in members}


def store(
    actor: Actor, issuer: Issuer, before: Mapping[User, str], after: Mapping[User, str]
) -> None:
    """Make the roles of `before` those of `after`, and record who came, went and changed."""
    if Role.OWNER not in after.values():
        raise ValidationError({"staff": [LAST_OWNER]})
    gone = before.keys() - after.keys()
    new = after.keys() - before.keys()
    changed = {user for user in before.keys() & after.keys() if before[user] != after[user]}
    members = IssuerStaff.objects.filter(issuer=issuer)
    members.filter(user__in=gone).delete()
    IssuerStaff.objects.bulk_create(
        IssuerStaff(issuer=issuer, user=user, role=after[user]) for user in new
    )
    for user in changed:
        members.filter(user=user).update(role=after[user])
    if facts := {
        name: sorted(user.entity_id for user in users)
        for name, users in (("added", new), ("removed", gone), ("changed", changed))
        if users
    }:
        record(Verb.CHANGE_STAFF, issuer, actor=actor, facts=facts)
