"""Database connections of threads that live long: Django looks after those of web requests only."""

from django.db import connections


def renew_connections() -> None:
    """Close this thread's connections that broke or are too old; each opens again when needed.

    One inside a transaction is left alone (`run_due` within a test or a command's own transaction).
    """
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
