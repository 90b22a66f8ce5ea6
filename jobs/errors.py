"""What handlers raise to steer their job, what services raise, how an error is kept in the row."""

import re

ADDRESS = re.compile(r"\S*@\S*")
LONGEST = 500


class SafeError(Exception):
    """An error whose message is our own and names ids only: it may be stored and shown.

    The message of any other exception may quote an address or a secret: its class alone is kept.
    """


class Retry(SafeError):
    """Raised by a handler: not now. `after`: seconds, as a peer asked; None leaves it to us."""

    def __init__(self, *, after: float | None = None, reason: str = "") -> None:
        super().__init__(reason)
        self.after = after


class Abandon(SafeError):
    """Raised by a handler: it will never work. The job is dead at once."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)


class Continue(Exception):
    """Raised by a handler that has got somewhere: the rest soon, after what is due already."""


class LeaseLost(Exception):
    """Somebody else holds the job by now (or it is finished): whoever sees this changed nothing."""


class UnknownKind(LookupError):
    """No handler is registered for this kind of job."""


def describe(error: BaseException) -> str:
    """The class of an error, and its message where that is safe; at most 500 characters."""
    name = f"{type(error).__module__}.{type(error).__qualname__}"
    message = ADDRESS.sub("[address]", str(error)) if isinstance(error, SafeError) else ""
    return (f"{name}: {message}" if message else name)[:LONGEST]
