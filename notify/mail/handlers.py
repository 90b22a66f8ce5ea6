"""Where acts and jobs reach the room. Registered when Django starts."""

from datetime import timedelta

from accounts.queries import users_by_entity_id
from activity.services import subscribe
from issuer.permissions import Verb
from jobs.registry import Payload, handler, schedule
from notify.mail.queries import worded
from notify.mail.services.reminders import stage_reminders
from notify.mail.services.samples import SAMPLE, send_sample
from notify.mail.services.sending import send_mails
from notify.mail.services.staging import MAIL_SERVER, MAILS, follow_awards
from notify.models import Kind

# Behind awards, mirrors and webhooks: ten thousand mails hold up nothing but pictures and brooms.
AFTER_MIRRORS = 60
REMINDERS = "notify.reminders"


@handler(MAILS, priority=AFTER_MIRRORS, peer=lambda payload: MAIL_SERVER)
def send_chunk(payload: Payload) -> None:
    send_mails(Kind(payload["kind"]), payload["assertions"])


@handler(REMINDERS, priority=AFTER_MIRRORS)
def find_reminders(payload: Payload) -> None:
    stage_reminders()


@handler(SAMPLE, max_attempts=5)
def send_to_staff(payload: Payload) -> None:
    """Somebody waits for it, but not for long."""
    reader = users_by_entity_id([payload["user"]]).get(payload["user"])
    subject = worded(payload["of"], payload["id"])
    if reader and subject:
        send_sample(reader, subject, Kind(payload["kind"]), name=payload["name"])


def register() -> None:
    """Called once, when the apps are ready."""
    subscribe(Verb.AWARD, follow_awards)
    schedule(REMINDERS, every=timedelta(hours=1))
