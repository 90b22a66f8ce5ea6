"""What Celery's workers do when woken: claim due jobs and run them, as jobs.worker does."""

import os
import time
from functools import cache

from config.celery import PLAN, WORK, app, wake
from jobs.claiming import LEASE, claim
from jobs.execution import execute
from jobs.heartbeat import Heartbeat
from jobs.schedules import Planner

SLICE = 5.0  # seconds after which a worker looks whether it was told to stop

planner = Planner()


@app.task(name=WORK)
def work(urgent: bool) -> None:
    """Run due jobs, one after the other, until there are none; another worker is woken for the next
    meanwhile. After SLICE it is that one's turn.
    """
    until = time.monotonic() + SLICE
    while time.monotonic() < until and (claimed := claim(lease=LEASE, urgent=urgent)):
        wake()
        for job in claimed:
            with heartbeat_of(os.getpid()).holding(job):
                execute(job)


@app.task(name=PLAN)
def plan() -> None:
    planner.plan()


@cache
def heartbeat_of(process: int) -> Heartbeat:
    """One for each process: a pool's are forked, and threads stay behind."""
    heartbeat = Heartbeat(LEASE)
    heartbeat.start()
    return heartbeat
