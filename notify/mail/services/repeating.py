"""Mails that the mail server refused for good, once more: somebody has corrected the address
meanwhile, or mended the server.
"""

from django.db import transaction

from activity.actors import Actor
from activity.services import record
from activity.subjects import Subject
from issuer.models import Issuer
from issuer.permissions import Verb, require
from notify.mail.services.mail_settings import LOG_TYPE
from notify.mail.services.staging import stage_mails
from notify.models import Kind, Mail, State

SENT_AGAIN = "mail.sent_again"


@transaction.atomic
def send_refused_again(*, actor: Actor, issuer: Issuer) -> int:
    """All of an issuer's, under their Message-IDs. How many. Raises PermissionDenied."""
    require(actor, Verb.AWARD, issuer)
    rows = Mail.objects.select_for_update().filter(issuer=issuer, state=State.REFUSED)
    refused = list(rows.order_by("pk").values_list("pk", "kind", "assertion__entity_id"))
    if not refused:
        return 0
    Mail.objects.filter(pk__in=[pk for pk, _, _ in refused]).delete()
    # The clock brings reminders round that have no row and are still to come.
    awards = [entity_id for _, kind, entity_id in refused if kind == Kind.AWARD]
    stage_mails(Kind.AWARD, issuer.entity_id, awards)
    subject = Subject(LOG_TYPE, issuer.entity_id, issuer.entity_id)
    record(SENT_AGAIN, subject, actor=actor, facts={"mails": len(refused)})
    return len(refused)
