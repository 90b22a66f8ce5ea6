"""Reading the Job table: how far behind we are, and what died. Claiming is jobs.services'."""

from typing import TypedDict

from django.db.models import Count, Min, QuerySet
from django.utils import timezone

from jobs.models import Job

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


def dead_jobs() -> QuerySet[Job]:
    """Jobs that will not run again by themselves, the latest first. For `services.retry`."""
    return Job.objects.filter(state=State.DEAD).order_by("-finished_at")
