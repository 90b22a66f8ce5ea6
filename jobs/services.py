"""Adding jobs, and reporting on those that were claimed. What a job does is its handler's.

Adding belongs into the caller's transaction: an act and the work it brings commit together.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from jobs import registry
from jobs.backoff import rest
from jobs.claiming import LEASE
from jobs.errors import LeaseLost, SafeError, describe
from jobs.models import Job
from jobs.payloads import require_opaque
from jobs.registry import Payload
from jobs.waking import wake_after_commit

BATCH = 1000
State = Job.State


class Superseded(SafeError):
    """The job was closed because another one with its key waits and will do the same work."""


def enqueue(
    *,
    kind: str,
    payload: Payload,
    run_at: datetime | None = None,
    dedupe_key: str | None = None,
    priority: int | None = None,
) -> Job | None:
    """Add a job, due at `run_at` (now). None if one with this key waits already: it keeps its time.

    That one is held back until the caller's transaction ends, so it cannot run on data from before
    the caller's changes. Raises UnknownKind; ValueError for a payload with more than ids in it.
    """
    job = _draft(kind, payload, run_at=run_at, dedupe_key=dedupe_key, priority=priority)
    added = _insert(job)
    wake_after_commit()
    return job if added else None


def enqueue_many(
    *,
    kind: str,
    payloads: Iterable[Payload],
    run_at: datetime | None = None,
    dedupe_key: Callable[[Payload], str] | None = None,
    priority: int | None = None,
) -> None:
    """Add a job for each payload, in few statements. `dedupe_key` makes the key of a payload.

    Promises and errors are those of `enqueue`.
    """
    drafts = [
        _draft(
            kind,
            payload,
            run_at=run_at,
            dedupe_key=dedupe_key(payload) if dedupe_key else None,
            priority=priority,
        )
        for payload in payloads
    ]
    with transaction.atomic():
        wake_after_commit()
        if dedupe_key is None:
            Job.objects.bulk_create(drafts, batch_size=BATCH)
            return
        by_key = {draft.dedupe_key or "": draft for draft in drafts}
        # In the keys' order: two callers with the same ones wait for each other, not in a circle.
        keys = sorted(by_key)
        for start in range(0, len(keys), BATCH):
            missing = keys[start : start + BATCH]
            while missing:
                Job.objects.bulk_create((by_key[key] for key in missing), ignore_conflicts=True)
                held = _hold_waiting(missing)
                missing = [key for key in missing if key not in held]


def complete(job: Job) -> None:
    """Report a claimed job done. Raises LeaseLost."""
    _report(job, state=State.DONE, finished_at=timezone.now(), last_error="")


def fail(job: Job, error: BaseException, retry_after: float | None = None) -> None:
    """Report a failed attempt: the job waits for its next one, or is dead if this was the last.

    `retry_after` (seconds) goes before our own backoff. Raises LeaseLost.
    """
    if job.attempts >= job.max_attempts:
        abandon(job, error)
        return
    run_at = timezone.now() + rest(job.attempts, retry_after=retry_after)
    _wait_again(job, run_at=run_at, last_error=describe(error))


def abandon(job: Job, error: BaseException) -> None:
    """Report that no further attempt makes sense: dead at once. Raises LeaseLost."""
    _report(job, state=State.DEAD, finished_at=timezone.now(), last_error=describe(error))


def release(job: Job) -> None:
    """Give a claimed job back: due as before, the attempt does not count. Raises LeaseLost."""
    _wait_again(job, attempts=job.attempts - 1, run_at=job.run_at)


def go_on(job: Job) -> None:
    """Report a claimed job as partly done: due again, behind what is due already, with all its
    attempts. Raises LeaseLost.
    """
    _wait_again(job, attempts=0, run_at=timezone.now(), last_error="")


def put_off(*, peer: str, until: datetime) -> None:
    """Let all waiting jobs that speak to this peer rest until then: what one has just found out
    holds for all.
    """
    waiting = Job.objects.filter(peer=peer, state=State.WAITING)
    _move(waiting.filter(run_at__lt=until), to=until)


def pull_forward(*, peer: str, until: datetime) -> None:
    """Take back that they were put off until then. What waits longer has reasons of its own."""
    now = timezone.now()
    waiting = Job.objects.filter(peer=peer, state=State.WAITING)
    _move(waiting.filter(run_at__gt=now, run_at__lte=until), to=now)
    wake_after_commit()


def extend(job: Job, lease: timedelta = LEASE) -> None:
    """Hold a running job for `lease` from now. Raises LeaseLost."""
    until = timezone.now() + lease
    if not _held(job).update(lease_until=until):
        raise LeaseLost(str(job.pk))
    job.lease_until = until


def note_progress(job: Job) -> None:
    """It has come further: attempts and workers are counted anew, since what is done was not what
    they failed or died of.
    """
    if job.lost_leases or job.attempts > 1:
        _held(job).update(lost_leases=0, attempts=1)
        job.lost_leases, job.attempts = 0, 1


def retry(job: Job) -> bool:
    """Bring a dead job back with all its attempts. False if it was not dead, or its twin waits."""
    dead = Job.objects.filter(pk=job.pk, state=State.DEAD)
    try:
        with transaction.atomic():
            changed = dead.update(
                state=State.WAITING,
                attempts=0,
                lost_leases=0,
                run_at=timezone.now(),
                finished_at=None,
            )
            return bool(changed)
    except IntegrityError:
        dead.update(state=State.DONE, finished_at=timezone.now(), last_error=_SUPERSEDED)
        return False


_SUPERSEDED = describe(Superseded("another job with the same key waits"))


def _draft(
    kind: str,
    payload: Payload,
    *,
    run_at: datetime | None,
    dedupe_key: str | None,
    priority: int | None,
) -> Job:
    known = registry.find(kind)
    require_opaque({"payload": payload, "key": dedupe_key})
    return Job(
        kind=kind,
        payload=payload,
        run_at=run_at or timezone.now(),
        dedupe_key=dedupe_key,
        priority=known.priority if priority is None else priority,
        peer=known.peer(payload) if known.peer else None,
        max_attempts=known.max_attempts,
    )


def _insert(job: Job) -> bool:
    """False where another one with its key waits."""
    if job.dedupe_key is None:
        job.save(force_insert=True)
        return True
    with transaction.atomic():
        while not _hold_waiting([job.dedupe_key]):
            try:
                with transaction.atomic():
                    job.save(force_insert=True)
                return True
            except IntegrityError:
                continue  # another one came in between, and may be claimed by now: look again
    return False


def _hold_waiting(keys: list[str]) -> set[str | None]:
    """The keys of which a job waits. Its row is locked to the transaction's end: no claim takes it.

    Without the lock a worker could run that job before the caller commits, and nobody would see the
    caller's changes. SQLite's writers come one after the other anyway.
    """
    waiting = Job.objects.filter(state=State.WAITING, dedupe_key__in=keys).order_by("dedupe_key")
    return set(waiting.select_for_update().values_list("dedupe_key", flat=True))


@transaction.atomic
def _move(jobs: QuerySet[Job], *, to: datetime) -> None:
    """One statement, however many. It passes over those that a claim is just taking."""
    free = jobs.select_for_update(skip_locked=True).values("pk")
    Job.objects.filter(pk__in=free).update(run_at=to)


def _held(job: Job) -> QuerySet[Job]:
    return Job.objects.filter(pk=job.pk, fence=job.fence, state=State.RUNNING)


def _report(job: Job, **changes: Any) -> None:
    if not _held(job).update(lease_until=None, lost_leases=0, **changes):
        raise LeaseLost(str(job.pk))


def _wait_again(job: Job, *, run_at: datetime, **changes: Any) -> None:
    """Back to waiting. A twin that came in meanwhile takes over, at the earlier of both times."""
    try:
        with transaction.atomic():
            _report(job, state=State.WAITING, run_at=run_at, **changes)
    except IntegrityError:
        with transaction.atomic():
            _report(job, state=State.DONE, finished_at=timezone.now(), last_error=_SUPERSEDED)
            twin = Job.objects.filter(state=State.WAITING, dedupe_key=job.dedupe_key)
            twin.filter(run_at__gt=run_at).update(run_at=run_at)
