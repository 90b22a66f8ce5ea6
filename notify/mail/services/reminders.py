"""Reminding people before an award ends: finds whom, once for each award and end. Sending is
`sending`'s, which looks again whether it is still right.
"""

from itertools import groupby

from django.db import transaction
from django.utils import timezone

from notify.mail.queries import awards_to_remind, reminder_periods
from notify.mail.services.staging import CHUNK, stage_mails
from notify.models import Kind, Mail, State


def stage_reminders() -> int:
    """Queue all reminders that have fallen due, page by page. How many."""
    count, periods = 0, reminder_periods()
    while periods and (staged := stage_page(periods)):
        count += staged
    return count


@transaction.atomic
def stage_page(periods: list[int]) -> int:
    """Queue the next ones: the rows say that they are, so no second run finds them again."""
    rows = awards_to_remind(timezone.now(), periods).select_related("issuer")
    found = list(rows.only("entity_id", "expires_at", "issuer_id", "issuer__entity_id")[:CHUNK])
    Mail.objects.bulk_create(
        (
            Mail(
                assertion=row,
                issuer_id=row.issuer_id,
                kind=Kind.REMINDER,
                moment=row.expires_at,
                state=State.QUEUED,
            )
            for row in found
            if row.expires_at  # which the query has asked for
        ),
        ignore_conflicts=True,
    )
    for issuer_id, awards in groupby(found, key=lambda row: row.issuer.entity_id):
        stage_mails(Kind.REMINDER, issuer_id, [row.entity_id for row in awards])
    return len(found)
