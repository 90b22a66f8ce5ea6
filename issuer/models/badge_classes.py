"""Badge classes: what can be awarded."""

from django.conf import settings
from django.db import models

from issuer.models.issuers import Issuer
from issuer.models.published import Illustrated, Published


class Duration(models.TextChoices):
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"


class BadgeClass(Published, Illustrated):
    """An achievement that its issuer can award (OB 2.0 BadgeClass)."""

    collection = "badges"
    log_type = "badgeclass"

    issuer = models.ForeignKey(Issuer, on_delete=models.PROTECT, related_name="badge_classes")
    name = models.CharField(max_length=1024)
    description = models.TextField()
    criteria_url = models.CharField(max_length=1024, blank=True)
    criteria_narrative = models.TextField(blank=True)
    tags = models.JSONField(default=list)
    alignments = models.JSONField(default=list)
    # Awards last this long unless they say otherwise; both or neither.
    expires_amount = models.PositiveIntegerField(null=True)
    expires_duration = models.CharField(max_length=6, choices=Duration.choices, blank=True)
    # Every award of this class is exclusive: nobody holds it twice at a time.
    once_per_person = models.BooleanField(default=False)
    extensions = models.JSONField(default=dict)
    # Out of the lists and not awarded any more; what was awarded stays public.
    archived_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        indexes = [
            # an issuer's classes, newest first
            models.Index(
                fields=["issuer", "-created_at", "-entity_id"], name="issuer_classes_newest"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="issuer_class_expiry_whole",
                condition=models.Q(expires_amount=None, expires_duration="")
                | models.Q(expires_amount__gt=0) & ~models.Q(expires_duration=""),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def log_issuer_id(self) -> str:
        return self.issuer.entity_id
