"""Every named read of issuers, badge classes and awards."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.queries import user_by_email, users_by_entity_id, verified_owners
from activity.actors import Actor, Person
from issuer import listed_awards
from issuer.models import (
    Assertion,
    AwardTable,
    BadgeClass,
    IdentityType,
    Issuance,
    Issuer,
    Recipient,
    Role,
)
from issuer.permissions import OwnedModel, visible_to
from ob.identity import normalise_identity

ArchivableModel = TypeVar("ArchivableModel", Issuer, BadgeClass)


def issuers_of(actor: Actor) -> QuerySet[Issuer]:
    """The issuers within the actor's reach, with what their representation needs."""
    rows = Issuer.objects.select_related("created_by").prefetch_related(
        "staff__user__emailaddress_set"
    )
    return visible_to(actor, rows.defer("document"))


def issuer_ids_of(actor: Actor) -> QuerySet[Any] | None:
    """The entity ids of those issuers; None for all that there are."""
    if actor.administrator:
        return None
    return visible_to(actor, Issuer.objects.all()).values("entity_id")


def badge_classes_of(actor: Actor) -> QuerySet[BadgeClass]:
    """The badge classes of those issuers."""
    rows = BadgeClass.objects.select_related(*RELATED[BadgeClass])
    return visible_to(actor, rows.defer("document", "issuer__document"))


def assertions_of(actor: Actor) -> QuerySet[Assertion]:
    """The awards of those issuers, revoked and expired ones included."""
    rows = Assertion.objects.select_related(*RELATED[Assertion]).only(*TOLD_OF_AN_AWARD)
    return visible_to(actor, rows)


def assertions_of_class(badge_class: BadgeClass) -> QuerySet[Assertion, Any]:
    """The awards of a class that was found within somebody's reach, as values to be told by
    `listed_award`.
    """
    return badge_class.assertions.values_list(*listed_awards.COLUMNS, named=True)


def unarchived(
    rows: QuerySet[ArchivableModel], *, include_archived: bool
) -> QuerySet[ArchivableModel]:
    """A list as clients ask for it: without archived ones, and classes of archived issuers, unless
    they are wanted.
    """
    if include_archived:
        return rows
    archivable = {"archived_at": None}
    if rows.model is BadgeClass:
        archivable["issuer__archived_at"] = None
    return rows.filter(**archivable)


# What an object's document and representation are made of.
RELATED: dict[type[Any], tuple[str, ...]] = {
    Issuer: ("created_by",),
    BadgeClass: ("issuer", "created_by"),
    Assertion: ("badge_class", "issuer", "recipient", "created_by"),
    Issuance: ("badge_class__issuer", "issuer", "created_by"),
}


# Of the rows that an award belongs to, its representation names little: a list of awards would
# spend most of its time on the rest.
TOLD_OF_AN_AWARD = [
    *(field.name for field in Assertion._meta.concrete_fields if field.name != "document"),
    *("badge_class__entity_id", "badge_class__origin", "issuer__entity_id", "issuer__origin"),
    *("recipient__type", "recipient__identity", "created_by__entity_id"),
]


def locked(rows: QuerySet[OwnedModel]) -> QuerySet[OwnedModel]:
    """These rows as they are now, in a fixed order, locked until the transaction ends.

    The rows they belong to are read, not locked.
    """
    return rows.select_for_update(of=("self",)).select_related(*RELATED[rows.model]).order_by("pk")


def lock(row: OwnedModel) -> OwnedModel:
    """One row, likewise. Raises DoesNotExist where it was deleted meanwhile."""
    return locked(type(row)._default_manager.filter(pk=row.pk)).get()


def revocable(assertions: QuerySet[Assertion]) -> QuerySet[Assertion]:
    """These awards, in a fixed order, with what a revocation is made of and nothing else."""
    rows = assertions.select_related("issuer").order_by("pk")
    return rows.only("entity_id", "origin", "revoked_at", "issuer__entity_id")


