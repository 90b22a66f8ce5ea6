"""The append-only log of acts. It holds ids and digests, never a personal datum: those live with
their owners.
"""

from django.db import models


class LogEntry(models.Model):
    """Who did what to which object, when and through which door. Audit trail and source of every
    feed.
    """

    at = models.DateTimeField(db_index=True)
    verb = models.CharField(max_length=40)
    object_type = models.CharField(max_length=20)
    object_id = models.CharField(max_length=64)
    # The issuer in whose name the act was done: staff read their own issuers' log alone.
    issuer_id = models.CharField(max_length=64, blank=True)
    actor_id = models.CharField(max_length=64, blank=True)
    client = models.CharField(max_length=100, blank=True)
    channel = models.CharField(max_length=10)
    facts = models.JSONField(default=dict)

    class Meta:
        indexes = [
            # "what happened to this object", newest first
            models.Index(fields=["object_type", "object_id", "-at"], name="activity_by_object"),
            # an issuer's activity page and its change feeds
            models.Index(
                fields=["issuer_id", "object_type", "at", "object_id"], name="activity_by_issuer"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.object_type} {self.object_id}"
