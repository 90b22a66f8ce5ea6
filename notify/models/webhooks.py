"""Addresses that are told what happens at an issuer, and how far each telling has come. Ids and
digests alone: what is told is rendered when it is sent.
"""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from activity.models import LogEntry
from api.entity_ids import new_entity_id
from issuer.models import Issuer

MAX_URL = 2000


class Webhook(models.Model):
    """An address of an issuer's own choice. Whoever sends to it holds the row
    (notify.webhooks.services.lanes).
    """

    log_type = "webhook"

    class Reason(models.TextChoices):
        """Why it is disabled."""

        BY_HAND = "by hand", _("Somebody disabled it.")
        GONE = "gone", _("It answered 410 Gone.")
        FAILING = "failing", _("It failed for three days.")

    entity_id = models.CharField(max_length=64, unique=True, default=new_entity_id)
    issuer = models.ForeignKey(Issuer, on_delete=models.CASCADE, related_name="webhooks")
    url = models.CharField(max_length=MAX_URL)
    events = models.JSONField(default=list)  # values of notify.webhooks.events.EVENTS
    # Sealed by accounts.secrets. After a change the former one signs, too, for a while: pairs of it
    # and the moment when that ends, in seconds since 1970; the newest first.
    secret = models.TextField()
    former_secrets = models.JSONField(default=list)
    disabled_at = models.DateTimeField(null=True)
    disabled_reason = models.CharField(max_length=10, choices=Reason.choices, blank=True)
    # After a failure nothing is sent before this moment, however much waits.
    resting_until = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)  # in a row
    failing_since = models.DateTimeField(null=True)
    # One sender at a time: the last one that took the row, and until when it holds it.
    fence = models.PositiveBigIntegerField(default=0)
    held_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.entity_id

    @property
    def log_issuer_id(self) -> str:
        return self.issuer.entity_id


class PendingEvents(models.Model):
    """The log entries of one act that wait to become deliveries: written by the act itself, in one
    row, so that it costs an act little. Taken in the order of their keys, issuer by issuer.
    """

    issuer = models.ForeignKey(Issuer, on_delete=models.CASCADE, related_name="+")
    entries = models.JSONField()  # keys of log entries

    def __str__(self) -> str:
        return f"{len(self.entries)} events of issuer {self.issuer_id}"


class WebhookDelivery(models.Model):
    """One event on its way to one address. Its id is the event's, over all attempts."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DELIVERED = "delivered", _("delivered")
        DEAD = "dead", _("given up")

    entity_id = models.CharField(max_length=64, unique=True)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    # None: a test that somebody asked for.
    entry = models.ForeignKey(
        LogEntry, on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    type = models.CharField(max_length=40)
    # Its events are sent in their order. A test has one of its own: its entity_id.
    object_id = models.CharField(max_length=64)
    occurred_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    # Counts those who began to send; whoever began last may report.
    attempts = models.PositiveIntegerField(default=0)
    # Of them those since it began anew: how long it rests.
    tries = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(default=timezone.now)
    retry_until = models.DateTimeField(null=True)  # known from the first failure on
    last_status = models.PositiveSmallIntegerField(null=True)
    last_error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)  # None while it waits

    class Meta:
        constraints: Any = [
            # However often an act is spread, an address is told of it once.
            models.UniqueConstraint(fields=["webhook", "entry"], name="notify_event_once"),
        ]
        indexes: Any = [
            # queries.sendable: the first that waits of each object
            models.Index(
                fields=["webhook", "object_id", "id"],
                condition=Q(state="waiting"),
                name="notify_event_order",
            ),
            # queries.in_turn: of these the one whose time comes first
            models.Index(
                fields=["webhook", "next_at", "id"],
                condition=Q(state="waiting"),
                name="notify_event_turns",
            ),
            # the log of a webhook, newest first
            models.Index(fields=["webhook", "-created_at", "-entity_id"], name="notify_event_log"),
            # housekeeping: what ended first
            models.Index(
                fields=["finished_at"],
                condition=Q(finished_at__isnull=False),
                name="notify_event_age",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entity_id} {self.state}"

    @property
    def told_of(self) -> str:
        """The entity id of what it tells of: a test of its webhook."""
        return self.object_id if self.entry_id else self.webhook.entity_id
