"""Telling whoever works elsewhere that there is work. A higher room may register how; without one
workers find it by looking. Best effort: nothing depends on it.
"""

from collections.abc import Callable

from django.db import transaction

_wakers: list[Callable[[], None]] = []


def wake_by(waker: Callable[[], None]) -> None:
    """Call this after each commit that brought work. It returns at once, whatever it has to do."""
    _wakers.append(waker)


def wake_after_commit() -> None:
    """A waker that fails costs nobody their award: `robust` has it logged."""
    for waker in _wakers:
        transaction.on_commit(waker, robust=True)
