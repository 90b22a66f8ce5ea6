"""What JSON routes must remember between requests: idempotency keys and counted failures."""

from django.db import models


class IdempotencyRecord(models.Model):
    """One creating request under an `Idempotency-Key`: its digest and the ids it made, never its
    content.
    """

    client = models.CharField(max_length=150)
    key = models.CharField(max_length=64)  # a digest: keys are the client's text
    request_digest = models.CharField(max_length=64)
    result_ids = models.JSONField(default=list)
    created_at = models.DateTimeField(db_index=True)  # pruned after 24 hours

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "key"], name="api_one_request_per_key")
        ]

    def __str__(self) -> str:
        return f"{self.client} {self.created_at:%F %T}"


class FailureCount(models.Model):
    """Failed attempts of one kind from one peer in one time window."""

    key = models.CharField(max_length=64, unique=True)  # a digest: peers' addresses are not kept
    count = models.PositiveIntegerField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.count} until {self.expires_at:%F %T}"
