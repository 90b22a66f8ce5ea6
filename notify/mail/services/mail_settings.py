"""What staff decide about mails: whether, in which words, how long before the end."""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypedDict, TypeVar, Unpack

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from activity.actors import Actor
from activity.services import record
from activity.subjects import Subject
from issuer.models import BadgeClass, Issuer
from issuer.permissions import Verb, require
from issuer.queries import lock
from issuer.texts import clean_text
from notify.mail.placeholders import one_line, require_known
from notify.models import BadgeClassMail, IssuerMail

CHANGED = "mail.changed"
LOG_TYPE = "mail-settings"
MAX_LINE, MAX_LINK_TEXT, MAX_TEXT = 250, 100, 5000  # characters
MAX_DAYS = 366
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")

Row = TypeVar("Row", IssuerMail, BadgeClassMail)


class WordingFields(TypedDict, total=False):
    """Texts with placeholders. Empty: as the issuer, or Laurel, has it."""

    subject: str
    body: str
    link_text: str
    footer: str


class IssuerMailFields(WordingFields, total=False):
    notify: bool
    accent: str


class BadgeClassMailFields(WordingFields, total=False):
    reminder_days: int | None
    reminder_subject: str
    reminder_body: str


@transaction.atomic
def save_issuer_mail(
    *, actor: Actor, issuer: Issuer, **fields: Unpack[IssuerMailFields]
) -> IssuerMail:
    """Change what is given. Raises PermissionDenied, ValidationError."""
    require(actor, Verb.UPDATE_ISSUER, issuer)
    cleaned = clean(fields)
    lock(issuer)  # two first ones at once come one after the other
    row = IssuerMail.objects.filter(issuer=issuer).first() or IssuerMail(issuer=issuer)
    return save(row, cleaned, actor, Subject(LOG_TYPE, issuer.entity_id, issuer.entity_id))


@transaction.atomic
def save_badge_class_mail(
    *, actor: Actor, badge_class: BadgeClass, **fields: Unpack[BadgeClassMailFields]
) -> BadgeClassMail:
    """Likewise for one badge class."""
    require(actor, Verb.UPDATE_BADGE_CLASS, badge_class)
    cleaned = clean(fields)
    lock(badge_class)
    rows = BadgeClassMail.objects.filter(badge_class=badge_class)
    row = rows.first() or BadgeClassMail(badge_class=badge_class)
    subject = Subject(LOG_TYPE, badge_class.entity_id, badge_class.log_issuer_id)
    return save(row, cleaned, actor, subject)


def save(row: Row, cleaned: Mapping[str, Any], actor: Actor, subject: Subject) -> Row:
    """Store and record, if anything differs."""
    changed = [name for name, value in cleaned.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, cleaned[name])
    if changed:
        row.save()
        record(CHANGED, subject, actor=actor, facts={"fields": sorted(changed)})
    return row


def clean(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Raises ValidationError with a dict of all that is wrong."""
    cleaned: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for name, value in fields.items():
        try:
            cleaned[name] = CLEANERS[name](value)
        except ValidationError as error:
            errors[name] = list(error.messages)
    if errors:
        raise ValidationError(errors)
    return cleaned


def line(text: str) -> str:
    return within(MAX_LINE, one_line(text))


def link_text(text: str) -> str:
    return within(MAX_LINK_TEXT, one_line(text))


def paragraphs(text: str) -> str:
    return within(MAX_TEXT, clean_text(text))


def within(longest: int, text: str) -> str:
    require_known(text)
    if len(text) > longest:
        raise ValidationError(_("Write at most %(n)s characters.") % {"n": longest})
    return text


def colour(text: str) -> str:
    if not COLOUR.fullmatch(text):
        raise ValidationError(_("Write a colour as #1f6b43."))
    return text.lower()


def days(number: int | None) -> int | None:
    if number is not None and not 1 <= number <= MAX_DAYS:
        raise ValidationError(_("Remind 1 to %(n)s days before.") % {"n": MAX_DAYS})
    return number


CLEANERS: dict[str, Callable[[Any], Any]] = {
    "notify": bool,
    "accent": colour,
    "subject": line,
    "body": paragraphs,
    "link_text": link_text,
    "footer": paragraphs,
    "reminder_days": days,
    "reminder_subject": line,
    "reminder_body": paragraphs,
}
