"""One pusher at a time for each object: a row is held for a moment and every write renews the hold.
A pusher that dies leaves it to run out; one that was overtaken writes nothing any more.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Generic, TypeVar

from django.db import transaction
from django.utils import timezone

from jobs.errors import ADDRESS
from mirror.contract import NotNow, Rejected, RemoteError
from mirror.models import MirroredAssertion, MirroredBadgeClass, State

# Longer than any one `asking.ask` takes: two requests, and a refresh and a sign-in before each.
HOLD = timedelta(seconds=75)
# From before a request that makes something: longer than it may take us, and after that longer than
# servers and proxies usually go on (30 to 60 seconds) when nobody waits any more.
SETTLING = timedelta(seconds=180)
SOON = 3.0
LONGEST = 500

Row = TypeVar("Row", MirroredBadgeClass, MirroredAssertion)


class Busy(NotNow):
    """Somebody else is at it, or the remote itself, still. It is not to blame."""


class Hold(Generic[Row]):
    """The right to push one row. `row` is as it was stored last; `quotable` what a remote may quote
    of it in a refusal and nobody may keep.
    """

    def __init__(self, row: Row) -> None:
        """Take the row. Raises Busy, DoesNotExist."""
        self.quotable: list[str] = []
        now = timezone.now()
        with transaction.atomic():
            rows = type(row)._default_manager.select_for_update()
            self.row: Row = rows.get(pk=row.pk)
            if self.row.held_until and self.row.held_until > now:
                raise Busy("somebody else is pushing this", after=SOON)
            if self.row.settling_until and self.row.settling_until > now:
                left = (self.row.settling_until - now).total_seconds()
                raise Busy("the remote may be making this yet", after=left)
            self.row.state, self.row.held_until = State.IN_PROGRESS, now + HOLD
            self.row.attempts += 1
            self.row.updated_at = now
            self.row.save(update_fields=["state", "held_until", "attempts", "updated_at"])

    def store(self, **changes: Any) -> None:
        """Write, and hold on for another while. Before every request: what follows may be long.

        Raises Busy where somebody else has taken over.
        """
        self._write(held_until=timezone.now() + HOLD, **changes)

    def complete(self) -> None:
        self._write(state=State.COMPLETE, held_until=None, last_error="", http_status=None)

    def stage(self, error: RemoteError) -> None:
        """It is to be tried again."""
        self._give_up(State.STAGED, error)

    def fail(self, error: RemoteError) -> None:
        """It will not work until somebody changes something."""
        self._give_up(State.FAILED, error)

    def stop_short(self, error: Exception) -> None:
        """The remote has no part in it. Of what went wrong the kind alone is kept: its words may be
        about anybody.
        """
        self._write(state=State.STAGED, held_until=None, last_error=type(error).__name__)

    def _give_up(self, state: State, error: RemoteError) -> None:
        told = f"{type(error).__name__}: {opaque(str(error), self.quotable)}"[:LONGEST]
        self._write(state=state, held_until=None, last_error=told, http_status=error.status)

    def _write(self, **changes: Any) -> None:
        mine = type(self.row)._default_manager.filter(pk=self.row.pk, attempts=self.row.attempts)
        changes["updated_at"] = timezone.now()
        if not mine.update(**changes):
            raise Busy("somebody else took over", after=SOON)
        for name, value in changes.items():
            setattr(self.row, name, value)


@contextmanager
def holding(row: Row) -> Iterator[Hold[Row]]:
    """Hold the row, and keep in it how it went. Raises Rejected, NotNow and what else it was."""
    hold = Hold(row)
    try:
        yield hold
    except Rejected as error:
        hold.fail(error)
        raise
    except NotNow as error:
        hold.stage(error)
        raise
    except Exception as error:
        hold.stop_short(error)
        raise
    hold.complete()


def opaque(words: str, quotable: Iterable[str] = ()) -> str:
    """A remote's words without addresses and without what it quotes of an award."""
    for text in quotable:
        words = words.replace(text, "[…]")
    return ADDRESS.sub("[address]", words)
