"""A worker at work in a thread of the test's own. No tests here."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

from django.db import connections

from jobs.claiming import LEASE
from jobs.worker import Worker


@contextmanager
def working(
    threads: int = 1,
    lease: timedelta = LEASE,
    stop: threading.Event | None = None,
    reserved: int = 0,
    patience: float | None = None,
) -> Iterator[threading.Event]:
    """A worker at work during the block; gives its stop signal. Raises its errors."""
    stop = stop or threading.Event()
    poll = (0.01, 0.05)
    worker = Worker(
        stop=stop, threads=threads, reserved=reserved, lease=lease, poll=poll, patience=patience
    )

    def run() -> None:
        try:
            worker.run()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(run)
        try:
            yield stop
        finally:
            stop.set()
            future.result(10)
