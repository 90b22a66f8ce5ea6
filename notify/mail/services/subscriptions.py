"""People's own say over mails about their awards. Nobody else can take it back."""

from django.db import transaction
from django.db.models import Q

from accounts.secrets import public_id
from activity.actors import Actor
from activity.services import record
from activity.subjects import Subject
from issuer.models import Issuer, Recipient
from notify.models import Unsubscription

UNSUBSCRIBED, SUBSCRIBED = "recipient.unsubscribed", "recipient.subscribed"


@transaction.atomic
def unsubscribe(
    *, actor: Actor, recipient: Recipient, issuer: Issuer, everything: bool = False
) -> None:
    """No more mails about awards of this issuer, or of any here. Asking again changes nothing."""
    of = None if everything else issuer
    _, created = Unsubscription.objects.get_or_create(recipient=recipient, issuer=of)
    if created:
        facts = {"everything": everything}
        record(UNSUBSCRIBED, subject_of(recipient, issuer), actor=actor, facts=facts)


@transaction.atomic
def subscribe_again(*, actor: Actor, recipient: Recipient, issuer: Issuer) -> None:
    """Mails of this issuer again; and of others, where none at all were wanted. Likewise."""
    mine = Unsubscription.objects.filter(Q(issuer=None) | Q(issuer=issuer), recipient=recipient)
    if mine.delete()[0]:
        record(SUBSCRIBED, subject_of(recipient, issuer), actor=actor)


def subject_of(recipient: Recipient, issuer: Issuer) -> Subject:
    """A recipient has no public id: a digest that nobody can turn back."""
    digest = public_id(f"recipient {recipient.type} {recipient.identity}")
    return Subject("recipient", digest, issuer.entity_id)
