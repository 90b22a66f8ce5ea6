"""What the activity log calls things that belong to no issuer: users, applications."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Subject:
    """Something outside any issuer that an act is recorded of."""

    log_type: str
    entity_id: str
    log_issuer_id: str = ""
