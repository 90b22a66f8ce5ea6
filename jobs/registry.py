"""Which function does which kind of job, and which kinds come round by the clock. No database."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from jobs.errors import UnknownKind

Payload = dict[str, Any]
Handler = Callable[[Payload], None]
Peer = Callable[[Payload], str]

# With jobs.backoff more than two days: a mail server that is down over a weekend loses nothing.
DEFAULT_MAX_ATTEMPTS = 60
DEFAULT_PRIORITY = 50


@dataclass(frozen=True)
class Kind:
    """A kind of job. The lower priority runs first."""

    name: str
    function: Handler
    max_attempts: int
    priority: int
    peer: Peer | None = None


_kinds: dict[str, Kind] = {}
_schedules: dict[str, timedelta] = {}


def handler(
    kind: str,
    *,
    max_attempts: int = DEFAULT_MAX_ATTEMPTS,
    priority: int = DEFAULT_PRIORITY,
    peer: Peer | None = None,
) -> Callable[[Handler], Handler]:
    """Register the function that does this kind of job. For what `AppConfig.ready()` imports.
    `peer` names whom a job with that payload speaks to: see `jobs.services.put_off`.

    The function may be called more than once for a job (a worker can die after the work and before
    its report), even twice at the same time when a machine slept through its lease: it must be
    idempotent. It runs outside any transaction. It raises Retry, Continue or Abandon (jobs.errors)
    to steer; after any other exception the job is tried again with backoff.
    """
    if max_attempts < 1:
        raise ValueError("a job is attempted at least once")

    def register(function: Handler) -> Handler:
        known = _kinds.get(kind)
        if known is not None and known.function is not function:
            raise ValueError(f"two handlers for {kind}")
        _kinds[kind] = Kind(kind, function, max_attempts, priority, peer)
        return function

    return register


def schedule(kind: str, every: timedelta) -> None:
    """Run this kind, with an empty payload, once a period. Periods count from 1970-01-01 UTC."""
    if every <= timedelta(0):
        raise ValueError("a period has a length")
    find(kind)
    _schedules[kind] = every


def find(kind: str) -> Kind:
    """Raises UnknownKind."""
    try:
        return _kinds[kind]
    except KeyError:
        raise UnknownKind(kind) from None


def known_kinds() -> list[str]:
    """Sorted, so that a statement is the same text each time."""
    return sorted(_kinds)


def urgent_kinds() -> list[str]:
    """Those that go before mails by themselves, not by a single job's wish: see jobs.worker."""
    return sorted(kind.name for kind in _kinds.values() if kind.priority < DEFAULT_PRIORITY)


def schedules() -> Mapping[str, timedelta]:
    return dict(_schedules)
