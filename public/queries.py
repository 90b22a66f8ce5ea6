"""Reads that only the public pages need; those of single objects are `issuer.queries`."""

from issuer.models import BadgeClass


def badge_class_ids(issuer_entity_id: str) -> list[str]:
    """The ids of all badge classes of an issuer."""
    rows = BadgeClass.objects.filter(issuer__entity_id=issuer_entity_id)
    return list(rows.values_list("entity_id", flat=True))
