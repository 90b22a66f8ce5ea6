"""Doing one claimed job: call its handler, report how it went. Claiming is jobs.worker's."""

import logging
import time
from contextvars import ContextVar

from jobs import registry, services
from jobs.connections import renew_connections
from jobs.errors import Abandon, Continue, LeaseLost, Retry, SafeError
from jobs.models import Job

logger = logging.getLogger(__name__)

# What this thread does.
_running: ContextVar[Job | None] = ContextVar("running job", default=None)


def execute(job: Job) -> None:
    """Run the handler of a claimed job and report. What it raises ends in the row, not here.

    At least once: the handler's effects and the report are not one transaction. If the process dies
    between them, the job runs again after its lease. An interrupted one (Ctrl-C) is given back.
    """
    started = time.perf_counter()
    try:
        error = _attempt(job)
        # A handler may leave a broken connection behind; the report needs a good one.
        renew_connections()
        _report(job, error)
    except LeaseLost:
        logger.warning("job %s %s: lease lost, nothing reported", job.kind, job.pk)
    else:
        milliseconds = round((time.perf_counter() - started) * 1000)
        outcome = type(error).__name__ if error else "done"
        logger.info(
            "job %s %s attempt %s: %s, %s ms",
            job.kind,
            job.pk,
            job.attempts,
            outcome,
            milliseconds,
        )


def came_further() -> None:
    """For handlers of long jobs, in or after the transaction of a part: what goes on where it stood
    is no poison, however often its worker dies, and is not given up, however often it fails.
    """
    if job := _running.get():
        services.note_progress(job)


def _attempt(job: Job) -> BaseException | None:
    _running.set(job)
    try:
        registry.find(job.kind).function(job.payload)
    except (Exception, SystemExit) as error:
        return error
    except BaseException:
        services.release(job)
        raise
    finally:
        _running.set(None)
    return None


def _report(job: Job, error: BaseException | None) -> None:
    if error is None:
        services.complete(job)
    elif isinstance(error, Continue):
        services.go_on(job)
    elif isinstance(error, Abandon):
        services.abandon(job, error)
    elif isinstance(error, Retry):
        services.fail(job, error, retry_after=error.after)
    else:
        if not isinstance(error, SafeError):
            logger.error("job %s %s failed", job.kind, job.pk, exc_info=error)
        services.fail(job, error)
