"""Creating, changing and deleting issuers."""

from collections.abc import Mapping
from copy import copy
from typing import Any, TypedDict, Unpack, cast

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import ProtectedError

from accounts.models import User
from accounts.permissions import may_create_issuers
from accounts.queries import verified_addresses
from activity.actors import Actor
from activity.services import record
from issuer.artwork import Artwork
from issuer.models import BadgeClass, Issuer, IssuerStaff, Role
from issuer.permissions import Verb, require
from issuer.queries import lock
from issuer.services.artwork import keep_artwork
from issuer.services.editing import Cleaner, columns, save_changes, set_archived, set_fields
from issuer.services.publishing import publish
from issuer.services.staff import replace_staff, replacement
from issuer.texts import clean_line, clean_markdown

UNVERIFIED_EMAIL = (
    "Issuer email must be one of your verified addresses."
    " Add this email to your profile and try again."
)
HAS_AWARDS = "Issuer can not be deleted because it has previously issued badges."


class IssuerFields(TypedDict, total=False):
    """What an issuer says, and who acts for it. `image` None: it has none."""

    name: str
    url: str
    email: str
    description: str
    image: Artwork | None
    extensions: dict[str, Any]
    archived: bool
    staff: Mapping[User, str]  # their roles; who stays keeps the role they have


CLEANERS: dict[str, Cleaner] = {
    "name": clean_line,
    "url": str,
    "email": str.strip,
    "description": clean_markdown,
    "extensions": dict,
    "image_digest": str,
    "image_kind": str,
}


def create_issuer(
    *, actor: Actor, owner: User | None = None, **fields: Unpack[IssuerFields]
) -> Issuer:
    """`draft_issuer` and `store_issuer` in one."""
    issuer = draft_issuer(actor=actor, owner=owner, **fields)
    return store_issuer(issuer, actor=actor, staff=fields.get("staff"))


def draft_issuer(
    *, actor: Actor, owner: User | None = None, **fields: Unpack[IssuerFields]
) -> Issuer:
    """An unsaved issuer with its finished document; its picture is stored.

    Its creator is to be the owner, unless an administrator names another. Raises PermissionDenied,
    ValidationError; then nothing is stored.
    """
    creator = owner if owner and actor.administrator else actor.user
    if not isinstance(creator, User) or not (actor.administrator or may_create_issuers(creator)):
        raise PermissionDenied(
            "You may not create issuers on this server. Ask its administrator to approve you."
        )
    issuer = Issuer(created_by=creator)
    set_fields(issuer, columns(fields), CLEANERS)
    set_archived(issuer, fields.get("archived"))
    if not actor.administrator and issuer.email.lower() not in verified_addresses(creator):
        raise ValidationError(UNVERIFIED_EMAIL)
    publish(issuer)
    keep_artwork(fields.get("image"))
    return issuer


@transaction.atomic
def store_issuer(
    issuer: Issuer, *, actor: Actor, staff: Mapping[User, str] | None = None
) -> Issuer:
    """Store a draft, with its owner and who else acts for it. Raises PermissionDenied."""
    owner = cast(User, issuer.created_by)
    issuer.save(force_insert=True)
    IssuerStaff.objects.create(issuer=issuer, user=owner, role=Role.OWNER)
    record(Verb.CREATE_ISSUER, issuer, actor=actor)
    replace_staff(actor=actor, issuer=issuer, wanted={**(staff or {}), owner: Role.OWNER})
    return issuer


def update_issuer(*, actor: Actor, issuer: Issuer, **fields: Unpack[IssuerFields]) -> Issuer:
    """Change what is given, publish anew. Nothing is written where nothing differs.

    Raises PermissionDenied, ValidationError; then nothing is stored.
    """
    require(actor, Verb.UPDATE_ISSUER, issuer)
    change(copy(issuer), fields, actor=actor)  # refused, if it is, before the picture is stored
    keep_artwork(fields.get("image"))
    with transaction.atomic():
        changing = lock(issuer)
        changed = change(changing, fields, actor=actor)
        save_changes(changing, changed, actor=actor, verb=Verb.UPDATE_ISSUER)
        if "staff" in fields:
            replace_staff(actor=actor, issuer=changing, wanted=fields["staff"])
    return changing


def change(issuer: Issuer, fields: IssuerFields, *, actor: Actor) -> list[str]:
    """Set what is given, and publish if anything differs. Returns the names of what does.

    Raises PermissionDenied, also for the staff, which is not changed yet; ValidationError.
    """
    changed = set_fields(issuer, columns(fields), CLEANERS)
    changed += set_archived(issuer, fields.get("archived"))
    if "archived_at" in changed:
        require(actor, Verb.ARCHIVE_ISSUER, issuer)
    if "staff" in fields:
        replacement(actor, issuer, fields["staff"])
    if changed:
        publish(issuer)
    return changed


@transaction.atomic
def delete_issuer(*, actor: Actor, issuer: Issuer) -> None:
    """Delete an issuer, with its badge classes, that never awarded anything.

    Raises PermissionDenied; ProtectedError where there are awards: archive it instead.
    """
    require(actor, Verb.DELETE_ISSUER, issuer)
    going = lock(issuer)
    if going.assertions.exists() or going.issuances.exists():
        raise ProtectedError(HAS_AWARDS, set())
    classes = list(BadgeClass.objects.select_for_update().filter(issuer=going).order_by("pk"))
    for badge_class in classes:
        badge_class.issuer = going
        record(Verb.DELETE_BADGE_CLASS, badge_class, actor=actor)
    record(Verb.DELETE_ISSUER, going, actor=actor)
    BadgeClass.objects.filter(issuer=going).delete()
    going.delete()
