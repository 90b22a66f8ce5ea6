"""Mail about accounts, by jobs: they hold ids alone and render when they send."""

from smtplib import SMTPRecipientsRefused

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from accounts.mails import MAILS
from accounts.queries import address_by_row
from jobs.errors import Abandon
from jobs.registry import Payload, handler
from jobs.services import enqueue

KIND = "accounts.mail"
CONFIRMATIONS = {"email_confirmation", "email_confirmation_signup"}


def send_later(name: str, *, address: EmailAddress | None) -> None:
    """Mail `name` of MAILS to an address. None stands for one that nobody here has: the same is
    written, and nothing is sent.
    """
    enqueue(kind=KIND, payload={"mail": name, "address": address.pk if address else 0}, priority=10)


@handler(KIND)
def send(payload: Payload) -> None:
    """Abandoned when the mail server refuses the address for good; else tried again."""
    name, address = payload["mail"], address_by_row(payload["address"])
    if address is None or not address.user.is_active:
        return
    if name in CONFIRMATIONS and address.verified:
        return  # proved meanwhile
    try:
        render(name, address).send()
    except SMTPRecipientsRefused as error:
        if all(500 <= code < 600 for code, _ in error.recipients.values()):
            raise Abandon("the mail server refuses the address") from None
        raise


def render(name: str, address: EmailAddress) -> EmailMultiAlternatives:
    """Text and HTML of a mail, with links that are good from now."""
    mail = MAILS.get(name)
    if mail is None:
        raise Abandon("no such mail")
    context = {
        "mail": mail,
        "link": mail.link(address),
        "host": settings.LAUREL_URL.partition("://")[2],
        "laurel_url": settings.LAUREL_URL,
        "support_contact": settings.LAUREL_SUPPORT_CONTACT,
    }
    message = EmailMultiAlternatives(
        subject=f"{mail.subject} · {context['host']}",
        body=render_to_string("accounts/mail.txt", context),
        to=[address.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(render_to_string("accounts/mail.html", context), "text/html")
    return message
