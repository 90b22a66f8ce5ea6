"""Reading the Job table: how far behind we are, and what died. Claiming is jobs.claiming's."""

from datetime import datetime
from typing import TypedDict

from django.db.models import Count, Min, Q, QuerySet, Sum
from django.utils import timezone

from jobs import registry
from jobs.models import Job
from jobs.registry import Payload

State = Job.State


class Backlog(TypedDict):
    """How many jobs are due, the oldest for how many seconds; how many run; how many died."""

    due: int
    oldest_seconds: int
    running: int
    dead: int


def backlog() -> Backlog:
    """For the health page: one statement, each part of it on its own partial index."""
    now = timezone.now()
    due, running, dead = (
        jobs.order_by().values_list("state").annotate(count=Count("pk"), since=Min("run_at"))
        for jobs in (
            Job.objects.filter(state=State.WAITING, run_at__lte=now),
            Job.objects.filter(state=State.RUNNING),
            Job.objects.filter(state=State.DEAD),
        )
    )
    found = {state: (count, since) for state, count, since in due.union(running, dead, all=True)}
    due_count, oldest = found.get(State.WAITING, (0, now))
    return {
        "due": due_count,
        "oldest_seconds": int((now - oldest).total_seconds()),
        "running": found.get(State.RUNNING, (0, now))[0],
        "dead": found.get(State.DEAD, (0, now))[0],
    }


class KindReport(TypedDict):
    """Of one kind: how many wait, are due (the oldest for how many seconds), run and died; how many
    attempts those that wait have made.
    """

    waiting: int
    due: int
    oldest_seconds: int
    attempts: int
    running: int
    dead: int


def reports_by_kind() -> dict[str, KindReport]:
    """Of every kind that is known here or has jobs. One statement, by the partial indexes."""
    now = timezone.now()
    due = Count("pk", filter=Q(run_at__lte=now))
    waiting, running, dead = (
        Job.objects.filter(state=state)
        .order_by()
        .values_list("kind", "state")
        .annotate(jobs=Count("pk"), due=due, since=Min("run_at"), attempts=Sum("attempts"))
        for state in (State.WAITING, State.RUNNING, State.DEAD)
    )
    found: dict[str, KindReport] = {kind: _nothing() for kind in registry.known_kinds()}
    for kind, state, jobs, due_jobs, since, attempts in waiting.union(running, dead, all=True):
        report = found.setdefault(kind, _nothing())
        if state == State.WAITING:
            late = max(0, int((now - since).total_seconds()))
            report |= {"waiting": jobs, "due": due_jobs, "oldest_seconds": late}
            report["attempts"] = attempts
        else:
            report["running" if state == State.RUNNING else "dead"] = jobs
    return dict(sorted(found.items()))


def _nothing() -> KindReport:
    return {
        "waiting": 0,
        "due": 0,
        "oldest_seconds": 0,
        "attempts": 0,
        "running": 0,
        "dead": 0,
    }


def dead_jobs() -> QuerySet[Job]:
    """Jobs that will not run again by themselves, the latest first. For `services.retry`."""
    return Job.objects.filter(state=State.DEAD).order_by("-finished_at")


def quarantined(kind: str) -> list[Payload]:
    """Payloads of the jobs of a kind that are dead because one worker after the other died with
    them. Who reports, if only a failure, has lost none: these were not merely refused too often.
    """
    killers = Job.objects.filter(kind=kind, state=State.DEAD, lost_leases__gt=0)
    return list(killers.values_list("payload", flat=True))


def given_up(kind: str, before: datetime) -> list[Payload]:
    """Payloads of the jobs of a kind that have been dead since before then: nobody brought them
    back.
    """
    dead = Job.objects.filter(kind=kind, state=State.DEAD, finished_at__lt=before)
    return list(dead.values_list("payload", flat=True))


def unfinished(kind: str) -> QuerySet[Job]:
    """Jobs of a kind that wait, run or have died."""
    return Job.objects.filter(kind=kind).exclude(state=State.DONE)
