"""Random bytes for ids and salts, from the kernel by the page.

Each read lets go of the interpreter for a moment. Who does so for each of a thousand awards keeps
every other thread from it: those that wait are woken at each, find it taken again, and wait anew
without ever asking for it (CPython's ceval_gil.c).
"""

import os
import threading

PAGE = 4096  # bytes


class _Source(threading.local):
    page = b""


_source = _Source()


def random_bytes(count: int) -> bytes:
    """At most PAGE bytes that nobody else gets."""
    page = _source.page if len(_source.page) >= count else os.urandom(PAGE)
    _source.page = page[count:]
    return page[:count]


def _turn_page() -> None:
    _source.page = b""


os.register_at_fork(after_in_child=_turn_page)
