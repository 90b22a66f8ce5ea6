"""Counting failures. Only failures count, keyed by the real peer; what is right always gets in
(badgr-api.md 9).
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from api.models import FailureCount


@dataclass(frozen=True)
class FailureThrottle:
    """At most `allowed` failures of `kind` from one peer within `window`; after that they are
    answered 429.
    """

    kind: str
    allowed: int
    window: timedelta

    @transaction.atomic
    def record_failure(self, request: HttpRequest) -> int:
        """Count one failure. Returns the seconds to wait, 0 while within the allowance."""
        now = timezone.now()
        key = hashlib.sha256(
            f"{self.kind} {request.META.get('REMOTE_ADDR', '')}".encode()
        ).hexdigest()
        FailureCount.objects.filter(key=key, expires_at__lte=now).delete()
        FailureCount.objects.bulk_create(
            [FailureCount(key=key, count=0, expires_at=now + self.window)], ignore_conflicts=True
        )
        FailureCount.objects.filter(key=key).update(count=F("count") + 1)
        counted = FailureCount.objects.filter(key=key).first()
        if counted is None or counted.count <= self.allowed:
            return 0
        return max(1, int((counted.expires_at - now).total_seconds()))


def prune() -> int:
    """Forget windows that have passed. Returns how many."""
    deleted, _ = FailureCount.objects.filter(expires_at__lte=timezone.now()).delete()
    return deleted
