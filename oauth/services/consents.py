"""What people allow applications, and take back."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from activity.actors import Actor
from activity.services import record
from activity.subjects import Subject
from api.scopes import is_within
from oauth.models import Application, Consent
from oauth.queries import locked_consent
from oauth.services.tokens import cut_tokens, revoke_tokens

NOTED_EVERY = timedelta(hours=1)  # a call that reads should not have to write


@transaction.atomic
def give_consent(
    *, actor: Actor, user: User, application: Application, asked: Sequence[str], granted: list[str]
) -> Consent:
    """Remember what of the asked scopes was granted. What was allowed before and not asked for now
    stays; what was asked and not granted is taken back, with all that is more than it, from the
    tokens too.
    """
    consent, _ = Consent.objects.select_for_update().get_or_create(
        user=user, application=application
    )
    refused = [scope for scope in asked if not is_within(scope, granted)]
    kept = [
        scope
        for scope in consent.scopes
        if not is_within(scope, asked) and not any(is_within(one, [scope]) for one in refused)
    ]
    consent.scopes = list(dict.fromkeys([*kept, *granted]))
    consent.last_used_at = timezone.now()
    consent.save()
    cut_tokens(application, user, consent.scopes)
    facts = {"application": application.client_id, "scopes": granted}
    record("consent.given", Subject("consent", consent.entity_id), actor=actor, facts=facts)
    return consent


@transaction.atomic
def revoke_consent(*, actor: Actor, consent: Consent) -> None:
    """Forget it, and end every token that the application holds for the person."""
    locked_consent(consent.user, consent.application)  # from now on nothing comes of it
    revoke_tokens(consent.application, consent.user)
    facts = {"application": consent.application.client_id}
    record("consent.revoked", Subject("consent", consent.entity_id), actor=actor, facts=facts)
    consent.delete()


def note_use(application: Application, user: User) -> None:
    """Remember when the application last acted for the person."""
    Consent.objects.filter(application=application, user=user).update(last_used_at=timezone.now())


def is_stale(last_used_at: datetime | None) -> bool:
    """Is it time to note a use again? None where there is no consent to note it at."""
    return last_used_at is not None and timezone.now() - last_used_at > NOTED_EVERY
