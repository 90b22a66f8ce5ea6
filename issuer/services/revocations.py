"""Taking awards back. A revoked assertion stays readable: OB 2.0 asks for 410 Gone with a minimal
document.
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from activity.actors import Actor
from activity.services import record
from issuer.models import Assertion
from issuer.permissions import Verb, require
from issuer.services.publishing import PUBLISHED_FIELDS, publish
from issuer.texts import clean_line

MAX_REASON = 255


@transaction.atomic
def revoke_assertion(*, actor: Actor, assertion: Assertion, reason: str) -> tuple[Assertion, bool]:
    """Revoke for ever. Asking again changes nothing and answers False beside the award: clients
    retry.

    Raises PermissionDenied, and ValidationError for a reason that is empty or over 255 characters.
    """
    require(actor, Verb.REVOKE, assertion)
    reason = clean_line(reason)
    if not 1 <= len(reason) <= MAX_REASON:
        raise ValidationError(f"Give a reason of 1 to {MAX_REASON} characters.")
    locked = (
        Assertion.objects.select_for_update(of=("self",))
        .select_related("badge_class", "issuer", "recipient", "created_by")
        .get(pk=assertion.pk)
    )
    if locked.revoked_at:
        return locked, False
    locked.revoked_at, locked.revocation_reason = timezone.now(), reason
    publish(locked)
    locked.save(update_fields=["revoked_at", "revocation_reason", *PUBLISHED_FIELDS])
    record(Verb.REVOKE, locked, actor=actor)
    return locked, True
