"""How long a failed job rests before its next attempt: pure. Storing it is services' work."""

import random
from datetime import timedelta
from typing import Protocol

FIRST = 5.0
PLATEAU = 10 * 60.0
# Attempts that are at most PLATEAU apart: some two hours of an outage on average, four at most.
PATIENT_ATTEMPTS = 30
LONGEST = 4 * 3600.0
LONGEST_ASKED = 24 * 3600.0


class Source(Protocol):
    """As much of random.Random as is needed here."""

    def uniform(self, a: float, b: float) -> float: ...


SYSTEM = random.SystemRandom()


def ceiling(attempts: int) -> float:
    """The longest rest in seconds after `attempts` failures (1 or more)."""
    if attempts <= PATIENT_ATTEMPTS:
        return min(FIRST * 2.0 ** (attempts - 1), PLATEAU)
    return min(PLATEAU * 2.0 ** min(attempts - PATIENT_ATTEMPTS, 10), LONGEST)


def rest(attempts: int, *, retry_after: float | None = None, source: Source = SYSTEM) -> timedelta:
    """The time until the next attempt: full jitter below an exponential ceiling, a second at least.

    `retry_after` (seconds, asked for by a peer) goes before: never earlier, up to a tenth later so
    that a thousand jobs do not come back at once, and no peer can ask for more than a day.
    """
    if retry_after is None:
        return timedelta(seconds=source.uniform(1.0, ceiling(attempts)))
    asked = min(max(1.0, retry_after), LONGEST_ASKED)
    return timedelta(seconds=asked * source.uniform(1.0, 1.1))
