"""Doing things at the same time, and waiting for what threads do. No tests here."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import TypeVar

from django.db import connections

from jobs.services import LEASE
from jobs.worker import Worker

T = TypeVar("T")


def together(count: int, function: Callable[[int], T]) -> list[T]:
    """Call `function(0..count-1)` in as many threads, let go at one moment. Raises its errors."""
    barrier = threading.Barrier(count)

    def run(number: int) -> T:
        try:
            barrier.wait(10)
            return function(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return [future.result() for future in [pool.submit(run, n) for n in range(count)]]


def eventually(holds: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait until it holds; fail when it does not in time."""
    deadline = time.perf_counter() + seconds
    while not holds():
        assert time.perf_counter() < deadline, "it never came true"
        time.sleep(0.01)


@contextmanager
def working(
    threads: int = 1, lease: timedelta = LEASE, stop: threading.Event | None = None
) -> Iterator[threading.Event]:
    """A worker at work during the block; gives its stop signal. Raises its errors."""
    stop = stop or threading.Event()
    worker = Worker(stop=stop, threads=threads, lease=lease, poll=(0.01, 0.05))

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
