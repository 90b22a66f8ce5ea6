"""One sender at a time for each webhook: so events keep their order, and a peer that hangs holds up
one worker thread. A sender that dies leaves its hold to run out; one that was overtaken reports
nothing any more.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from jobs.backoff import rest
from notify.models import Webhook, WebhookDelivery
from notify.webhooks.queries import next_due, next_moment
from notify.webhooks.services.waking import look_again, send_at, send_in_line

HOLD = timedelta(seconds=60)  # longer than one request takes


class Lane:
    """The right to send to a webhook. `webhook` is as it was when it was read last."""

    def __init__(self, webhook: Webhook) -> None:
        self.webhook = webhook

    @classmethod
    def take(cls, entity_id: str) -> "Lane | None":
        """None where there is nothing to send to, or somebody else sends: then a job comes back
        when their hold ends, in case they died.
        """
        now = timezone.now()
        living = Webhook.objects.filter(entity_id=entity_id, disabled_at=None)
        free = living.filter(Q(held_until=None) | Q(held_until__lte=now))
        taken = free.update(held_until=now + HOLD, fence=F("fence") + 1)
        webhook = living.first()
        if webhook and taken:
            return cls(webhook)
        if webhook and webhook.held_until:
            look_again(webhook, webhook.held_until)
        return None

    @transaction.atomic
    def next_delivery(self) -> WebhookDelivery | None:
        """What is to be sent now, with its attempt counted, and its rest before the next one: if
        the sender dies of it, it comes back later than others do. None where nothing is due, or the
        lane was lost.
        """
        now = timezone.now()
        if not self.mine().update(held_until=now + HOLD):
            return None
        self.webhook.refresh_from_db()
        resting_until = self.webhook.resting_until
        if self.webhook.disabled_at or (resting_until and resting_until > now):
            return None
        delivery = next_due(self.webhook)
        if delivery:
            delivery.attempts += 1
            delivery.tries += 1
            delivery.next_at = now + rest(delivery.tries)
            delivery.save(update_fields=["attempts", "tries", "next_at"])
        return delivery

    @transaction.atomic
    def release(self) -> None:
        """Let others send, and see to it that somebody does when there is something. Who has had
        a turn and is not through waits in line for the next one.
        """
        if not self.mine().update(held_until=None):
            return
        self.webhook.refresh_from_db()
        moment = next_moment(self.webhook)
        if moment is None:
            return
        moment = max(moment, self.webhook.resting_until or moment)
        if moment <= timezone.now():
            send_in_line([self.webhook])
        else:
            send_at([self.webhook], moment)

    def mine(self) -> QuerySet[Webhook]:
        return Webhook.objects.filter(pk=self.webhook.pk, fence=self.webhook.fence)
