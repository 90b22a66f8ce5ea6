"""Sending a chunk of mails over one connection. What became of each is stored as it goes, so a
chunk may be cut off and begun again: a mail that the server took and we could not note goes out
once more under the same Message-ID, and nothing else twice.
"""

import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from secrets import SystemRandom

from django.core.files.storage import default_storage
from django.core.mail import EmailMessage
from django.db.models import Q
from django.utils import timezone

from issuer.models import Assertion
from jobs.errors import Continue, Retry
from jobs.execution import came_further
from jobs.services import put_off
from notify.mail.letters import Facts, message_id, message_of
from notify.mail.links import unsubscribe_link
from notify.mail.outlet import NotNow, Refused, Send, Unreachable, outlet
from notify.mail.queries import Due, mails_to_send
from notify.mail.services.staging import MAIL_SERVER
from notify.mail.wording import words
from notify.models import Kind, Mail, State

LONGEST = 10.0  # seconds; then others have the thread
# Every chunk asks a server that is away; while it hangs, that takes EMAIL_TIMEOUT each.
SPARED = timedelta(minutes=1)


def send_mails(kind: Kind, entity_ids: Collection[str]) -> None:
    """Send what is still to go of the mails about these awards. Raises Retry, Continue."""
    mails = []
    for due in mails_to_send(kind, entity_ids):
        due.mail.state = why_not(due, timezone.now())
        mails.append(due.mail)
    store([mail for mail in mails if mail.state and not comes_round(mail)])
    forget([mail for mail in mails if comes_round(mail)])
    wanted = [mail for mail in mails if not mail.state]
    if not wanted:
        return
    # One that is in the way, whatever it does to the server, is not always the first.
    SystemRandom().shuffle(wanted)
    with steered(), outlet() as send:
        send_all(wanted, send)


def send_all(mails: list[Mail], send: Send) -> None:
    """Raises Unreachable where the first mail already cannot be sent, Retry, Continue."""
    pictures = Pictures()
    end, put_back, troubled = time.monotonic() + LONGEST, 0, None
    for number, mail in enumerate(mails, 1):
        try:
            send_one(mail, send, pictures)
            came_further()
        except NotNow as error:
            put_back, troubled = put_back + 1, error
        except Unreachable as error:
            if number == 1:
                raise
            # It is there, and takes only so many at once: nobody else need wait.
            raise Retry(reason=str(error)) from error
        if number < len(mails) and time.monotonic() >= end:
            if put_back < number:
                raise Continue
            break
    if troubled:
        raise Retry(reason=f"{put_back} mails were put back: {troubled}")


def send_one(mail: Mail, send: Send, pictures: "Pictures") -> None:
    """Send, and store how it went. Raises NotNow, Unreachable."""
    mail.state, mail.smtp_code = State.SENT, None
    try:
        send(letter(mail, pictures))
    except (Refused, ValueError) as error:
        mail.state = State.REFUSED
        mail.smtp_code = error.code if isinstance(error, Refused) else None
    store([mail])


@contextmanager
def steered() -> Iterator[None]:
    """From what the server says to what the job does."""
    try:
        yield
    except Unreachable as error:
        put_off(peer=MAIL_SERVER, until=timezone.now() + SPARED)
        raise Retry(reason=str(error)) from error


def why_not(due: Due, now: datetime) -> str:
    """The state of a mail that is not to go out; "" for one that is."""
    mail = due.mail
    reminds = mail.kind == Kind.REMINDER
    if mail.assertion.revoked_at or (reminds and (due.renewed or not is_time(mail, now))):
        return State.OUTDATED
    return State.UNSUBSCRIBED if due.unsubscribed else ""


def comes_round(mail: Mail) -> bool:
    """A reminder that is not to go now. It may be time for it again: the clock finds it where
    nothing is noted of it.
    """
    return mail.kind == Kind.REMINDER and mail.state == State.OUTDATED


def is_time(mail: Mail, now: datetime) -> bool:
    """Is it (still) time for this reminder?"""
    award = mail.assertion
    ends, of_class = award.expires_at, getattr(award.badge_class, "mail_settings", None)
    if ends is None or ends != mail.moment or of_class is None or not of_class.reminder_days:
        return False
    return now < ends <= now + timedelta(days=of_class.reminder_days)


def store(mails: Collection[Mail]) -> None:
    """One statement. What was queued gets its end."""
    now = timezone.now()
    for mail in mails:
        mail.updated_at = now
    Mail.objects.bulk_create(
        mails,
        update_conflicts=True,
        unique_fields=["assertion", "kind", "moment"],
        update_fields=["state", "smtp_code", "updated_at"],
    )


def forget(reminders: Collection[Mail]) -> None:
    ends = Q(pk__in=[])
    for mail in reminders:
        ends |= Q(assertion_id=mail.assertion_id, moment=mail.moment)
    Mail.objects.filter(ends, kind=Kind.REMINDER, state=State.QUEUED).delete()


def letter(mail: Mail, pictures: "Pictures") -> EmailMessage:
    """The message of a mail. Raises ValueError where its address cannot be written to."""
    award = mail.assertion
    of_issuer = getattr(award.issuer, "mail_settings", None)
    of_class = getattr(award.badge_class, "mail_settings", None)
    return message_of(facts_of(mail, pictures), words(Kind(mail.kind), of_issuer, of_class))


def facts_of(mail: Mail, pictures: "Pictures") -> Facts:
    award = mail.assertion
    moment = f"{mail.moment:%Y%m%dT%H%M%S}" if mail.kind == Kind.REMINDER else ""
    return Facts(
        to=award.identity_given,
        recipient_name=award.recipient_name,
        badge_name=award.badge_class.name,
        issuer_name=award.issuer.name,
        issuer_email=award.issuer.email,
        issued_on=award.issued_on,
        expires=award.expires_at,
        link=award.public_url,
        unsubscribe=unsubscribe_link(award.recipient_id, award.issuer_id),
        message_id=message_id(award.public_url, mail.kind, moment),
        picture=pictures.of(award),
    )


class Pictures:
    """The classes' pictures as PNG, each read once."""

    def __init__(self) -> None:
        self._read: dict[str, bytes] = {}

    def of(self, award: Assertion) -> bytes:
        name = award.badge_class.image_file("square")
        if name not in self._read:
            self._read[name] = picture(name)
        return self._read[name]


def picture(name: str) -> bytes:
    """Empty where there is none: a mail without it is better than no mail."""
    if not name:
        return b""
    try:
        with default_storage.open(name) as file:
            return bytes(file.read())
    except OSError:
        return b""
