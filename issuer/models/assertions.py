"""Awards, and whom they went to. With the accounts tables this is the one home of personal data
(DESIGN 4).
"""

from django.conf import settings
from django.db import models

from issuer.models.badge_classes import BadgeClass
from issuer.models.issuances import Issuance
from issuer.models.issuers import Issuer
from issuer.models.published import Published

MAX_IDENTITY = 768  # characters, as normalised and as given


class IdentityType(models.TextChoices):
    EMAIL = "email"
    URL = "url"
    TELEPHONE = "telephone"
    OPEN_BADGE_ID = "openBadgeId"


class Recipient(models.Model):
    """Someone badges were awarded to, once for each normalised identity. Awards lock this row."""

    type = models.CharField(max_length=11, choices=IdentityType.choices)
    identity = models.CharField(max_length=MAX_IDENTITY)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["type", "identity"], name="issuer_one_recipient")
        ]

    def __str__(self) -> str:
        return f"{self.type} recipient {self.pk}"


class Acceptance(models.TextChoices):
    UNACCEPTED = "Unaccepted"
    ACCEPTED = "Accepted"
    REJECTED = "Rejected"


class Assertion(Published):
    """One award of a badge class to one recipient (OB 2.0 Assertion). Revoked for ever, never
    deleted.
    """

    collection = "assertions"
    log_type = "assertion"

    badge_class = models.ForeignKey(BadgeClass, on_delete=models.PROTECT, related_name="assertions")
    # The class's issuer, kept here so that an issuer's awards are one index scan.
    issuer = models.ForeignKey(Issuer, on_delete=models.PROTECT, related_name="assertions")
    recipient = models.ForeignKey(Recipient, on_delete=models.PROTECT, related_name="assertions")
    identity_given = models.CharField(
        max_length=MAX_IDENTITY
    )  # the address exactly as it was given
    recipient_name = models.CharField(max_length=255, blank=True)
    hashed = models.BooleanField(default=True)
    salt = models.CharField(max_length=32)
    issued_on = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    narrative = models.TextField(blank=True)
    evidence = models.JSONField(default=list)
    extensions = models.JSONField(default=dict)
    # Awarded on the condition that nobody holds it twice: refuses others while it is held.
    exclusive = models.BooleanField(default=False)
    acceptance = models.CharField(
        max_length=10, choices=Acceptance.choices, default=Acceptance.UNACCEPTED
    )
    revoked_at = models.DateTimeField(null=True)
    revocation_reason = models.CharField(max_length=255, blank=True)
    # Of a list of awards: which, and the row of it.
    issuance = models.ForeignKey(
        Issuance, on_delete=models.PROTECT, null=True, related_name="assertions"
    )
    issuance_row = models.PositiveIntegerField(null=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            # However often its job is begun again, a row is awarded once.
            models.UniqueConstraint(
                fields=["issuance", "issuance_row"],
                condition=models.Q(issuance__isnull=False),
                name="issuer_one_award_per_row",
            )
        ]
        indexes = [
            # once per person: what does this recipient hold of this class?
            models.Index(
                fields=["badge_class", "recipient"],
                name="issuer_awards_held",
                condition=models.Q(revoked_at=None),
            ),
            models.Index(
                fields=["badge_class", "-created_at", "-entity_id"], name="issuer_class_awards"
            ),
            models.Index(
                fields=["issuer", "-created_at", "-entity_id"], name="issuer_awards_newest"
            ),
            # whom to remind: a class's awards that end soon
            models.Index(
                fields=["badge_class", "expires_at"],
                name="issuer_awards_ending",
                condition=models.Q(revoked_at=None, expires_at__isnull=False),
            ),
        ]

    @property
    def log_issuer_id(self) -> str:
        return self.issuer.entity_id