def lock_unrevoked(keys: Iterable[int]) -> dict[int, str]:
    """Of the awards with these keys, those that are not revoked, locked until the transaction ends:
    their origins by key.
    """
    rows = Assertion.objects.filter(pk__in=list(keys), revoked_at=None).order_by("pk")
    return dict(rows.select_for_update().values_list("pk", "origin"))


def current(assertions: QuerySet[Assertion], now: datetime) -> QuerySet[Assertion]:
    """Those that are held: neither revoked nor expired."""
    return assertions.filter(Q(expires_at=None) | Q(expires_at__gt=now), revoked_at=None)


def badge_class_by_id(entity_id: str) -> BadgeClass:
    """Any badge class of this server. Raises BadgeClass.DoesNotExist."""
    return BadgeClass.objects.select_related(*RELATED[BadgeClass]).get(entity_id=entity_id)


def first_owner(issuer: Issuer) -> User:
    """The owner who has been one for the longest. Raises User.DoesNotExist."""
    owners = issuer.staff.filter(role=Role.OWNER).select_related("user")
    if longest := owners.order_by("pk").first():
        return longest.user
    raise User.DoesNotExist


def person_by_email(issuer: Issuer, email: str) -> User:
    """The member of the issuer with this verified address, whose account may be closed, else the
    active user who has it. Raises User.DoesNotExist.
    """
    members = User.objects.filter(issuer_roles__issuer=issuer, pk__in=verified_owners(email))
    return members.first() or user_by_email(email)


def people_by_id(issuer: Issuer, entity_ids: Iterable[str]) -> dict[str, User]:
    """By these ids: members of the issuer, whose accounts may be closed, and active users."""
    wanted = set(entity_ids)
    members = {member.user.entity_id: member.user for member in issuer.staff.all()}
    found = {entity_id: members[entity_id] for entity_id in wanted & members.keys()}
    return found | users_by_entity_id(wanted - found.keys())


def issuances_of(actor: Actor) -> QuerySet[Issuance]:
    """The issuances of those issuers, without their lines: those may be many."""
    rows = Issuance.objects.select_related(*RELATED[Issuance])
    return visible_to(actor, rows.defer("lines"))


def last_issuance(badge_class: BadgeClass, digest: str) -> Issuance | None:
    """The latest list of these rows (`issuances.digest_of`) that was not taken back."""
    taken_back = [Issuance.State.REVOKING, Issuance.State.REVOKED]
    rows = Issuance.objects.select_related(*RELATED[Issuance])
    same = rows.filter(badge_class=badge_class, digest=digest).exclude(state__in=taken_back)
    return same.order_by("-created_at", "-pk").first()


def award_tables_of(actor: Actor) -> QuerySet[AwardTable]:
    """The tables that the person has sent for classes of issuers at which they still are staff."""
    classes = visible_to(actor, BadgeClass.objects.all())
    rows = AwardTable.objects.filter(created_by_id=actor.user_id, badge_class__in=classes)
    return rows.select_related("badge_class__issuer", "issuance")


def awarded_rows_in_full(issuance: Issuance) -> Iterator[Assertion]:
    """The awards themselves, row by row, however many."""
    rows = Assertion.objects.filter(issuance=issuance).order_by("issuance_row")
    return rows.defer("document").iterator(chunk_size=500)


def awarded_rows(issuance: Issuance) -> dict[int, str]:
    """Of the rows that were awarded, the assertions' entity ids."""
    made = Assertion.objects.filter(issuance=issuance).order_by("issuance_row")
    return dict(made.values_list("issuance_row", "entity_id"))


@dataclass(frozen=True)
class Holding:
    """What one recipient holds of one class now."""

    recipient_id: int
    exclusive: bool


def holdings(
    badge_class: BadgeClass,
    recipients: Iterable[Recipient],
    now: datetime,
    *,
    besides: Assertion | None = None,
) -> list[Holding]:
    """The held awards of a class among these recipients. Ask under the recipients' lock."""
    rows = current(
        Assertion.objects.filter(badge_class=badge_class, recipient__in=list(recipients)), now
    )
    if besides:
        rows = rows.exclude(pk=besides.pk)
    return [Holding(*row) for row in rows.values_list("recipient_id", "exclusive")]


