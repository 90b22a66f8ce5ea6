"""Every named read of the room."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from activity.actors import Actor
from issuer.models import Assertion, BadgeClass, IdentityType, Issuer, Recipient
from issuer.permissions import visible_to
from jobs.models import Job
from jobs.queries import unfinished
from notify.models import BadgeClassMail, IssuerMail, Kind, Mail, State, Unsubscription

# What a mail is made of, and no documents.
MADE_OF = ("badge_class__mail_settings", "issuer__mail_settings", "recipient")
NOT_READ = ("document", "narrative", "evidence", "extensions", "badge_class__document",
            "badge_class__description", "badge_class__criteria_narrative", "issuer__document",
            "issuer__description")  # fmt: skip


def issuers_that_mail(entity_ids: Collection[str]) -> set[str]:
    """Which of these issuers mail where an award does not say."""
    rows = IssuerMail.objects.filter(notify=True, issuer__entity_id__in=entity_ids)
    return set(rows.values_list("issuer__entity_id", flat=True))


@dataclass(frozen=True)
class Due:
    """A mail of which the end is not known, and what may stand against it."""

    mail: Mail
    unsubscribed: bool
    renewed: bool


def mails_to_send(kind: Kind, entity_ids: Collection[str]) -> list[Due]:
    """The mails of these awards that are still to go, with all that they are made of, in one query
    or two. Those about awards are stored when they are sent.
    """
    if kind == Kind.REMINDER:
        queued = Mail.objects.filter(
            kind=kind, state=State.QUEUED, assertion__entity_id__in=entity_ids
        )
        moments = dict(queued.values_list("assertion_id", "moment"))
        rows = awards_to_mail().filter(pk__in=moments)
        return [due(row, kind, moments[row.pk]) for row in rows]
    told = Mail.objects.filter(kind=kind, assertion=OuterRef("pk"))
    rows = awards_to_mail().filter(~Exists(told), entity_id__in=entity_ids)
    return [due(row, kind, row.created_at) for row in rows]


def due(row: Any, kind: Kind, moment: datetime) -> Due:
    mail = Mail(assertion=row, issuer_id=row.issuer_id, kind=kind, moment=moment)
    return Due(mail, unsubscribed=row.unsubscribed, renewed=row.renewed)


def awards_to_mail() -> QuerySet[Any]:
    """Awards to people with an address."""
    unwanted = Unsubscription.objects.filter(
        Q(issuer=None) | Q(issuer=OuterRef("issuer")), recipient=OuterRef("recipient")
    )
    return (
        Assertion.objects.filter(recipient__type=IdentityType.EMAIL)
        .select_related(*MADE_OF)
        .defer(*NOT_READ)
        .annotate(unsubscribed=Exists(unwanted), renewed=Exists(renewals()))
        .order_by("pk")
    )


def renewals() -> QuerySet[Assertion]:
    """Of an outer award: others of the same class and holder that last longer."""
    longer = Q(expires_at=None) | Q(expires_at__gt=OuterRef("expires_at"))
    return Assertion.objects.filter(
        longer,
        badge_class=OuterRef("badge_class"),
        recipient=OuterRef("recipient"),
        revoked_at=None,
    )


def reminder_periods() -> list[int]:
    """All numbers of days before which some class reminds."""
    rows = BadgeClassMail.objects.exclude(reminder_days=None).order_by("reminder_days")
    return list(rows.values_list("reminder_days", flat=True).distinct())


def awards_to_remind(now: datetime, periods: Collection[int]) -> QuerySet[Assertion]:
    """Awards that end so soon that their holder is to be reminded, and has not been of this end."""
    soon = Q(pk__in=[])
    for days in periods:
        end = now + timedelta(days=days)
        soon |= Q(badge_class__mail_settings__reminder_days=days, expires_at__lte=end)
    told = Mail.objects.filter(
        kind=Kind.REMINDER, assertion=OuterRef("pk"), moment=OuterRef("expires_at")
    )
    rows = Assertion.objects.filter(
        soon, ~Exists(told), ~Exists(renewals()), revoked_at=None, expires_at__gt=now
    )
    return rows.filter(recipient__type=IdentityType.EMAIL).order_by("issuer_id", "pk")


def worded(collection: str, entity_id: str) -> Issuer | BadgeClass | None:
    """What staff word mails for, by its kind and id. For jobs."""
    if collection == Issuer.collection:
        return Issuer.objects.filter(entity_id=entity_id).first()
    return BadgeClass.objects.select_related("issuer").filter(entity_id=entity_id).first()


def staffed_issuers(actor: Actor) -> QuerySet[Issuer]:
    """The issuers at which the actor has a role, by name."""
    rows = visible_to(actor, Issuer.objects.select_related("mail_settings").defer("document"))
    return rows.order_by("name", "pk")


def badge_classes(issuer: Issuer) -> QuerySet[BadgeClass]:
    """An issuer's badge classes, archived ones, too: awards end later."""
    rows = BadgeClass.objects.filter(issuer=issuer).defer("document", "description")
    return rows.select_related("mail_settings")


def outbox(issuers: Collection[int], state: str) -> QuerySet[Mail]:
    """The mails of these issuers in one state."""
    rows = Mail.objects.filter(issuer__in=issuers, state=state)
    related = rows.select_related("assertion__badge_class", "assertion__recipient")
    return related.defer("assertion__document", "assertion__badge_class__document")


def waiting_chunks(kind: str, issuer_ids: Collection[str]) -> QuerySet[Job]:
    """Jobs that have mails of these issuers yet to send."""
    return unfinished(kind).filter(payload__issuer__in=list(issuer_ids))


def settled(chunks: Collection[Job]) -> set[tuple[str, str]]:
    """Of the mails in these jobs, those of which the end is known: kind and award's id."""
    entity_ids = {entity_id for job in chunks for entity_id in job.payload["assertions"]}
    rows = Mail.objects.filter(assertion__entity_id__in=entity_ids).exclude(state=State.QUEUED)
    return set(rows.values_list("kind", "assertion__entity_id"))


def unsubscriptions(issuer: Issuer) -> QuerySet[Unsubscription]:
    """Who wants no mails of this issuer; of those who want none at all, whom it has awarded."""
    awarded = Assertion.objects.filter(issuer=issuer, recipient=OuterRef("recipient"))
    rows = Unsubscription.objects.filter(Q(issuer=issuer) | Q(Exists(awarded), issuer=None))
    return rows.select_related("recipient")


def unsubscribed_from(recipient: Recipient, issuer: Issuer) -> set[str]:
    """What somebody gets no mails of: `issuer`, `everything`."""
    rows = Unsubscription.objects.filter(Q(issuer=None) | Q(issuer=issuer), recipient=recipient)
    keys = rows.values_list("issuer_id", flat=True)
    return {"issuer" if key else "everything" for key in keys}


def some_issuer_mails() -> bool:
    """Does any issuer mail by itself?"""
    return IssuerMail.objects.filter(notify=True).exists()
