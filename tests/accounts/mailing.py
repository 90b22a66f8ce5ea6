"""Reading the mail that jobs send."""

import re

from django.core import mail
from django.core.mail import EmailMultiAlternatives

from jobs.worker import run_due

LINK = re.compile(r"http://localhost:8000(/\S+)")


def sent() -> list[EmailMultiAlternatives]:
    """Run the jobs that wait, and take what they have mailed."""
    run_due()
    letters, mail.outbox = list(mail.outbox), []
    return letters


def the_mail() -> EmailMultiAlternatives:
    (letter,) = sent()
    return letter


def link_of(letter: EmailMultiAlternatives) -> str:
    """The path that its button leads to, the same in text and HTML."""
    path = LINK.findall(letter.body)[0]
    assert path in letter.alternatives[0].content
    return path
