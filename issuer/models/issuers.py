"""Issuers, and the people who act for them."""

from django.conf import settings
from django.db import models

from issuer.models.published import Illustrated, Published


class Issuer(Published, Illustrated):
    """An institution, or part of one, that awards badges (OB 2.0: a Profile of type Issuer)."""

    collection = "issuers"
    log_type = "issuer"

    name = models.CharField(max_length=1024)
    url = models.CharField(max_length=1024)
    email = models.CharField(max_length=255)
    description = models.TextField(blank=True)
    extensions = models.JSONField(default=dict)
    # Out of the lists and not awarded any more; what was awarded stays public.
    archived_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        indexes = [
            models.Index(fields=["-created_at", "-entity_id"], name="issuer_newest"),  # paged lists
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def log_issuer_id(self) -> str:
        return self.entity_id


class Role(models.TextChoices):
    OWNER = "owner"
    EDITOR = "editor"
    STAFF = "staff"


class IssuerStaff(models.Model):
    """One person's role at one issuer."""

    issuer = models.ForeignKey(Issuer, on_delete=models.CASCADE, related_name="staff")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="issuer_roles"
    )
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.STAFF)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issuer", "user"], name="issuer_one_role_each")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"
