"""Which words a mail has: the badge class's, else the issuer's, else Laurel's own."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from notify.models import BadgeClassMail, IssuerMail, Kind
from notify.models.mails import ACCENT


@dataclass(frozen=True)
class Words:
    """With placeholders. `accent` is the colour of the button, as #rrggbb."""

    subject: str
    body: str
    link_text: str
    footer: str
    accent: str


def own_words(kind: Kind) -> Words:
    """Laurel's own, in the language of the site."""
    if kind == Kind.REMINDER:
        subject = _("Your badge “{badge_name}” expires on {expires}")
        body = _(
            "Hello {recipient_name},\n\nyour badge “{badge_name}” from {issuer_name} expires on"
            " {expires}."
        )
    else:
        subject = _("You earned a badge: {badge_name}")
        body = _(
            "Hello {recipient_name},\n\n{issuer_name} awarded you the badge “{badge_name}”.\n\n"
            "It has a page that you can show to anybody, without an account."
        )
    return Words(subject, body, _("See your badge"), "", ACCENT)


def words(kind: Kind, of_issuer: IssuerMail | None, of_class: BadgeClassMail | None) -> Words:
    """Part by part, the nearest that says something."""
    own = own_words(kind)
    nearest = [row for row in (of_class, of_issuer) if row]

    def said(name: str) -> str:
        told: list[str] = [getattr(row, name) for row in [*nearest, own]]
        return next(filter(None, told), "")

    if kind == Kind.REMINDER:
        subject = (of_class.reminder_subject if of_class else "") or own.subject
        body = (of_class.reminder_body if of_class else "") or own.body
    else:
        subject, body = said("subject"), said("body")
    accent = of_issuer.accent if of_issuer else own.accent
    return Words(subject, body, said("link_text"), said("footer"), accent)
