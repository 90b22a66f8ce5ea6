"""Tables that people look at before they award: kept, their columns named, awarded or dropped."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import orjson
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.secrets import OtherKey, seal, unseal
from activity.actors import Actor
from issuer.models import AwardTable, BadgeClass, Issuance
from issuer.services.award_drafts import Award
from issuer.services.award_tables import guess_columns, preview
from issuer.services.awards import require_awardable
from issuer.services.issuances import MAX_ROWS, drafted_of, store_issuance
from issuer.services.tables import Table
from jobs.registry import Payload, handler

KEPT = timedelta(days=1)
NOBODY_LEFT = "No row of the table can be awarded."
NAMED_MEANWHILE = "Somebody has named the columns anew. Look at the table again."
ROWS_ARE_WRONG = "Some rows are wrong. Correct the table and send it again, or leave them out."


def keep_table(*, actor: Actor, badge_class: BadgeClass, table: Table) -> AwardTable:
    """Keep a table for who sent it, its columns as its headings name them.

    Raises PermissionDenied, ValidationError.
    """
    require_awardable(actor, badge_class)
    if not isinstance(actor.user, User):
        raise ValidationError("A table is somebody's.")
    if not 1 <= len(table.rows) <= MAX_ROWS:
        raise ValidationError(f"A table has a line of headings and 1 to {MAX_ROWS} rows.")
    kept = AwardTable(
        badge_class=badge_class,
        created_by=actor.user,
        total=len(table.rows),
        sealed=seal(orjson.dumps(table).decode()),
        columns=guess_columns(table.headers),
    )
    look_through(kept, table)
    kept.save(force_insert=True)
    return kept


def name_columns(*, actor: Actor, kept: AwardTable, columns: Mapping[str, int]) -> None:
    """Say which column is what; of a table that was awarded nothing any more. Raises
    PermissionDenied, ValidationError, AwardTable.DoesNotExist.
    """
    require_awardable(actor, kept.badge_class)
    kept.columns = dict(columns)
    look_through(kept, opened(kept))
    unawarded(kept).update(columns=kept.columns, problems=kept.problems)


def award_table(
    *,
    actor: Actor,
    kept: AwardTable,
    leave_out_wrong: bool = False,
    exclusive: bool = False,
    notify: bool | None = None,
) -> Issuance:
    """Award the rows of a table. Once, however often it is asked for: then it is the issuance of
    before. Reading long tables takes a while, in which nobody is kept waiting.

    Raises PermissionDenied; ValidationError while rows are wrong that are not to be left out, or
    when somebody names the columns meanwhile; AwardTable.DoesNotExist.
    """
    if kept.issuance:
        return kept.issuance
    require_awardable(actor, kept.badge_class)
    found = preview(opened(kept), kept.badge_class, columns=kept.columns)
    rows = zip(found.awards, found.lines, strict=True)
    right = [
        (replace(item, exclusive=exclusive, notify=notify), line)
        for item, line in rows
        if isinstance(item, Award)
    ]
    if len(right) < kept.total and not leave_out_wrong:
        raise ValidationError(ROWS_ARE_WRONG)
    if not right:
        raise ValidationError(NOBODY_LEFT)
    awards, lines = [item for item, _ in right], [line for _, line in right]
    drafted = drafted_of(actor, kept.badge_class, awards, lines)
    with transaction.atomic():
        current = AwardTable.objects.select_for_update(of=("self",)).get(pk=kept.pk)
        if current.issuance:
            return current.issuance
        if current.columns != kept.columns:
            raise ValidationError(NAMED_MEANWHILE)
        current.issuance, current.sealed = store_issuance(drafted, actor=actor), ""
        current.save(update_fields=["issuance", "sealed"])
    return drafted.issuance


def drop_table(*, kept: AwardTable) -> bool:
    """False where it was awarded."""
    return bool(unawarded(kept).delete()[0])


def unawarded(kept: AwardTable) -> QuerySet[AwardTable]:
    return AwardTable.objects.filter(pk=kept.pk, issuance=None)


def look_through(kept: AwardTable, table: Table) -> None:
    """Note what is wrong with which line."""
    kept.problems = {}
    if kept.is_readable:
        kept.problems = preview(table, kept.badge_class, columns=kept.columns).problems


def opened(kept: AwardTable) -> Table:
    """Raises AwardTable.DoesNotExist where nobody can read it any more."""
    try:
        return Table(**orjson.loads(unseal(kept.sealed)))
    except OtherKey:
        raise AwardTable.DoesNotExist from None


@handler("issuer.drop-old-tables")
def drop_old(payload: Payload) -> None:
    """Nobody looks at them any more."""
    AwardTable.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
