"""Every named read of the log."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from activity.models import LogEntry


def latest_changes(
    object_type: str, issuer_ids: QuerySet[Any] | None, *, since: datetime | None
) -> QuerySet[LogEntry]:
    """The newest entry of each object of a type that still exists, as far as it is later than
    `since`.

    `issuer_ids` has the entity ids of the issuers that matter; None: all of them do.
    """
    newer = LogEntry.objects.filter(
        Q(at__gt=OuterRef("at")) | Q(at=OuterRef("at"), pk__gt=OuterRef("pk")),
        object_type=object_type,
        object_id=OuterRef("object_id"),
    )
    entries = LogEntry.objects.filter(~Exists(newer), object_type=object_type)
    if issuer_ids is not None:
        entries = entries.filter(issuer_id__in=issuer_ids)
    if since is not None:
        entries = entries.filter(at__gt=since)
    return entries.exclude(verb=f"{object_type}.deleted")
