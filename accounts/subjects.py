"""What the activity log calls the things of this room."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Subject:
    """Something outside any issuer that an act is recorded of."""

    log_type: str
    entity_id: str
    log_issuer_id: str = ""
