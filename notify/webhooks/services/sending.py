"""Sending what is due at a webhook, and what becomes of it. At least once: what was sent and not
reported is sent again under the same id. Nothing goes out within a transaction.
"""

import time
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from jobs.backoff import rest
from jobs.errors import ADDRESS
from net import OutboundError, Redirected, fetch, parse_allow, retry_after
from notify.models import Webhook, WebhookDelivery
from notify.webhooks.payloads import event_body
from notify.webhooks.queries import objects_given_up
from notify.webhooks.services.endpoints import PATIENCE, disable, living_secrets, locked
from notify.webhooks.services.lanes import Lane
from notify.webhooks.signing import signed_headers

TIMEOUT = 15.0
TURN = 10.0  # seconds; then others have the thread
LONGEST = 200

State = WebhookDelivery.State


@dataclass(frozen=True)
class Outcome:
    """`error` is empty where it was taken. `after`: seconds, as the peer asked."""

    status: int | None = None
    error: str = ""
    after: float | None = None


def send_due(entity_id: str) -> None:
    """Send to one webhook what is due, one after the other, until something fails or its turn
    ends. By the clock: a receiver may be slow.
    """
    lane = Lane.take(entity_id)
    if lane is None:
        return
    try:
        end = time.monotonic() + TURN
        while delivery := lane.next_delivery():
            attempt(lane.webhook, delivery)
            if time.monotonic() >= end:
                break
    except Webhook.DoesNotExist:
        pass  # deleted meanwhile
    finally:
        lane.release()


def attempt(webhook: Webhook, delivery: WebhookDelivery) -> None:
    """Send one event and write down how it went. What nobody foresaw is written down, too, so that
    it rests and is given up as any failure; then it is raised, for those who look after the server.
    """
    try:
        outcome = send(webhook, delivery)
    except Exception as error:
        words = f"It could not be made: {type(error).__name__}."
        report(webhook, delivery, Outcome(error=words))
        raise
    report(webhook, delivery, outcome)


def send(webhook: Webhook, delivery: WebhookDelivery) -> Outcome:
    """One request. Its answer's body is not even read."""
    body = event_body(delivery)
    headers = signed_headers(delivery.entity_id, timezone.now(), body, living_secrets(webhook))
    try:
        answer = fetch(
            webhook.url,
            method="POST",
            headers={"Content-Type": "application/json", **headers},
            body=body,
            allow=parse_allow(settings.LAUREL_OUTBOUND_ALLOW),
            timeout=TIMEOUT,
            max_bytes=0,
            max_redirects=0,
        )
    except Redirected as error:
        return Outcome(error.status, "It redirects, which is not followed.")
    except OutboundError as error:
        return Outcome(error=ADDRESS.sub("[address]", str(error))[:LONGEST])
    if 200 <= answer.status < 300:
        return Outcome(answer.status)
    after = None
    if answer.status in (429, 503):
        after = retry_after(answer.headers.get("retry-after", ""))
    return Outcome(answer.status, f"It answered {answer.status}.", after)


@transaction.atomic
def report(webhook: Webhook, delivery: WebhookDelivery, outcome: Outcome) -> None:
    """Write down how it went, unless somebody else has begun to send it, or gave it up.

    Raises DoesNotExist where the webhook was deleted meanwhile.
    """
    row = locked(webhook)
    mine = WebhookDelivery.objects.filter(
        pk=delivery.pk, attempts=delivery.attempts, state=State.WAITING
    )
    now = timezone.now()
    until = delivery.retry_until or now + PATIENCE
    changes: dict[str, object] = {"last_status": outcome.status, "last_error": outcome.error}
    if not outcome.error:
        changes |= {"state": State.DELIVERED, "finished_at": now}
    elif now >= until:
        changes |= {"state": State.DEAD, "finished_at": now}
    else:
        following = now + rest(delivery.tries, retry_after=outcome.after)
        changes |= {"next_at": min(following, until), "retry_until": until}
    if not mine.update(**changes):
        return
    if outcome.error:
        spare(row, outcome, now)
    elif row.failing_since:
        set_health(row, failures=0, failing_since=None, resting_until=None)


def spare(row: Webhook, outcome: Outcome, now: datetime) -> None:
    """After a failure the peer is left alone for a while; for ever, when it is gone, or took
    nothing for three days. Where all that was given up is of one object, that may be to blame.
    """
    failures, since = row.failures + 1, row.failing_since or now
    resting_until = now + rest(failures, retry_after=outcome.after)
    set_health(row, failures=failures, failing_since=since, resting_until=resting_until)
    if outcome.status == 410:
        disable(row, Webhook.Reason.GONE)
    elif now >= since + PATIENCE and objects_given_up(row, since) > 1:
        disable(row, Webhook.Reason.FAILING)


def set_health(
    row: Webhook, *, failures: int, failing_since: datetime | None, resting_until: datetime | None
) -> None:
    row.failures, row.failing_since, row.resting_until = failures, failing_since, resting_until
    row.save(update_fields=["failures", "failing_since", "resting_until"])
