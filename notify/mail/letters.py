"""A mail as text and HTML, and as the message that goes out. Facts in, message out; nothing is
looked up here.
"""

from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.mime.image import MIMEImage
from email.utils import formataddr, parseaddr
from urllib.parse import quote, urlsplit

import idna
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.template.loader import render_to_string
from django.utils.dateformat import format as format_date

from issuer.texts import clean_text
from notify.mail.placeholders import fill, one_line, shortened
from notify.mail.wording import Words

LONGEST_SUBJECT = 250
LONGEST_NAME = 120  # of a sender: mail programs show a part of it anyway
LONGEST_VALUE = 300  # of what is filled in
PICTURE_ID = "badge@laurel"  # within one mail


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a mail is about. `unsubscribe` is empty where nobody has subscribed; `picture` is a PNG,
    or empty.
    """

    to: str
    recipient_name: str
    badge_name: str
    issuer_name: str
    issuer_email: str
    issued_on: datetime
    expires: datetime | None
    link: str
    unsubscribe: str
    message_id: str
    picture: bytes


@dataclass(frozen=True)
class Rendered:
    subject: str
    text: str
    html: str


def message_of(facts: Facts, words: Words) -> EmailMultiAlternatives:
    """The whole message. Raises ValueError where the address cannot be written to."""
    rendered = render(facts, words, picture=f"cid:{PICTURE_ID}" if facts.picture else "")
    headers = {"Message-ID": facts.message_id, "Auto-Submitted": "auto-generated"}
    if facts.unsubscribe:  # RFC 8058
        headers["List-Unsubscribe"] = f"<{facts.unsubscribe}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message = EmailMultiAlternatives(
        subject=rendered.subject,
        body=rendered.text,
        from_email=sender(facts.issuer_name),
        to=[writable(facts.to)],
        reply_to=reply_to(facts.issuer_email),
        headers=headers,
    )
    message.attach_alternative(rendered.html, "text/html")
    if facts.picture:
        message.mixed_subtype = "related"  # type: ignore[attr-defined]
        message.attach(inline_picture(facts.picture))
    return message


def render(facts: Facts, words: Words, *, picture: str) -> Rendered:
    """`picture` is the address that the HTML shows; "" for none."""
    values = {
        "recipient_name": facts.recipient_name or facts.to,
        "badge_name": facts.badge_name,
        "issuer_name": facts.issuer_name,
        "issued_on": format_date(facts.issued_on, "j F Y"),
        "expires": format_date(facts.expires, "j F Y") if facts.expires else "—",
    }
    values = {name: shortened(one_line(text), LONGEST_VALUE) for name, text in values.items()}
    subject = shortened(one_line(fill(words.subject, values)), LONGEST_SUBJECT)
    context = {
        "subject": subject,
        "body": clean_text(fill(words.body, values)),
        "link_text": one_line(fill(words.link_text, values)),
        "footer": clean_text(fill(words.footer, values)),
        "accent": words.accent,
        "accent_ink": ink_on(words.accent),
        "picture": picture,
        "link": facts.link,
        "unsubscribe": facts.unsubscribe,
        "laurel_url": settings.LAUREL_URL,
        **values,
    }
    return Rendered(
        subject,
        render_to_string("notify/mail.txt", context),
        render_to_string("notify/mail.html", context),
    )


def inline_picture(content: bytes) -> MIMEImage:
    part = MIMEImage(content, "png")
    part.add_header("Content-ID", f"<{PICTURE_ID}>")
    part.add_header("Content-Disposition", "inline", filename="badge.png")
    return part


def sender(issuer_name: str) -> str:
    """The server's address under the issuer's name."""
    _, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    name = shortened(one_line(issuer_name), LONGEST_NAME)
    if name.isascii():
        return formataddr((name, address))
    # In words of at most 75 characters (RFC 2047, 2), where formataddr makes one.
    return f"{Header(name, 'utf-8', maxlinelen=75).encode(linesep='')} <{address}>"


def reply_to(issuer_email: str) -> list[str]:
    """Whom an answer goes to: the issuer, where that is one plain address."""
    try:
        validate_email(issuer_email)
        return [writable(issuer_email)]
    except (ValidationError, ValueError):
        return []


def writable(address: str) -> str:
    """The address as SMTP takes it everywhere: ASCII, an international domain in IDNA. Raises
    ValueError.
    """
    local, at, domain = address.rpartition("@")
    if not at or not local.isascii() or not local.isprintable():
        raise ValueError("no address that every mail server takes")
    return f"{local}@{domain if domain.isascii() else idna.encode(domain, uts46=True).decode()}"


def message_id(public_url: str, kind: str, moment: str = "") -> str:
    """The same for every try at one mail, and for no other (RFC 5322, 3.6.4): from the award's id,
    as it was published.
    """
    entity_id = quote(public_url.rpartition("/")[2], safe="").replace(".", "%2E")
    parts = [entity_id, kind, moment] if moment else [entity_id, kind]
    return f"<{'.'.join(parts)}@{urlsplit(public_url).hostname}>"


def ink_on(colour: str) -> str:
    """Black or white, whichever is read more easily on #rrggbb (WCAG's relative luminance)."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    light = sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    return "#000000" if light > 0.179 else "#ffffff"
