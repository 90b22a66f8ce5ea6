"""Whom we mirror into, and how far each badge class and each award has come. Ids, digests, states:
what is pushed is read from its home when it is sent.
"""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from issuer.models import Assertion, BadgeClass, Issuer, Recipient
from mirror.fields import EncryptedTextField


class BadgeProvider(models.Model):
    """One issuer's account at a remote badge service."""

    name = models.CharField(max_length=255)
    slug = models.SlugField(unique=True)
    type = models.CharField(max_length=20)  # a key of mirror.adapters.ADAPTERS
    api_url = models.CharField(max_length=255)
    issuer = models.ForeignKey(Issuer, on_delete=models.CASCADE, related_name="badge_providers")
    issuer_entity_id = models.CharField(max_length=255)  # what the remote calls its issuer
    # Every class of the issuer, those to come too; else the chosen ones alone.
    all_classes = models.BooleanField(default=False)
    salt = models.CharField(max_length=64, blank=True)  # some forks take one; Badgr ignores it
    # Empty: BADGE_PROVIDER_USERNAME and BADGE_PROVIDER_PASSWORD.
    username = EncryptedTextField(blank=True)
    password = EncryptedTextField(blank=True)
    access_token = EncryptedTextField(blank=True, editable=False)
    refresh_token = EncryptedTextField(blank=True, editable=False)
    token_expires_at = models.DateTimeField(null=True, editable=False)
    # Who renews the tokens holds this until then; the others wait.
    renewing_until = models.DateTimeField(null=True, editable=False)
    # After a failure nobody asks the remote before this moment, however many awards wait.
    resting_until = models.DateTimeField(null=True, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False)  # in a row
    last_error = models.CharField(max_length=500, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return self.name


class State(models.TextChoices):
    STAGED = "staged"
    IN_PROGRESS = "in_progress", "in progress"
    COMPLETE = "complete"
    FAILED = "failed"


class Mirrored(models.Model):
    """How far one object has come. Whoever pushes it holds the row (mirror.services.holding)."""

    state = models.CharField(max_length=11, choices=State.choices, default=State.STAGED)
    remote_id = models.CharField(max_length=255, blank=True)
    open_badge_id = models.CharField(max_length=1024, blank=True)
    image_url = models.CharField(max_length=1024, blank=True)
    # Keyed digest of what the remote was told last; another one now means a correction.
    digest = models.CharField(max_length=64, blank=True)
    # Counts those who took the row; whoever took it last may write to it.
    attempts = models.PositiveIntegerField(default=0)
    held_until = models.DateTimeField(null=True, editable=False)
    # A request that makes something there may be at it yet: before this moment nobody looks or asks
    # anew. Stored before that request, empty once it was answered.
    settling_until = models.DateTimeField(null=True, editable=False)
    last_error = models.CharField(max_length=500, blank=True)
    http_status = models.PositiveSmallIntegerField(null=True, editable=False)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True


class MirroredBadgeClass(Mirrored):
    """A badge class and its counterpart. `remote_id` may be given: then that class is used."""

    provider = models.ForeignKey(
        BadgeProvider, on_delete=models.CASCADE, related_name="badge_classes"
    )
    badge_class = models.ForeignKey(BadgeClass, on_delete=models.CASCADE, related_name="mirrors")

    class Meta:
        constraints: Any = [
            models.UniqueConstraint(fields=["provider", "badge_class"], name="mirror_class_once"),
            models.UniqueConstraint(
                fields=["provider", "remote_id"],
                condition=~Q(remote_id=""),
                name="mirror_remote_class_once",
            ),
        ]

    def __str__(self) -> str:
        return f"badge class {self.badge_class_id} {self.state}"


class MirroredAssertion(Mirrored):
    """An award and its counterpart."""

    provider = models.ForeignKey(BadgeProvider, on_delete=models.CASCADE, related_name="assertions")
    assertion = models.ForeignKey(Assertion, on_delete=models.CASCADE, related_name="mirrors")
    # What the remote was asked to make: the class over there, for whom, of when. Stored before the
    # request: from then on nobody asks again without looking for just that.
    asked_class = models.CharField(max_length=255, blank=True, editable=False)
    asked_recipient = models.ForeignKey(
        Recipient, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )
    asked_issued_on = models.DateTimeField(null=True, editable=False)
    revoked = models.BooleanField(default=False)  # over there

    class Meta:
        constraints: Any = [
            models.UniqueConstraint(fields=["provider", "assertion"], name="mirror_award_once"),
            # Two awards here are never the same one there.
            models.UniqueConstraint(
                fields=["provider", "remote_id"],
                condition=~Q(remote_id=""),
                name="mirror_remote_award_once",
            ),
        ]
        indexes: Any = [
            # what is to be retried or swept up; counts by state
            models.Index(fields=["provider", "state"], name="mirror_award_states"),
        ]

    def __str__(self) -> str:
        return f"award {self.assertion_id} {self.state}"
