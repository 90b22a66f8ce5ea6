"""Counting failures. Only failures count, keyed by the real peer; what is right always gets in
(badgr-api.md 9).
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_network

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

    def wait(self, request: HttpRequest) -> int:
        """Seconds until this peer may fail again; 0 while it is within its allowance. One read."""
        return self.beyond(self.allowed, self.key(request))

    def record_failure(self, request: HttpRequest) -> int:
        """Count one failure; of a peer that is throttled already nothing is written.

        Returns the seconds to wait, 0 while within the allowance.
        """
        key, now = self.key(request), timezone.now()
        if wait := self.beyond(self.allowed + 1, key):
            return wait
        with transaction.atomic():
            FailureCount.objects.filter(key=key, expires_at__lte=now).delete()
            FailureCount.objects.bulk_create(
                [FailureCount(key=key, count=0, expires_at=now + self.window)],
                ignore_conflicts=True,
            )
            FailureCount.objects.filter(key=key).update(count=F("count") + 1)
            return self.beyond(self.allowed + 1, key)

    def beyond(self, count: int, key: str) -> int:
        """Seconds that are left of a window with at least `count` failures, else 0."""
        now = timezone.now()
        rows = FailureCount.objects.filter(key=key, count__gte=count, expires_at__gt=now)
        counted = rows.first()
        return max(1, int((counted.expires_at - now).total_seconds())) if counted else 0

    def key(self, request: HttpRequest) -> str:
        """A digest: peers' addresses are not kept. An IPv6 peer owns its /64."""
        peer = request.META.get("REMOTE_ADDR", "")
        if ":" in peer:
            peer = str(ip_network(f"{peer}/64", strict=False))
        return hashlib.sha256(f"{self.kind} {peer}".encode()).hexdigest()


def prune() -> int:
    """Forget windows that have passed. Returns how many."""
    deleted, _ = FailureCount.objects.filter(expires_at__lte=timezone.now()).delete()
    return deleted
