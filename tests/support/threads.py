"""Doing things at the same time, and waiting for what threads do."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connections

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
