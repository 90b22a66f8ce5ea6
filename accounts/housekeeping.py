"""What the room clears away by the clock."""

from accounts.services.people import clear_unverified
from jobs.registry import Payload, handler


@handler("accounts.clear-unverified")
def clear(payload: Payload) -> None:
    clear_unverified()
