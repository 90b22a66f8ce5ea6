"""Adding the jobs that mail: one for many awards, so that whoever awards waits for none of it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta

from django.utils import timezone

from activity.models import LogEntry
from jobs.registry import Payload
from jobs.services import enqueue_many
from notify.mail.queries import issuers_that_mail
from notify.models import Kind

MAILS = "notify.mails"
MAIL_SERVER = "mail-server"  # the peer of them all
CHUNK = 250
# Mails of a long list begin when it is awarded, mostly: the two share a machine. And who awarded it
# by mistake has a moment to take it back.
AT_ONCE = 20
LATER = timedelta(seconds=30)


def follow_awards(entries: Sequence[LogEntry]) -> None:
    """Subscriber: runs in the transaction of the act. `notify` decides, else the issuer."""
    silent = {entry.issuer_id for entry in entries if "notify" not in entry.facts}
    mailing = issuers_that_mail(silent) if silent else set()
    wanted: dict[str, list[str]] = defaultdict(list)
    for entry in entries:
        if entry.facts.get("notify", entry.issuer_id in mailing):
            wanted[entry.issuer_id].append(entry.object_id)
    for issuer_id, entity_ids in wanted.items():
        stage_mails(Kind.AWARD, issuer_id, entity_ids)


def stage_mails(kind: Kind, issuer_id: str, entity_ids: Sequence[str]) -> None:
    """One statement, however many jobs."""
    run_at = timezone.now() + LATER if len(entity_ids) > AT_ONCE else None
    enqueue_many(kind=MAILS, payloads=chunks(kind, issuer_id, entity_ids), run_at=run_at)


def chunks(kind: Kind, issuer_id: str, entity_ids: Sequence[str]) -> Iterator[Payload]:
    for start in range(0, len(entity_ids), CHUNK):
        chunk = list(entity_ids[start : start + CHUNK])
        yield {"kind": kind.value, "issuer": issuer_id, "assertions": chunk}
