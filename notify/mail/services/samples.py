"""A mail as somebody will see it, for those who word it: with the facts of an award that is not
there.
"""

from dataclasses import dataclass
from datetime import timedelta
from secrets import token_hex

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from activity.actors import Actor
from issuer.models import BadgeClass, Issuer
from issuer.permissions import Verb, require
from jobs.errors import Abandon, Retry
from jobs.services import enqueue
from notify.mail.letters import Facts, message_id, message_of
from notify.mail.outlet import NotNow, Refused, Unreachable, outlet
from notify.mail.queries import badge_classes
from notify.mail.services.sending import picture
from notify.mail.wording import words
from notify.models import Kind

SAMPLE = "notify.sample"
FAR = timedelta(days=365)


@dataclass(frozen=True)
class Example:
    """What a sample is about: a class, else whatever the issuer made last, else nothing real."""

    issuer: Issuer
    badge_class: BadgeClass | None

    @classmethod
    def of(cls, subject: Issuer | BadgeClass) -> "Example":
        if isinstance(subject, BadgeClass):
            return cls(subject.issuer, subject)
        latest = badge_classes(subject).filter(archived_at=None).order_by("-created_at").first()
        return cls(subject, latest)

    def facts(self, reader: User, *, name: str = "", unsubscribe: str = "") -> Facts:
        """`name` tells one sample from others."""
        made, now = self.badge_class, timezone.now()
        link = made.public_url if made else self.issuer.public_url
        return Facts(
            to=reader.email,
            recipient_name=reader.get_full_name(),
            badge_name=made.name if made else _("Your badge"),
            issuer_name=self.issuer.name,
            issuer_email=self.issuer.email,
            issued_on=now,
            expires=now + FAR,
            link=link,
            unsubscribe=unsubscribe,
            message_id=message_id(link, "sample", name),
            picture=picture(made.image_file("square") if made else ""),
        )


def stage_sample(*, actor: Actor, subject: Issuer | BadgeClass, kind: Kind) -> None:
    """Mail a sample, as it is saved, to whoever asks: one at a time. Raises PermissionDenied."""
    is_issuer = isinstance(subject, Issuer)
    require(actor, Verb.UPDATE_ISSUER if is_issuer else Verb.UPDATE_BADGE_CLASS, subject)
    user = actor.user.entity_id if actor.user else ""
    payload = {"user": user, "of": subject.collection, "id": subject.entity_id, "kind": kind.value,
               "name": token_hex(8)}  # fmt: skip
    key = f"{SAMPLE}:{user}:{subject.entity_id}:{kind.value}"
    enqueue(kind=SAMPLE, payload=payload, dedupe_key=key)


def send_sample(reader: User, subject: Issuer | BadgeClass, kind: Kind, *, name: str) -> None:
    """`name` is the sample's own, the same over all tries. Raises Abandon, Retry."""
    example = Example.of(subject)
    of_issuer = getattr(example.issuer, "mail_settings", None)
    of_class = getattr(subject, "mail_settings", None) if isinstance(subject, BadgeClass) else None
    try:
        with outlet() as send:
            send(message_of(example.facts(reader, name=name), words(kind, of_issuer, of_class)))
    except (Refused, ValueError):
        raise Abandon("the mail server refuses the address") from None
    except (NotNow, Unreachable) as error:
        raise Retry(reason=str(error)) from error
