"""Short answers go before long ones. The threads of a process share one interpreter: whose answer
takes long gives way, again and again, while others of the process make theirs.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

WORK = 0.002  # seconds of work between two looks at others
PATIENCE = 0.008  # seconds to wait for them at each: long answers get on where others never cease
NAP = 0.0005


class Courtesy:
    """Who in this process is at an answer that does not take long."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.short = 0
        self.mine = threading.local()

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Around all that a thread does for one answer."""
        self.count(1)
        self.mine.is_short, self.mine.since = True, None
        try:
            yield
        finally:
            if self.mine.is_short:
                self.count(-1)
            del self.mine.is_short

    def give_way(self) -> None:
        """For each turn of a loop that may be long, outside of transactions: nobody may have to
        wait for who waits. Does nothing in commands and jobs.
        """
        if not hasattr(self.mine, "is_short"):
            return
        now = time.perf_counter()
        if self.mine.since is None:
            self.mine.since = now
        if now - self.mine.since < WORK:
            return
        if self.mine.is_short:
            self.mine.is_short = False
            self.count(-1)
        while self.short and time.perf_counter() < now + PATIENCE:
            time.sleep(NAP)
        self.mine.since = time.perf_counter()

    def count(self, change: int) -> None:
        with self.lock:
            self.short += change


courtesy = Courtesy()
