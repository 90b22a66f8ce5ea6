"""The Job table's own upkeep: done jobs go after a week. Dead ones stay until somebody decides."""

from datetime import timedelta

from django.utils import timezone

from jobs.models import Job
from jobs.registry import Payload, handler

KEPT = timedelta(days=7)
BATCH = 1000


@handler("jobs.prune", priority=90)
def prune(payload: Payload) -> None:
    """Delete jobs that were done more than a week ago, in batches: nobody waits long behind one."""
    old = Job.objects.filter(state=Job.State.DONE, finished_at__lt=timezone.now() - KEPT)
    while batch := list(old.order_by("finished_at").values_list("pk", flat=True)[:BATCH]):
        Job.objects.filter(pk__in=batch).delete()
