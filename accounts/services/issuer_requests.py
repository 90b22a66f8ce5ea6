"""Asking for the right to create issuers, and deciding on it (`LAUREL_ISSUER_CREATION`)."""

import unicodedata

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import IssuerCreationRequest, User
from accounts.queries import administrators, open_issuer_request, primary_address
from accounts.services.mail import send_later
from activity.actors import Actor
from activity.services import record
from activity.subjects import Subject

LOG_TYPE = "issuer-request"


@transaction.atomic
def ask_for_issuers(*, actor: Actor, user: User, reason: str) -> IssuerCreationRequest:
    """Put a request before the administrators, who are mailed. Asking again while one waits changes
    nothing. Raises ValidationError.
    """
    if waiting := open_issuer_request(user):
        return waiting
    reason = unicodedata.normalize("NFC", reason).strip()
    if not 1 <= len(reason) <= 2000:
        raise ValidationError({"reason": [_("Say in up to 2,000 characters what it is for.")]})
    try:
        with transaction.atomic():
            made = IssuerCreationRequest.objects.create(user=user, reason=reason)
    except IntegrityError:  # the same person, twice at once
        return IssuerCreationRequest.objects.get(user=user, decided_at=None)
    record("issuer-request.made", Subject(LOG_TYPE, made.entity_id), actor=actor)
    for administrator in administrators():
        send_later("issuer_request_made", address=primary_address(administrator))
    return made


@transaction.atomic
def decide_issuer_request(*, actor: Actor, entity_id: str, approve: bool) -> IssuerCreationRequest:
    """Approve or decline, once; the person is mailed.

    Raises PermissionDenied, IssuerCreationRequest.DoesNotExist (also for one decided already).
    """
    if actor.user is None or not actor.user.is_superuser:
        raise PermissionDenied("Only administrators decide who may create issuers.")
    waiting = IssuerCreationRequest.objects.select_for_update().select_related("user")
    found = waiting.get(entity_id=entity_id, decided_at=None)
    found.decided_at, found.decided_by_id = timezone.now(), actor.user.pk
    found.approved = approve
    found.save(update_fields=["decided_at", "decided_by", "approved"])
    if approve:
        User.objects.filter(pk=found.user_id).update(may_create_issuers=True)
    verb = "approved" if approve else "declined"
    facts = {"user": found.user.entity_id}
    subject = Subject(LOG_TYPE, found.entity_id)
    record(f"issuer-request.{verb}", subject, actor=actor, facts=facts)
    send_later(f"issuer_request_{verb}", address=primary_address(found.user))
    return found
