"""Mails about awards: how issuers word them, what became of each, and who wants none. Ids and
states: whom a mail goes to and what it says is read from its home when it is sent.
"""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from issuer.models import Assertion, BadgeClass, Issuer, Recipient

ACCENT = "#1f6b43"  # --accent of laurel.css


class Wording(models.Model):
    """What staff wrote. Empty: as the issuer has it, else as Laurel has it."""

    subject = models.CharField(max_length=250, blank=True)
    body = models.TextField(blank=True)
    link_text = models.CharField(max_length=100, blank=True)
    footer = models.TextField(blank=True)

    class Meta:
        abstract = True


class IssuerMail(Wording):
    """An issuer's mails. Without a row: none, unless an award asks for one."""

    issuer = models.OneToOneField(Issuer, on_delete=models.CASCADE, related_name="mail_settings")
    # Holds for awards that do not say `notify`.
    notify = models.BooleanField(default=False)
    accent = models.CharField(max_length=7, default=ACCENT)

    def __str__(self) -> str:
        return f"mails of issuer {self.issuer_id}"


class BadgeClassMail(Wording):
    """What is different for one badge class, and its reminders."""

    badge_class = models.OneToOneField(
        BadgeClass, on_delete=models.CASCADE, related_name="mail_settings"
    )
    # None: nobody is reminded.
    reminder_days = models.PositiveSmallIntegerField(null=True)
    reminder_subject = models.CharField(max_length=250, blank=True)
    reminder_body = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"mails of badge class {self.badge_class_id}"


class Kind(models.TextChoices):
    AWARD = "award"
    REMINDER = "reminder"


class State(models.TextChoices):
    QUEUED = "queued"  # reminders alone; what awards have queued, jobs know
    SENT = "sent"
    REFUSED = "refused"  # by the mail server, for good
    UNSUBSCRIBED = "unsubscribed"
    OUTDATED = "outdated"  # revoked before it could be sent


class Mail(models.Model):
    """One mail, and what became of it."""

    assertion = models.ForeignKey(Assertion, on_delete=models.CASCADE, related_name="mails")
    issuer = models.ForeignKey(Issuer, on_delete=models.CASCADE, related_name="mails")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    # What it tells of: when the award was made, or when it expires. Another expiry, another mail.
    moment = models.DateTimeField()
    state = models.CharField(max_length=12, choices=State.choices)
    # What the mail server said where it refused; its words might quote the address.
    smtp_code = models.PositiveSmallIntegerField(null=True)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: Any = [
            models.UniqueConstraint(fields=["assertion", "kind", "moment"], name="notify_mail_once")
        ]
        indexes: Any = [
            # the outbox: an issuer's mails by state, newest first
            models.Index(fields=["issuer", "state", "-updated_at"], name="notify_outbox"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} mail {self.pk} {self.state}"


class Unsubscription(models.Model):
    """A person's own wish to get no mails about awards: of one issuer, or (None) of any here."""

    recipient = models.ForeignKey(
        Recipient, on_delete=models.CASCADE, related_name="unsubscriptions"
    )
    issuer = models.ForeignKey(
        Issuer, on_delete=models.CASCADE, null=True, related_name="unsubscriptions"
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: Any = [
            models.UniqueConstraint(
                fields=["recipient", "issuer"],
                condition=Q(issuer__isnull=False),
                name="notify_unsubscribed_once",
            ),
            models.UniqueConstraint(
                fields=["recipient"],
                condition=Q(issuer=None),
                name="notify_unsubscribed_from_all_once",
            ),
        ]

    def __str__(self) -> str:
        return f"recipient {self.recipient_id} of issuer {self.issuer_id}"
