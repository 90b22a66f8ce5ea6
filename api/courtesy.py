"""Short answers go before long ones. The threads of a process share one interpreter: whose answer
takes long gives way, again and again, while others of the process begin theirs.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

WORK = 0.004  # seconds of work between two looks at others
PATIENCE = 0.004  # seconds to wait for them at each: long answers take twice as long at most
SHORT = 0.1  # seconds: what is still being made then waits for something else than the interpreter


class Courtesy:
    """Who in this process is at an answer that does not take long."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.begun: dict[int, float] = {}  # by thread
        self.mine = threading.local()

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Around all that a thread does for one answer."""
        with self.changed:
            self.begun[threading.get_ident()] = time.perf_counter()
        self.mine.worked = None
        try:
            yield
        finally:
            del self.mine.worked
            self.leave()

    def give_way(self) -> None:
        """For each turn of a loop that may be long, outside of transactions: nobody may have to
        wait for who waits. Does nothing in commands and jobs.
        """
        if not hasattr(self.mine, "worked"):
            return
        worked = time.thread_time()
        if self.mine.worked is None:
            self.mine.worked = worked
        if worked - self.mine.worked < WORK:
            return
        self.leave()
        self.wait()
        self.mine.worked = time.thread_time()

    def leave(self) -> None:
        with self.changed:
            self.begun.pop(threading.get_ident(), None)
            if not self.begun:
                self.changed.notify_all()

    def wait(self) -> None:
        """Until all others have their answers, or have taken long themselves."""
        end = time.perf_counter() + PATIENCE
        with self.changed:
            while self.begun:
                last = min(end, max(self.begun.values()) + SHORT)
                if (left := last - time.perf_counter()) <= 0:
                    return
                self.changed.wait(left)


courtesy = Courtesy()
