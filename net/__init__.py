"""Going out safely: the one HTTP client of the house, for public addresses and what is allowed.

Nothing here knows settings or models: callers pass the parsed allow-list.
"""

from net.addresses import Allowed, is_public, parse_allow
from net.client import (
    NotConnected,
    OutboundError,
    Redirected,
    Refused,
    Response,
    TooLarge,
    Unreachable,
    fetch,
    require_web_address,
)
from net.headers import retry_after

__all__ = [
    "Allowed",
    "NotConnected",
    "OutboundError",
    "Redirected",
    "Refused",
    "Response",
    "TooLarge",
    "Unreachable",
    "fetch",
    "is_public",
    "parse_allow",
    "require_web_address",
    "retry_after",
]
