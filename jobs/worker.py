"""The worker: claims what is due and runs it, in threads, until told to stop. Signals are config's.

Delivery is at least once: handlers are idempotent (jobs.registry.handler).
"""

import logging
import threading
import time
from datetime import timedelta
from typing import Protocol

from django.db import Error, connections

from jobs.claiming import LEASE, claim
from jobs.connections import renew_connections
from jobs.execution import execute
from jobs.heartbeat import Heartbeat
from jobs.schedules import Planner
from jobs.services import release

logger = logging.getLogger(__name__)

TICK = 0.5
# run_due has no heartbeat (a moved clock would confuse it): its leases outlast any job instead.
LONG_LEASE = timedelta(hours=1)


class StopSignal(Protocol):
    """As much of threading.Event as is needed here."""

    def is_set(self) -> bool: ...
    def wait(self, timeout: float | None = None) -> bool: ...


class Worker:
    """Runs due jobs in `threads` threads. Idle ones look again after 0.2 s, later every 2 s.

    The first `reserved` of them take urgent kinds alone: they are free when all others hang in a
    slow mail server.
    """

    def __init__(
        self,
        *,
        stop: StopSignal,
        threads: int = 1,
        reserved: int = 0,
        lease: timedelta = LEASE,
        poll: tuple[float, float] = (0.2, 2.0),
        patience: float | None = None,
    ) -> None:
        self._stop = stop
        self._lease = lease
        self._shortest, self._longest = poll
        self._patience = patience
        self._heartbeat = Heartbeat(lease)
        self._planner = Planner()
        self._broken = threading.Event()
        self._runners = [
            threading.Thread(
                target=self._run_thread,
                args=(number < reserved,),
                name=f"jobs-{number}",
                daemon=True,
            )
            for number in range(max(1, threads))
        ]

    def run(self) -> None:
        """Work until `stop` is set, then finish what runs and return. Once only. What lasts longer
        than `patience` seconds from then is given back: the process should end.

        Raises RuntimeError when one of the threads died: the process should be replaced. The thread
        of the caller plans the schedules, and closes its own database connection.
        """
        self._heartbeat.start()
        for runner in self._runners:
            runner.start()
        try:
            while not self._stopping():
                self._plan()
                self._stop.wait(TICK)
        finally:
            self._broken.set()
            self._finish()
            self._heartbeat.stop()
        if not self._stop.is_set():
            raise RuntimeError("a worker thread died")

    def _finish(self) -> None:
        deadline = None if self._patience is None else time.monotonic() + self._patience
        for runner in self._runners:
            runner.join(None if deadline is None else max(0.0, deadline - time.monotonic()))
        if any(runner.is_alive() for runner in self._runners):
            self._heartbeat.give_back()

    def _stopping(self) -> bool:
        return self._stop.is_set() or self._broken.is_set()

    def _plan(self) -> None:
        try:
            renew_connections()
            self._planner.plan()
        except Error:
            logger.exception("schedules not planned")

    def _run_thread(self, urgent: bool) -> None:
        pause = self._shortest
        try:
            while not self._stopping():
                if self._run_next(urgent):
                    pause = self._shortest
                else:
                    self._stop.wait(pause)
                    pause = min(pause * 2, self._longest)
        finally:
            self._broken.set()
            connections.close_all()

    def _run_next(self, urgent: bool) -> bool:
        """Claim one job and run it. False when there is none, or the database cannot be reached."""
        try:
            renew_connections()
            for job in claim(lease=self._lease, urgent=urgent):
                if self._stopping():
                    release(job)
                    return False
                with self._heartbeat.holding(job):
                    execute(job)
                return True
        except Error:
            # An unreported job comes back when its lease has run out.
            logger.exception("worker cannot use the database")
        return False


def run_due(limit: int | None = None) -> int:
    """Run in this thread what is due now and what that makes due, up to `limit` jobs. How many ran.

    Plans the schedules too. For tests and commands; the clock may be a moved one.
    """
    planner = Planner()
    planner.plan()
    count = 0
    while limit is None or count < limit:
        claimed = claim(lease=LONG_LEASE)
        if not claimed:
            break
        execute(claimed[0])
        planner.plan()  # the period that just had its run makes room for the next
        count += 1
    return count
