"""Changing rows: values are cleaned, what is wrong is told under the fields' names, and what
differs is saved and recorded together.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from activity.actors import Actor
from activity.services import record
from issuer.models import BadgeClass, Issuer
from issuer.permissions import Verb
from issuer.services.artwork import artwork_columns
from issuer.services.publishing import PUBLISHED_FIELDS

Cleaner = Callable[[Any], Any]

NO_COLUMNS = {"archived", "staff"}  # what changes otherwise than by setting a value


def columns(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the row's own columns."""
    values = {name: value for name, value in fields.items() if name not in NO_COLUMNS}
    if "image" in values:
        values |= artwork_columns(values.pop("image"))
    return values


def set_fields(row: Any, values: Mapping[str, Any], cleaners: Mapping[str, Cleaner]) -> list[str]:
    """Clean `values` and set them on `row`. Returns the names of those that differ.

    Raises ValidationError with a dict of all that is wrong.
    """
    cleaned: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for name, value in values.items():
        try:
            cleaned[name] = cleaners[name](value)
        except ValidationError as error:
            errors[name] = list(error.messages)
    if errors:
        raise ValidationError(errors)
    changed = [name for name, value in cleaned.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, cleaned[name])
    return changed


def set_archived(row: Issuer | BadgeClass, archived: bool | None) -> list[str]:
    """Archive or restore; None leaves it. Returns the names of the fields that differ."""
    if archived is None or archived == bool(row.archived_at):
        return []
    row.archived_at = timezone.now() if archived else None
    return ["archived_at"]


def save_changes(row: Issuer | BadgeClass, changed: list[str], *, actor: Actor, verb: Verb) -> None:
    """Save and record, if anything differs. Within the transaction of the lock."""
    if changed:
        row.save(update_fields=[*changed, *PUBLISHED_FIELDS])
        record(verb, row, actor=actor, facts={"fields": sorted(changed)})
