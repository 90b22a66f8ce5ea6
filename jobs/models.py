"""The Job row: work that must not be lost. It holds ids and digests, never a personal datum."""

from django.db import models
from django.db.models import Q
from django.utils import timezone


class Job(models.Model):
    """One piece of work. Rows are written by jobs.services, claiming and schedules alone."""

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        DEAD = "dead"

    kind = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    priority = models.SmallIntegerField()  # the lower runs first
    run_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField()
    lease_until = models.DateTimeField(null=True)
    lost_leases = models.PositiveSmallIntegerField(default=0)  # since somebody reported last
    # Rises with every claim. A report counts only under the fence it was claimed with.
    fence = models.PositiveBigIntegerField(default=0)
    # None: never the same as another. An empty text would have to be told apart everywhere.
    dedupe_key = models.CharField(max_length=200, null=True)  # noqa: DJ001
    # Whom it speaks to, if anybody: where that one is away, all who speak to it wait.
    peer = models.CharField(max_length=60, null=True)  # noqa: DJ001
    # The period that a scheduled job stands for, named by the moment it falls due.
    period = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # Asking twice while one waits makes one job; a running one does not stand in the way.
            models.UniqueConstraint(
                fields=["dedupe_key"],
                condition=Q(state="waiting", dedupe_key__isnull=False),
                name="jobs_one_waiting",
            ),
            # Whatever the workers' clocks say, a period has one job, done or not.
            models.UniqueConstraint(
                fields=["kind", "period"],
                condition=Q(period__isnull=False),
                name="jobs_one_a_period",
            ),
            models.CheckConstraint(
                condition=Q(state="running", lease_until__isnull=False)
                | (~Q(state="running") & Q(lease_until__isnull=True)),
                name="jobs_lease_while_running",
            ),
        ]
        indexes = [
            # claiming.claim: the next jobs in their order; queries.backlog: what is due
            models.Index(
                fields=["priority", "run_at", "id"], condition=Q(state="waiting"), name="jobs_due"
            ),
            # services.put_off, services.pull_forward
            models.Index(
                fields=["peer", "run_at"],
                condition=Q(state="waiting", peer__isnull=False),
                name="jobs_of_peer",
            ),
            # claiming.claim: leases that ran out; queries.backlog: how many run
            models.Index(fields=["lease_until"], condition=Q(state="running"), name="jobs_leases"),
            # queries.dead_jobs, newest first; queries.backlog: how many died
            models.Index(fields=["-finished_at"], condition=Q(state="dead"), name="jobs_dead"),
            # queries.unfinished: of a kind what is not done
            models.Index(
                fields=["kind", "run_at", "id"], condition=~Q(state="done"), name="jobs_unfinished"
            ),
            # housekeeping.prune: the oldest done
            models.Index(fields=["finished_at"], condition=Q(state="done"), name="jobs_done"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} {self.state}"
