"""Where granian hands a request to Python, in a thread of its own beside the event loop's: what can
be answered there and then need not wake the loop.

granian has no hook for this: an inner function is wrapped (pyproject.toml bounds the version).
"""

import logging
from collections.abc import Callable
from typing import Any

from granian import _futures

log = logging.getLogger("laurel.dispatch")


def ask_first(answer_at_once: Callable[[Any, Any], bool]) -> None:
    """From now on each request's scope and protocol are shown to `answer_at_once`. What it answers
    is done; all else goes to the event loop.
    """
    schedule_in = _futures._cbsched_aioschedule

    def asking_first(*arguments: Any) -> Callable[[Any], None]:
        to_event_loop = schedule_in(*arguments)

        def schedule(request: Any) -> None:
            try:
                answered = answer_at_once(request.scope, request.proto)
            except Exception:
                log.exception("a request was not answered at once")
                answered = False
            if answered:
                request.done()
            else:
                to_event_loop(request)

        return schedule

    _futures._cbsched_aioschedule = asking_first
