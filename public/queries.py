"""Reads that only the public pages need; those of single objects are `issuer.queries`."""

from django.db.models import QuerySet

from issuer.models import BadgeClass
from issuer.queries import unarchived


def badge_class_ids(issuer_id: str) -> list[str]:
    """The entity ids of all badge classes of an issuer."""
    rows = BadgeClass.objects.filter(issuer__entity_id=issuer_id)
    return list(rows.values_list("entity_id", flat=True))


def offered(issuer_id: str, *, include_archived: bool = False) -> QuerySet[BadgeClass]:
    """An issuer's badge classes, newest first; archived ones only where they are wanted."""
    rows = BadgeClass.objects.filter(issuer__entity_id=issuer_id)
    return unarchived(rows, include_archived=include_archived).order_by("-created_at", "-entity_id")


def badge_class_documents(issuer_id: str, *, include_archived: bool) -> list[bytes]:
    """The finished documents of those badge classes, as they are stored."""
    rows = offered(issuer_id, include_archived=include_archived)
    return [bytes(document) for document in rows.values_list("document", flat=True)]