PUBLISHED = {model.collection: model for model in (Issuer, BadgeClass, Assertion)}


def published(collection: str, entity_id: str) -> Issuer | BadgeClass | Assertion:
    """A public object with its class and issuer, in one query. Raises ObjectDoesNotExist."""
    model = PUBLISHED[collection]
    related = {"badges": ["issuer"], "assertions": ["badge_class__issuer"]}.get(collection, [])
    found: Issuer | BadgeClass | Assertion = model.objects.select_related(*related).get(
        entity_id=entity_id
    )
    return found


ARTWORK = ("image_digest", "image_kind")


def pictured(collection: str, entity_id: str) -> Issuer | BadgeClass | Assertion:
    """A public object with what its image is made of and nothing else, in one query. Raises
    ObjectDoesNotExist.
    """
    rows: QuerySet[Any]
    if collection == "assertions":
        of_class = [f"badge_class__{name}" for name in ARTWORK]
        rows = Assertion.objects.select_related("badge_class")
        rows = rows.only("entity_id", "etag", "document", "http_status", *of_class)
    else:
        rows = PUBLISHED[collection].objects.only(*ARTWORK)
    found: Issuer | BadgeClass | Assertion = rows.get(entity_id=entity_id)
    return found


def listed(
    assertions: QuerySet[Assertion],
    *,
    identities: Sequence[str] = (),
    include_expired: bool = False,
    include_revoked: bool = False,
) -> QuerySet[Assertion]:
    """An award list as clients ask for it: without revoked and expired ones unless they are wanted.

    `identities` are compared in their normalised form, whatever their type.
    """
    if not include_revoked:
        assertions = assertions.filter(revoked_at=None)
    if not include_expired:
        assertions = assertions.filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()))
    if identities:
        wanted = Q()
        for kind in IdentityType:
            normal = [normalise_identity(kind, identity) for identity in identities]
            wanted |= Q(recipient__type=kind, recipient__identity__in=normal)
        assertions = assertions.filter(wanted)
    return assertions


class StoredDocument(NamedTuple):
    """What a public GET answers with: finished bytes, their tag, and 200 or 410."""

    document: bytes
    etag: str
    http_status: int


DOCUMENT_SQL = {
    collection: (
        "SELECT document, etag, http_status"  # noqa: S608 - table names are our own
        f" FROM {model._meta.db_table} WHERE entity_id = %s"
    )
    for collection, model in PUBLISHED.items()
}


def stored_document(collection: str, entity_id: str) -> StoredDocument | None:
    """One SELECT by key, in plain SQL: this is the hot path of every verifier."""
    with connection.cursor() as cursor:
        cursor.execute(DOCUMENT_SQL[collection], [entity_id])
        row = cursor.fetchone()
    return StoredDocument(bytes(row[0]), row[1], row[2]) if row else None


def stranded_origins() -> list[str]:
    """Origins of issuers under which this server does not answer (any more): their badges, new ones
    too, verify for nobody. Loopback origins count once the server has a public one.
    """
    answering = {settings.LAUREL_URL, *settings.LAUREL_OLD_URLS}
    origins = Issuer.objects.order_by("origin").values_list("origin", flat=True).distinct()
    return [origin for origin in origins if origin not in answering]


def memberships_of(user: Person) -> list[tuple[str, str]]:
    """Entity id and name of the unarchived issuers at which a person has a role."""
    mine = Issuer.objects.filter(staff__user=user.pk, archived_at=None)
    return list(mine.values_list("entity_id", "name"))


def archived_memberships_of(user: Person) -> list[tuple[str, str]]:
    """The same of the archived ones."""
    mine = Issuer.objects.filter(staff__user=user.pk, archived_at__isnull=False)
    return list(mine.values_list("entity_id", "name"))
