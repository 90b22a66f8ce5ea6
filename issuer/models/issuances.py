"""Issuances: the awards of one act that is too large for one transaction."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from api.entity_ids import new_entity_id
from issuer.models.badge_classes import BadgeClass
from issuer.models.issuers import Issuer


class Issuance(models.Model):
    """A list of awards under way, and what became of each row. Assertions point to it. What is
    still to be awarded lies in its parts.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        COMPLETE = "complete"
        STOPPED = "stopped"  # it cannot go on: `problem` says why
        REVOKING = "revoking"
        REVOKED = "revoked"

    log_type = "issuance"

    entity_id = models.CharField(max_length=64, unique=True, default=new_entity_id, editable=False)
    badge_class = models.ForeignKey(BadgeClass, on_delete=models.PROTECT, related_name="issuances")
    issuer = models.ForeignKey(Issuer, on_delete=models.PROTECT, related_name="issuances")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    client = models.CharField(max_length=100, blank=True)
    by_administrator = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    problem = models.CharField(max_length=255, blank=True)
    total = models.PositiveIntegerField()
    next_row = models.PositiveIntegerField(default=0)  # all before it are awarded or refused
    awarded = models.PositiveIntegerField(default=0)
    # By row: {"12": {"recipient.identity": ["…"]}}. Our sentences, never what was sent.
    refused = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, editable=False)  # keyed, of its rows
    # Why it is being revoked, as long as it is.
    sealed_reason = models.TextField(blank=True)
    # Of a table: the line of each row, as people see it there.
    lines = models.JSONField(default=list)

    class Meta:
        indexes = [
            # an issuer's issuances, newest first
            models.Index(
                fields=["issuer", "-created_at", "-entity_id"], name="issuer_issuances_newest"
            )
        ]

    def __str__(self) -> str:
        return self.entity_id

    def line_of(self, row: int) -> int:
        """How people call a row, which counts from 0."""
        line: int = self.lines[row] if self.lines else row + 1
        return line

    @property
    def log_issuer_id(self) -> str:
        return self.issuer.entity_id


class IssuancePart(models.Model):
    """Some rows of a list that are still to be awarded, sealed: they go in the transaction that
    awards them. Recipients have their home elsewhere (DESIGN 4).
    """

    issuance = models.ForeignKey(Issuance, on_delete=models.CASCADE, related_name="parts")
    first_row = models.PositiveIntegerField()
    sealed = models.TextField()

    class Meta:
        constraints = [
            # also services.issuances.steps: the next one
            models.UniqueConstraint(fields=["issuance", "first_row"], name="issuer_one_part_a_row")
        ]

    def __str__(self) -> str:
        return f"{self.issuance_id} from row {self.first_row}"
