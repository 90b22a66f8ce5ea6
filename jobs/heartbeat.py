"""Keeps the leases of running jobs alive, in its own thread: a long job stays with its worker."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import Error, connections

from jobs.connections import renew_connections
from jobs.errors import LeaseLost
from jobs.models import Job
from jobs.services import extend, release

logger = logging.getLogger(__name__)


class Heartbeat:
    """Extends each held job three times a lease. If the process dies, they run out."""

    def __init__(self, lease: timedelta) -> None:
        self._lease = lease
        self._held: dict[int, Job] = {}
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="jobs-heartbeat", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()

    @contextmanager
    def holding(self, job: Job) -> Iterator[None]:
        """Keep the job's lease alive for the length of the block."""
        with self._lock:
            self._held[job.pk] = job
        try:
            yield
        finally:
            self._drop(job)

    def give_back(self) -> None:
        """Release all jobs that are held, for others to take at once: who ran them is about to end.
        What its threads still report is refused.
        """
        with self._lock:
            held = list(self._held.values())
            self._held.clear()
        for job in held:
            try:
                release(job)
            except LeaseLost:
                continue  # just reported
            except Error:
                logger.exception("job %s %s: not given back", job.kind, job.pk)
            else:
                logger.warning("job %s %s: given back, it lasts too long", job.kind, job.pk)

    def _drop(self, job: Job) -> bool:
        with self._lock:
            if self._held.get(job.pk) is job:
                del self._held[job.pk]
                return True
            return False

    def _run(self) -> None:
        try:
            while not self._ended.wait(self._lease.total_seconds() / 3):
                self._beat()
        finally:
            connections.close_all()

    def _beat(self) -> None:
        with self._lock:
            held = list(self._held.values())
        for job in held:
            try:
                renew_connections()
                extend(job, self._lease)
            except LeaseLost:
                # No news if the job has just been reported.
                if self._drop(job):
                    logger.warning("job %s %s: lease lost while running", job.kind, job.pk)
            except Error:
                logger.exception("job %s %s: lease not extended", job.kind, job.pk)
