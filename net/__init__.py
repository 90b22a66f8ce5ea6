"""Going out safely: the one HTTP client of the house, for public addresses and what is allowed.

Nothing here knows settings or models: callers pass the parsed allow-list.
"""

from net.addresses import Allowed, is_public, parse_allow
from net.client import OutboundError, Refused, Response, TooLarge, Unreachable, fetch

__all__ = [
    "Allowed",
    "OutboundError",
    "Refused",
    "Response",
    "TooLarge",
    "Unreachable",
    "fetch",
    "is_public",
    "parse_allow",
]
