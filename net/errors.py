"""What can go wrong on the way out. Every message is a sentence that may be shown to people."""


class OutboundError(Exception):
    """The request was not made, or brought nothing."""


class Refused(OutboundError):
    """A rule of ours forbids it: address, scheme or redirect. Trying again will not help."""


class Redirected(Refused):
    """It redirects further than was asked for. `status` is the last redirect's."""

    def __init__(self, words: str, *, status: int) -> None:
        super().__init__(words)
        self.status = status


class TooLarge(OutboundError):
    """The answer is larger than asked for."""


class Unreachable(OutboundError):
    """The network, the peer or the clock stood in the way. Trying again may help."""


class NotConnected(Unreachable):
    """There was no connection: the peer has seen nothing of the request."""
