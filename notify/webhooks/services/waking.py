"""Adding the jobs that send. A job sends all that is due at one webhook, for a turn. What just
happened, and what failed once its rest is over, goes before mails; what goes on waits with them.
"""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from jobs.services import enqueue_many
from notify.models import Webhook

SEND = "webhooks.send"
IN_LINE = 60  # the mails' priority (notify.mail.handlers): who has waited longest goes first


def send_now(webhooks: Iterable[Webhook]) -> None:
    send_at(webhooks, timezone.now())


def send_at(webhooks: Iterable[Webhook], moment: datetime) -> None:
    """One job a second at most, however many ask."""
    add(webhooks, moment, str(int(moment.timestamp())))


def send_in_line(webhooks: Iterable[Webhook]) -> None:
    """For those with much to send. One job waits for each, however many ask."""
    add(webhooks, timezone.now(), "in-line", priority=IN_LINE)


def look_again(webhook: Webhook, moment: datetime) -> None:
    """In case somebody dies of sending. One job waits for it, however many ask."""
    add([webhook], moment, "look-again", priority=IN_LINE)


def add(
    webhooks: Iterable[Webhook], moment: datetime, key: str, *, priority: int | None = None
) -> None:
    enqueue_many(
        kind=SEND,
        payloads=[{"webhook": webhook.entity_id} for webhook in webhooks],
        run_at=moment,
        dedupe_key=lambda payload: f"{SEND}:{payload['webhook']}:{key}",
        priority=priority,
    )
