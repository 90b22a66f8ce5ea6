"""Which job is next, who has it and for how long, and what becomes of jobs whose workers die."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from jobs import registry
from jobs.errors import SafeError, describe
from jobs.models import Job

LEASE = timedelta(minutes=1)
# Leases that ran out are looked at in portions of this size on top of the claim's own limit.
EXPIRED_PORTION = 100
# So many workers may die with a job; then it is kept apart, before it ends all the others' work.
MOST_LOST = 15
# After so many it is suspected, and suspects run one at a time: nobody goes down with another.
SUSPECT = 3

State = Job.State


class Unreported(SafeError):
    """The job was claimed as often as allowed and never came back: it may kill its worker."""


def claim(*, limit: int = 1, lease: timedelta = LEASE, urgent: bool = False) -> list[Job]:
    """Take up to `limit` due jobs of the kinds known here: by priority, then the longest due first.
    `urgent`: only of urgent kinds, and where the job itself goes before mails, too.

    Due are waiting jobs whose time has come, and running ones whose lease ran out as their worker
    died; those of them without attempts left go to dead, and those with which MOST_LOST workers
    died one after the other. Of those with which SUSPECT workers did, one runs at a time. Two
    claims never give one job.
    """
    now = timezone.now()
    kinds = registry.urgent_kinds() if urgent else registry.known_kinds()
    due = due_jobs(now, kinds)
    if urgent:  # a short piece of the index, however many mails are due
        due = due.filter(priority__lt=registry.DEFAULT_PRIORITY)
    with transaction.atomic():
        candidates = _lost(now, kinds, limit)
        candidates += _free(due, limit)
        candidates.sort(key=lambda job: (job.priority, job.run_at, job.pk))
        taken = candidates[:limit]
        if taken:
            _take(taken, until=now + lease)
    return taken


def due_jobs(now: datetime, kinds: list[str]) -> QuerySet[Job]:
    """Waiting jobs whose time has come, in the order of claiming."""
    waiting = Job.objects.filter(state=State.WAITING, run_at__lte=now, kind__in=kinds)
    return waiting.order_by("priority", "run_at", "pk")


def expired_leases(now: datetime, kinds: list[str]) -> QuerySet[Job]:
    """Running jobs of which nobody has heard in time."""
    running = Job.objects.filter(state=State.RUNNING, lease_until__lte=now, kind__in=kinds)
    return running.order_by("lease_until")


def _free(jobs: QuerySet[Job], limit: int) -> list[Job]:
    """Lock up to `limit` of the jobs, passing over those that another claim is just taking."""
    return list(jobs.select_for_update(skip_locked=True)[:limit])


def _is_poison(job: Job) -> bool:
    """Of a job whose lease ran out."""
    return job.attempts >= job.max_attempts or job.lost_leases + 1 >= MOST_LOST


def _lost(now: datetime, kinds: list[str], limit: int) -> list[Job]:
    """Lock jobs whose leases ran out, of suspects the best alone and none while another one runs;
    and set poison apart.
    """
    expired = _free(
        expired_leases(now, kinds).filter(lost_leases__lt=SUSPECT - 1), limit + EXPIRED_PORTION
    )
    # Passing over locked ones, two claims could take one each.
    running = Job.objects.filter(state=State.RUNNING, lost_leases__gte=SUSPECT - 1)
    near = list(running.order_by("pk").select_for_update())
    suspects = [job for job in near if job.kind in kinds and _is_lost(job, now)]
    poison = [job for job in [*expired, *suspects] if _is_poison(job)]
    if poison:
        _bury_unreported(poison, now)
    if any(job.lost_leases >= SUSPECT and not _is_lost(job, now) for job in near):
        suspects = []
    suspects.sort(key=lambda job: (job.priority, job.lost_leases, job.pk))
    best = [job for job in suspects if job not in poison][:1]
    return [job for job in expired if job not in poison] + best


def _is_lost(job: Job, now: datetime) -> bool:
    """Of a running one: has nobody heard of it in time?"""
    return job.lease_until is not None and job.lease_until <= now


def _take(jobs: list[Job], *, until: datetime) -> None:
    lost = [job for job in jobs if job.state == State.RUNNING]
    if lost:
        rows = Job.objects.filter(pk__in=[job.pk for job in lost])
        rows.update(lost_leases=F("lost_leases") + 1)
        for job in lost:
            job.lost_leases += 1
    Job.objects.filter(pk__in=[job.pk for job in jobs]).update(
        state=State.RUNNING, lease_until=until, attempts=F("attempts") + 1, fence=F("fence") + 1
    )
    for job in jobs:  # locked by us: the rows say the same
        job.state, job.lease_until = State.RUNNING, until
        job.attempts += 1
        job.fence += 1


def _bury_unreported(jobs: list[Job], now: datetime) -> None:
    Job.objects.filter(pk__in=[job.pk for job in jobs]).update(
        state=State.DEAD,
        lease_until=None,
        finished_at=now,
        last_error=describe(Unreported("claimed as often as allowed and never reported")),
    )
